import { beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { Sightings } from '#engine/members/sightings.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { household, resident, type Resident } from '../../fakes/resident.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';
import { joinedTo, RELAY } from './joined.ts';
import { until } from '../../support/until.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];
const HALL = 'c3'.repeat(16) as CameraId;

describe('what is kept', () => {
	let clock: ManualClock;
	let store: MemoryLastSeenStore;
	beforeEach(() => {
		clock = new ManualClock();
		store = new MemoryLastSeenStore();
	});

	/** A page, once it has read what was kept. */
	async function page(): Promise<Sightings> {
		const made = new Sightings(clock, store);
		await new Promise<void>((done) => made.on(done));
		return made;
	}

	test('LV28 a device seen ten seconds ago is seen after a reload', async () => {
		const before = await page();
		before.see(ANNA);
		const seenMs = clock.wallMs();
		await clock.pass(10_000);
		const after = await page();
		expect(after.seenMs(ANNA)).toBe(seenMs);
		expect(after.seenMs(BERT)).toBeNull();
	});

	test('LV28 whoever is there all the time costs a write a minute, and a kill loses no more', async () => {
		const before = await page();
		for (let s = 0; s < 600; s += 1) {
			before.see(ANNA);
			before.see(BERT);
			await clock.pass(1000, 1000);
		}
		expect(store.writes).toBeGreaterThan(5);
		expect(store.writes).toBeLessThanOrEqual(11);
		const after = await page();
		expect(clock.wallMs() - (after.seenMs(ANNA) ?? 0)).toBeLessThanOrEqual(MINUTE + 2000);
	});

	test('LV29 what was kept while our clock went ahead is not believed, and gives way', async () => {
		clock.step(24 * HOUR);
		(await page()).see(ANNA);
		await clock.pass(2000);
		clock.step(-24 * HOUR);
		const after = await page();
		expect(after.seenMs(ANNA)).toBeNull();
		after.see(ANNA);
		await clock.pass(2000);
		expect((await page()).seenMs(ANNA)).toBe(clock.wallMs() - 2000);
	});

	test('LV29 a moment that lies ahead is nobody’s sign of life', async () => {
		const sightings = await page();
		sightings.see(ANNA, clock.wallMs() + HOUR);
		expect(sightings.seenMs(ANNA)).toBeNull();
	});

	test('LV30 a camera that never recorded is blank over reloads, until it recorded once', async () => {
		const before = await page();
		expect(before.isBlank(ANNA, HALL)).toBe(false);
		before.hear(ANNA, HALL, false);
		await clock.pass(2000);
		const after = await page();
		expect(after.isBlank(ANNA, HALL)).toBe(true);
		after.hear(ANNA, HALL, true);
		after.hear(ANNA, HALL, false);
		await clock.pass(2000);
		expect((await page()).isBlank(ANNA, HALL)).toBe(false);
	});

	test('LV28 who left the home is forgotten', async () => {
		const before = await page();
		before.see(ANNA);
		before.see(BERT);
		before.belong(new Map([[BERT, 0]]));
		before.hear(BERT, HALL, true);
		await clock.pass(2000);
		const after = await page();
		expect([ANNA, BERT].map((one) => after.seenMs(one) === null)).toEqual([true, false]);
	});
});

describe('signs of life', () => {
	let clock: ManualClock;
	let relay: FakeRelay;
	let owner: Resident;
	let viewer: Resident;
	beforeEach(async () => {
		clock = new ManualClock();
		relay = new FakeRelay(clock, RELAY);
		[owner, , viewer] = await household(clock, relay, RELAY);
		const home = owner.membership.roster!.home;
		relay.open(owner.membership.entries, home);
		owner.begin();
		await until(() => owner.link.state.kind === 'connected');
	});

	test('LV29 pairing is one: whoever was let in is never “not seen yet”, on either side', async () => {
		const pairedMs = clock.wallMs();
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		await until(() => [owner, viewer].every(({ members }) => members.list.length === 2));
		clock.step(HOUR);
		expect(owner.sightings.seenMs(viewer.device)).toBe(pairedMs);
		expect(viewer.sightings.seenMs(owner.device)).toBe(pairedMs);
	});

	test('LV29 a roster that was signed ahead of our clock proves nothing yet', async () => {
		clock.step(24 * HOUR);
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		clock.step(-24 * HOUR);
		const late = resident(clock, relay);
		await late.house.found();
		clock.step(24 * HOUR);
		await joinedTo(owner, late, ['viewer'], 'Late');
		clock.step(-24 * HOUR);
		await until(() => late.members.list.length === 3);
		expect(late.sightings.seenMs(viewer.device)).toBeNull();
	});

	test('LV29 presence counts until the relay was last heard, however long a page slept', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		await until(() => owner.members.list.some(({ self, online }) => !self && online));
		await clock.pass(30_000, 1000);
		const heardMs = owner.link.heardMs ?? 0;
		expect(clock.wallMs() - heardMs).toBeLessThan(11_000);
		expect(heardMs - (owner.sightings.seenMs(viewer.device) ?? 0)).toBeLessThan(11_000);
		// The lid is closed: the wall clock goes on, and the line is dead when it opens.
		relay.silent = true;
		clock.step(8 * HOUR);
		await clock.pass(40_000, 1000);
		expect(owner.link.state.kind).not.toBe('connected');
		expect(owner.sightings.seenMs(viewer.device)).toBe(heardMs);
	});

	test('LV28 who goes is kept as it was seen last, and a reload says the same', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		const there = () => owner.members.list.some(({ self, online }) => !self && online);
		await until(there);
		await clock.pass(25_000, 1000);
		for (const socket of relay.of(owner.membership.roster!.home, viewer.device)) socket.end(1006);
		await until(() => !there());
		await clock.pass(500);
		const seenMs = owner.sightings.seenMs(viewer.device);
		expect(clock.wallMs() - (seenMs ?? 0)).toBeLessThan(21_000);
		const later = new Sightings(clock, owner.seen);
		await new Promise<void>((done) => later.on(done));
		expect(later.seenMs(viewer.device)).toBe(seenMs);
	});

	test('LV29 a letter that may have waited for days is none, an answer of now is', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		await until(() => owner.members.list.some(({ self, online }) => !self && online));
		// The relay never says any more who is there.
		relay.lie = (frame) => (frame.t === 'presence' ? { ...frame, online: [] } : frame);
		relay.presence(owner.membership.roster!.home);
		await until(() => owner.members.list.every(({ self, online }) => self || !online));
		const read: string[] = [];
		owner.link.onMessage(({ t }) => read.push(t));
		const before = owner.sightings.seenMs(viewer.device);
		clock.step(HOUR);
		await viewer.link.send(owner.device, { t: 'acted', rosterSeq: 1 });
		await until(() => read.includes('acted'));
		expect(owner.sightings.seenMs(viewer.device)).toBe(before);
		await viewer.link.send(owner.device, { t: 'ask', nonce: '1'.repeat(32) });
		await until(() => read.includes('ask'));
		expect(owner.sightings.seenMs(viewer.device)).toBe(clock.wallMs());
	});
});

import { beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeRelay } from '../../fakes/relay.ts';
import { fakeHome, fakeMember, type FakeMember } from '../../fakes/member.ts';
import { MemoryLastSeenStore } from '../../fakes/last-seen-store.ts';
import { joinedTo, RELAY } from './joined.ts';
import { until } from '../../support/until.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];
const HALL = 'c3'.repeat(16) as CameraId;

describe('stored times', () => {
	let clock: ManualClock;
	let store: MemoryLastSeenStore;
	beforeEach(() => {
		clock = new ManualClock();
		store = new MemoryLastSeenStore();
	});

	/** A page that has finished loading the stored times. */
	async function page(): Promise<LastSeenTracker> {
		const made = new LastSeenTracker(clock, store);
		await new Promise<void>((done) => made.on(done));
		return made;
	}

	test('LV28 a device seen ten seconds ago still is after a reload', async () => {
		const before = await page();
		before.recordSeen(ANNA);
		const seenMs = clock.wallMs();
		await clock.pass(10_000);
		const after = await page();
		expect(after.seenMs(ANNA)).toBe(seenMs);
		expect(after.seenMs(BERT)).toBeNull();
	});

	test('LV28 a device that stays online costs one write a minute, and a kill loses no more than that', async () => {
		const before = await page();
		for (let s = 0; s < 600; s += 1) {
			before.recordSeen(ANNA);
			before.recordSeen(BERT);
			await clock.pass(1000, 1000);
		}
		expect(store.writes).toBeGreaterThan(5);
		expect(store.writes).toBeLessThanOrEqual(11);
		const after = await page();
		expect(clock.wallMs() - (after.seenMs(ANNA) ?? 0)).toBeLessThanOrEqual(MINUTE + 2000);
	});

	test('LV29 times stored while our clock was ahead are ignored and replaced', async () => {
		clock.step(24 * HOUR);
		(await page()).recordSeen(ANNA);
		await clock.pass(2000);
		clock.step(-24 * HOUR);
		const after = await page();
		expect(after.seenMs(ANNA)).toBeNull();
		after.recordSeen(ANNA);
		await clock.pass(2000);
		expect((await page()).seenMs(ANNA)).toBe(clock.wallMs() - 2000);
	});

	test('LV29 a moment ahead of our clock is not a sign of life', async () => {
		const lastSeen = await page();
		lastSeen.recordSeen(ANNA, clock.wallMs() + HOUR);
		expect(lastSeen.seenMs(ANNA)).toBeNull();
	});

	test('LV30 a camera that never recorded stays blank over reloads until it has recorded', async () => {
		const before = await page();
		expect(before.neverRecorded(ANNA, HALL)).toBe(false);
		before.recordCamera(ANNA, HALL, false);
		await clock.pass(2000);
		const after = await page();
		expect(after.neverRecorded(ANNA, HALL)).toBe(true);
		after.recordCamera(ANNA, HALL, true);
		after.recordCamera(ANNA, HALL, false);
		await clock.pass(2000);
		expect((await page()).neverRecorded(ANNA, HALL)).toBe(false);
	});

	test('LV28 a device that left the home is forgotten', async () => {
		const before = await page();
		before.recordSeen(ANNA);
		before.recordSeen(BERT);
		before.setMembers(new Map([[BERT, 0]]));
		before.recordCamera(BERT, HALL, true);
		await clock.pass(2000);
		const after = await page();
		expect([ANNA, BERT].map((one) => after.seenMs(one) === null)).toEqual([true, false]);
	});
});

describe('signs of life', () => {
	let clock: ManualClock;
	let relay: FakeRelay;
	let owner: FakeMember;
	let viewer: FakeMember;
	beforeEach(async () => {
		clock = new ManualClock();
		relay = new FakeRelay(clock, RELAY);
		[owner, , viewer] = await fakeHome(clock, relay, RELAY);
		const home = owner.homeRoster.roster!.home;
		relay.open(owner.homeRoster.entries, home);
		owner.begin();
		await until(() => owner.messenger.state.kind === 'connected');
	});

	test('LV29 pairing counts: an admitted device is never “not seen yet”, on either side', async () => {
		const pairedMs = clock.wallMs();
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		await until(() => [owner, viewer].every(({ members }) => members.list.length === 2));
		clock.step(HOUR);
		expect(owner.lastSeen.seenMs(viewer.device)).toBe(pairedMs);
		expect(viewer.lastSeen.seenMs(owner.device)).toBe(pairedMs);
	});

	test('LV29 an entry dated ahead of our clock proves nothing yet', async () => {
		clock.step(24 * HOUR);
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		clock.step(-24 * HOUR);
		const late = fakeMember(clock, relay);
		await late.localDevice.createCamera();
		clock.step(24 * HOUR);
		await joinedTo(owner, late, ['viewer'], 'Late');
		clock.step(-24 * HOUR);
		await until(() => late.members.list.length === 3);
		expect(late.lastSeen.seenMs(viewer.device)).toBeNull();
	});

	test('LV29 presence counts until the relay was last heard, however long a page slept', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		await until(() => owner.members.list.some(({ self, online }) => !self && online));
		await clock.pass(30_000, 1000);
		const heardMs = owner.messenger.heardMs ?? 0;
		expect(clock.wallMs() - heardMs).toBeLessThan(11_000);
		expect(heardMs - (owner.lastSeen.seenMs(viewer.device) ?? 0)).toBeLessThan(11_000);
		// The lid is closed: the wall clock goes on, and the connection is dead when it opens.
		relay.silent = true;
		clock.step(8 * HOUR);
		await clock.pass(40_000, 1000);
		expect(owner.messenger.state.kind).not.toBe('connected');
		expect(owner.lastSeen.seenMs(viewer.device)).toBe(heardMs);
	});

	test('LV28 a device that goes offline is stored as last seen, and a reload shows the same', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		const there = () => owner.members.list.some(({ self, online }) => !self && online);
		await until(there);
		await clock.pass(25_000, 1000);
		for (const socket of relay.of(owner.homeRoster.roster!.home, viewer.device)) socket.end(1006);
		await until(() => !there());
		await clock.pass(500);
		const seenMs = owner.lastSeen.seenMs(viewer.device);
		expect(clock.wallMs() - (seenMs ?? 0)).toBeLessThan(21_000);
		const later = new LastSeenTracker(clock, owner.seen);
		await new Promise<void>((done) => later.on(done));
		expect(later.seenMs(viewer.device)).toBe(seenMs);
	});

	test('LV29 a message that may have been queued for days is no sign of life, a fresh answer is', async () => {
		await joinedTo(owner, viewer, ['viewer'], 'Phone');
		viewer.begin();
		await until(() => owner.members.list.some(({ self, online }) => !self && online));
		// From now on the relay reports nobody as online.
		relay.lie = (frame) => (frame.t === 'presence' ? { ...frame, online: [] } : frame);
		for (const socket of relay.sockets) socket.say({ t: 'presence', online: [] });
		await until(() => owner.members.list.every(({ self, online }) => self || !online));
		const read: string[] = [];
		owner.messenger.onMessage(({ t }) => read.push(t));
		const before = owner.lastSeen.seenMs(viewer.device);
		clock.step(HOUR);
		await viewer.messenger.send(owner.device, { t: 'acted', rosterSeq: 1 });
		await until(() => read.includes('acted'));
		expect(owner.lastSeen.seenMs(viewer.device)).toBe(before);
		await viewer.messenger.send(owner.device, { t: 'ask', nonce: '1'.repeat(32) });
		await until(() => read.includes('ask'));
		expect(owner.lastSeen.seenMs(viewer.device)).toBe(clock.wallMs());
	});
});

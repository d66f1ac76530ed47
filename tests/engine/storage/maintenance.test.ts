import { beforeEach, describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { Fault } from '#domain/base/fault.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0, YARD } from '../../contracts/segment-store.ts';
import { storageWorld } from '../../fakes/storage.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type World = ReturnType<typeof storageWorld>;

let here: World;
beforeEach(() => {
	here = storageWorld({ budgetBytes: 100 * MIB });
});

describe('the reserve', () => {
	test('SP12 SP13 is held with footage, spent on a refusal, and refilled when things are quiet', async () => {
		const { maintenance, reserve, store, retention, clock } = here;
		await maintenance.maintain();
		expect(await reserve.held()).toBe(0);
		await record(store, DOOR, 1, 130);
		await maintenance.maintain();
		expect(await reserve.held()).toBe(5 * MIB);
		await retention.makeRoom(100);
		await retention.afterQuota();
		expect(await reserve.held()).toBe(0);
		await maintenance.maintain();
		expect(await reserve.held()).toBe(0);
		await clock.pass(61_000, 1000);
		await maintenance.maintain();
		// The learned cap is 5 MiB; a twentieth of that is less than one piece.
		expect(await reserve.held()).toBe(0);
		expect(await here.allowance.bytes()).toBeLessThan(5 * MIB);
		clock.advance(20 * DAY_MS);
		await maintenance.maintain();
		expect(await reserve.held()).toBe(5 * MIB);
	});

	test('SP3 SP12 everything together stays within the allowance', async () => {
		const { maintenance, reserve, allowance, previews, store } = here;
		await record(store, DOOR, 1, 130);
		previews.bytes = 7 * MIB;
		await maintenance.refresh();
		await maintenance.maintain();
		const { index } = maintenance.usage!;
		expect(index).toBe(130 * 400);
		expect(await allowance.footageBytes()).toBe(88 * MIB - index);
		expect((await reserve.held()) + 7 * MIB + index + (await allowance.footageBytes())).toBe(
			100 * MIB,
		);
	});
});

describe('pins', () => {
	test('SP15 pins must leave room to record, and whole minutes count once', async () => {
		const { pins, store, preferences } = here;
		await record(store, DOOR, 1, 600);
		await preferences.write({ budgetBytes: 30_000 });
		const minute = (from: number, to: number) => ({
			startUs: T0 + from * 60 * SECOND + 1,
			endUs: T0 + to * 60 * SECOND - 1,
		});
		await pins.pin(DOOR, minute(0, 2));
		await pins.pin(DOOR, minute(1, 3));
		expect(await pins.heldBytes()).toBe(18_000);
		expect((await pins.costs()).map(({ bytes }) => bytes)).toEqual([12_000, 12_000]);
		expect(await kindOf(pins.pin(DOOR, minute(3, 5)))).toBe('quota');
		await pins.pin(DOOR, minute(3, 4));
		expect(await pins.heldBytes()).toBe(24_000);
	});

	test('SP14 pinned bytes determine the level', async () => {
		const { maintenance, pins, store, preferences } = here;
		await record(store, DOOR, 1, 600);
		await preferences.write({ budgetBytes: 60_000 });
		await maintenance.refresh();
		expect(maintenance.level).toBe('fine');
		await pins.pin(DOOR, { startUs: T0, endUs: T0 + 480 * SECOND });
		await maintenance.refresh();
		expect(maintenance.level).toBe('warn');
		expect(maintenance.usage).toMatchObject({ pinned: 48_000, allowed: 60_000 });
	});
});

test('SP16 SP25 a camera that was removed keeps its footage and counts in no forecast', async () => {
	const { store, clock } = here;
	await record(store, DOOR, 1, 600);
	await record(store, YARD, 1, 600);
	clock.advance(HOUR_MS);
	const rateOf = async (cameras: readonly CameraId[] | null) => {
		const maintenance = new StorageMaintenance({ ...here, cameras: () => cameras });
		await maintenance.refresh();
		return { footage: maintenance.usage?.footage, outlook: maintenance.outlook! };
	};
	const both = await rateOf([DOOR, YARD]);
	const one = await rateOf([DOOR]);
	expect(one.footage).toBe(both.footage);
	expect(both.outlook.rates.map(({ camera }) => camera).toSorted()).toEqual([DOOR, YARD]);
	expect(one.outlook.rates.map(({ camera }) => camera)).toEqual([DOOR]);
	expect(one.outlook.keepsMs / both.outlook.keepsMs).toBeCloseTo(2);
	// While the keys are not here, nobody knows: all count.
	expect((await rateOf(null)).outlook).toEqual(both.outlook);
});

describe('by age', () => {
	const old = async (mostDays: number | null) => {
		here = storageWorld({ budgetBytes: 100 * MIB, mostDays });
		await record(here.store, DOOR, 1, 600);
		await here.store.close(DOOR, 1, 'stopped');
		here.clock.advance(3 * DAY_MS);
		await here.maintenance.maintain();
		return here.store.usedBytes();
	};

	test('RT16 evicts footage older than the limit, and logs it', async () => {
		expect(await old(null)).toBe(60_100);
		expect(await old(4)).toBe(60_100);
		expect(await old(2)).toBe(0);
		const [entry] = await here.ledger.deletions(9);
		expect(entry).toMatchObject({ rule: 'age', segments: 600, bytes: 60_100 });
	});

	test('RT17 deletes nothing until the clock has run evenly for an hour', async () => {
		const { store, clock, maintenance, preferences } = here;
		await preferences.write({ mostDays: 2 });
		await record(store, DOOR, 1, 120);
		await store.close(DOOR, 1, 'stopped');
		clock.advance(2 * HOUR_MS);
		await maintenance.maintain();
		clock.step(30 * DAY_MS);
		await maintenance.maintain();
		clock.advance(59 * 60_000);
		await maintenance.maintain();
		expect((await store.runs(DOOR))[0]!.firstSeq).toBe(1);
		clock.step(-30 * DAY_MS);
		await maintenance.maintain();
		clock.advance(2 * HOUR_MS);
		await maintenance.maintain();
		expect((await store.runs(DOOR))[0]!.firstSeq).toBe(1);
		clock.advance(2 * DAY_MS);
		await maintenance.maintain();
		expect(await store.runs(DOOR)).toEqual([]);
	});
});

describe('the journal', () => {
	test('SP20 an entry that cannot be written waits for the next', async () => {
		const { journal, ledger, clock } = here;
		const pass = { segments: 60, bytes: 6000, span: { startUs: 5, endUs: 9 } };
		ledger.full = true;
		journal.note('refused', pass);
		journal.note('refused', pass);
		await journal.settled();
		clock.advance(60_000);
		journal.note('budget', pass);
		await journal.settled();
		expect(await ledger.deletions(9)).toEqual([]);
		ledger.full = false;
		journal.note('budget', pass);
		await journal.settled();
		const all = await ledger.deletions(9);
		expect(all.map(({ rule, bytes }) => [rule, bytes])).toEqual([
			['budget', 12_000],
			['refused', 12_000],
		]);
	});

	test('SP19 nothing deleted, nothing logged', async () => {
		const { journal, ledger } = here;
		journal.note('budget', { segments: 0, bytes: 0, span: null });
		await journal.settled();
		expect(await ledger.deletions(9)).toEqual([]);
	});

	test('SP18 a changed setting is logged, and a failing ledger does not lose the setting', async () => {
		const { camera, ledger } = here;
		await camera.write({ profile: 'high', armed: true });
		await camera.write({ profile: 'high' });
		expect((await ledger.changes(9)).map(({ what }) => what)).toEqual(['quality-raised']);
		ledger.full = true;
		expect((await camera.write({ sound: true })).sound).toBe(true);
	});
});

test('GO7 listeners are told when a stored setting is not understood, and when it was replaced', async () => {
	const { camera: preferences } = storageWorld({ profile: 'ultra' });
	const told: (readonly string[])[] = [];
	preferences.on(() => told.push(preferences.ignored));
	await preferences.read();
	await preferences.write({ sound: true });
	await preferences.write({ profile: 'high' });
	expect(told).toEqual([['profile'], ['profile'], []]);
});

describe('refreshing', () => {
	test('SP21 usage is logged every ten minutes', async () => {
		const { maintenance, clock, ledger, store } = here;
		await record(store, DOOR, 1, 10);
		maintenance.start(false);
		await clock.pass(31 * 60_000, 15_000);
		await maintenance.refresh();
		expect((await ledger.usageSince(0)).length).toBe(4);
	});

	test('SP4 growth is reported with its owner', async () => {
		const { maintenance, clock, previews, store } = here;
		await record(store, DOOR, 1, 10);
		for (let turn = 0; turn < 40; turn += 1) {
			previews.bytes += MIB / 4;
			clock.advance(15_000);
			await maintenance.refresh();
		}
		expect(maintenance.growths[0]).toMatchObject({ kind: 'fast', owner: 'previews' });
	});

	test('GO6 a store that does not open is a fault until it does, two seconds later', async () => {
		const { maintenance, store, clock } = here;
		const runs = store.runs.bind(store);
		await record(store, DOOR, 1, 10);
		store.runs = () => Promise.reject(new Fault('blocked', 'busy', undefined, 'footage'));
		await maintenance.refresh();
		expect(maintenance.fault).toMatchObject({ kind: 'blocked', source: 'footage' });
		store.runs = runs;
		clock.advance(2000);
		await expect.poll(() => maintenance.fault).toBeNull();
		expect(maintenance.usage).toMatchObject({ footage: 1100 });
	});

	test('GO6 events that cannot be read are a fault as well', async () => {
		const events = {
			probe: () => Promise.reject(new Fault('newer', 'newer', undefined, 'settings')),
		};
		const maintenance = new StorageMaintenance({ ...here, events });
		await maintenance.refresh();
		expect(maintenance.fault).toMatchObject({ kind: 'newer', source: 'settings' });
	});

	test('a store that does not answer is retried', async () => {
		const { maintenance, store } = here;
		const runs = store.runs.bind(store);
		await record(store, DOOR, 1, 10);
		store.runs = () => Promise.reject(new Fault('timeout', 'busy'));
		await maintenance.refresh();
		expect(maintenance.usage).toBeNull();
		store.runs = runs;
		await maintenance.refresh();
		expect(maintenance.fault).toBeNull();
		expect(maintenance.usage).toMatchObject({ footage: 1100 });
	});
});

describe('what the browser evicted', () => {
	test('SP22 footage and keys gone but not the trace: reported until the person acknowledges it', async () => {
		const { maintenance, store, origin } = here;
		await record(store, DOOR, 1, 90);
		await maintenance.maintain();
		const left = { bytes: MIB, untilMs: Math.floor(T0 / 60_000_000 + 1.5) * 60_000 };
		expect(origin.left).toEqual(left);
		const after = storageWorld();
		after.origin.left = origin.left;
		after.maintenance.start(true);
		await after.maintenance.maintain();
		expect(after.maintenance.clearedTrace).toEqual(left);
		expect(after.origin.left).toEqual(left);
		after.maintenance.acknowledgeCleared();
		expect(after.maintenance.clearedTrace).toBeNull();
		expect(after.origin.left).toBeNull();
	});

	test('SP22 footage deleted on purpose leaves no trace', async () => {
		const { maintenance, store, origin } = here;
		await record(store, DOOR, 1, 90);
		await store.close(DOOR, 1, 'stopped');
		await maintenance.maintain();
		await store.evict(Infinity, 100);
		await maintenance.maintain();
		expect(origin.left).toBeNull();
	});
});

test('SP13 a store at its limit takes the same segment', async () => {
	const { store, retention, reserve, maintenance } = here;
	await record(store, DOOR, 1, 30);
	await maintenance.maintain();
	store.roomBytes = await store.usedBytes();
	const next = sealed(31, T0 + 30 * SECOND);
	await retention.makeRoom(next.bytes.length);
	expect(await kindOf(store.append(DOOR, 1, next))).toBe('quota');
	const held = await reserve.held();
	expect((await retention.afterQuota()).bytes).toBe(held);
	store.roomBytes += held;
	expect((await store.append(DOOR, 1, next)).lastSeq).toBe(31);
});

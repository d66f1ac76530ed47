import { beforeEach, expect, test } from 'vitest';
import { Budget } from '#state/storage/budget.svelte.ts';
import type { Engine } from '#state/app/engine.ts';
import { StorageOverview } from '#state/storage/overview.svelte.ts';
import { DOOR, record, SECOND, T0 } from '../../contracts/segment-store.ts';
import { storageWorld } from '../../fakes/storage.ts';

const MINUTE = 60 * SECOND;
/** Of ten minutes with 240 kB each, the last three fit, plus a pinned one. */
const LESS = 1.4e6;
const SEGMENT = 4000;

let here: ReturnType<typeof storageWorld>;
let engine: Engine;
beforeEach(async () => {
	here = storageWorld({ budgetBytes: 1e9 });
	const { maintenance, preferences, allowance, store, clock, pins, ledger } = here;
	engine = {
		...{ maintenance, preferences, allowance, clock, pins, ledger },
		segments: store,
	} as unknown as Engine;
	await record(store, DOOR, 1, 600, T0, SEGMENT);
	await store.close(DOOR, 1, 'stopped');
	await maintenance.maintain();
});

test('RT18 RT20 a limit that deletes is not saved before it is announced, and deletes just that', async () => {
	const { store, preferences } = here;
	const budget = new Budget(engine);
	await budget.refresh();
	const used = await store.usedBytes();
	const unsaid = await budget.save({ bytes: LESS }, null);
	if (unsaid.kind !== 'more') throw new Error(`it was ${unsaid.kind}`);
	expect(await store.usedBytes()).toBe(used);
	expect((await preferences.read()).budgetBytes).toBe(1e9);
	const said = await budget.planEviction({ bytes: LESS });
	expect(said).toEqual(unsaid.planned);
	expect(said!.bytes).toBeGreaterThan(0);
	const saved = await budget.save({ bytes: LESS }, said);
	expect(saved).toEqual({ kind: 'saved', bytes: said!.bytes });
	expect(used - (await store.usedBytes())).toBe(said!.bytes);
	expect(budget.outlook).toMatchObject({ allowedBytes: LESS });
	expect(budget.outlook).toEqual(budget.outlookAt({}));
});

test('RT20 a limit of days is announced, too; one that deletes nothing is saved at once', async () => {
	const budget = new Budget(engine);
	await budget.refresh();
	expect(await budget.save({ days: 7 }, null)).toEqual({ kind: 'saved', bytes: 0 });
	expect(budget.mostDays).toBe(7);
	here.clock.advance(3 * 86_400_000);
	expect((await budget.save({ days: 2 }, null)).kind).toBe('more');
	expect((await here.preferences.read()).mostDays).toBe(7);
});

test('RT20 of changes in quick succession only the last counts', async () => {
	const budget = new Budget(engine);
	await budget.refresh();
	const all = await Promise.all(
		[LESS, 2 * LESS, 1e9].map((bytes) => budget.planEviction({ bytes })),
	);
	expect(all.slice(0, 2)).toEqual([null, null]);
	expect(all[2]).toMatchObject({ bytes: 0 });
});

test('RT20 removing a pin asks first if its footage would be evicted next', async () => {
	const { store, preferences, maintenance, pins } = here;
	await pins.pin(DOOR, { startUs: T0, endUs: T0 + MINUTE });
	await pins.pin(DOOR, { startUs: T0 + 8 * MINUTE, endUs: T0 + 9 * MINUTE });
	const room = new StorageOverview(engine);
	await room.refresh();
	const soon = () => room.pins.map((cost) => room.leavesUnpinned(cost));
	expect(soon()).toEqual([false, false]);
	await preferences.write({ budgetBytes: LESS });
	await maintenance.maintain();
	await room.refresh();
	expect(await store.usedBytes()).toBeLessThan(LESS);
	expect(soon()).toEqual([true, false]);
});

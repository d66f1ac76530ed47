import { expect, test } from 'vitest';
import { fillAtRandom } from '../../contracts/eviction-plan.ts';
import { DOOR, record, T0 } from '../../contracts/segment-store.ts';
import { storageWorld } from '../../fakes/storage.ts';
import { randomFrom } from '../../support/random.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;

test('RT18 RT19 for random stores and limits, saving deletes exactly what was planned', async () => {
	let deleted = 0;
	for (let seed = 1; seed <= 60; seed += 1) {
		const random = randomFrom(seed);
		const here = storageWorld({ budgetBytes: 100 * MIB });
		const { maintenance, store, previews, preferences, reserve, clock } = here;
		await fillAtRandom(store, random);
		previews.bytes = random(5_000);
		clock.advance(random(30 * 24) * HOUR_MS);
		await maintenance.refresh();
		await maintenance.maintain();
		// The larger budget’s reserve exceeds the whole smaller budget.
		expect(await reserve.held()).toBe(5 * MIB);
		const used = await store.usedBytes();
		const [usage, limits] = [
			maintenance.usage!,
			{ budgetBytes: 1 + random(2 * used), mostDays: random(2) === 0 ? null : 1 + random(30) },
		];
		clock.advance(HOUR_MS);
		const promised = await maintenance.planEviction(limits);
		await preferences.write(limits);
		let left = 0;
		for (let bytes = Infinity; bytes > 0; left += bytes) bytes = await maintenance.maintain();
		const after = await store.usedBytes();
		const what = `seed ${String(seed)}`;
		expect(left, what).toBe(promised.bytes);
		expect(used - after, what).toBe(promised.bytes);
		expect(usage.footage, what).toBe(used);
		expect(maintenance.outlook, what).toMatchObject({ allowedBytes: limits.budgetBytes });
		deleted += promised.bytes;
	}
	expect(deleted).toBeGreaterThan(0);
});

test('RT19 a smaller budget reduces the reserve first, also while recording', async () => {
	const { maintenance, store, retention, preferences, reserve } = storageWorld({
		budgetBytes: 400 * MIB,
	});
	await record(store, DOOR, 1, 130);
	await maintenance.maintain();
	expect(await reserve.held()).toBe(16 * MIB);
	await preferences.write({ budgetBytes: 10 * MIB });
	expect((await retention.makeRoom(100)).segments).toBe(0);
	expect(await maintenance.maintain()).toBe(0);
	expect(await reserve.held()).toBe(0);
	expect((await store.runs(DOOR))[0]).toMatchObject({ startUs: T0, firstSeq: 1 });
});

test('SP24 SP26 after a limit is saved, all numbers are of the same moment', async () => {
	const { maintenance, store, preferences } = storageWorld({ budgetBytes: 100 * MIB });
	await record(store, DOOR, 1, 600);
	await maintenance.refresh();
	expect(maintenance.outlook!.fullInMs).toBeGreaterThan(0);
	await preferences.write({ budgetBytes: 250_000 });
	const left = await maintenance.maintain();
	const { outlook, usage } = maintenance;
	expect(left).toBeGreaterThan(0);
	expect(usage).toMatchObject({ allowed: 250_000, footage: await store.usedBytes() });
	expect(outlook).toMatchObject({ allowedBytes: 250_000, fullInMs: 0 });
	expect(outlook!.usedBytes).toBeLessThanOrEqual(250_000);
	await preferences.write({ budgetBytes: 100 * MIB });
	await maintenance.maintain();
	expect(maintenance.outlook!.fullInMs).toBeGreaterThan(0);
});

import { expect, test } from 'vitest';
import { fillAtRandom } from '../../contracts/leaving.ts';
import { DOOR, record, T0 } from '../../contracts/segments.ts';
import { world } from '../../fakes/space.ts';
import { randomFrom } from '../../support/random.ts';

const MIB = 2 ** 20;
const HOUR_MS = 3_600_000;

test('RT18 RT19 for random stores and limits: what saving promises to delete is what it deletes', async () => {
	let deleted = 0;
	for (let seed = 1; seed <= 60; seed += 1) {
		const random = randomFrom(seed);
		const here = world({ budgetBytes: 100 * MIB });
		const { caretaker, store, previews, preferences, reserve, clock } = here;
		await fillAtRandom(store, random);
		previews.bytes = random(5_000);
		clock.advance(random(30 * 24) * HOUR_MS);
		await caretaker.look();
		await caretaker.tend();
		// What the larger budget holds back is more than the smaller one keeps in all.
		expect(await reserve.held()).toBe(5 * MIB);
		const used = await store.usedBytes();
		const [filling, limits] = [
			caretaker.filling!,
			{ budgetBytes: 1 + random(2 * used), mostDays: random(2) === 0 ? null : 1 + random(30) },
		];
		clock.advance(HOUR_MS);
		const promised = await caretaker.wouldLeave(limits);
		await preferences.write(limits);
		let left = 0;
		for (let bytes = Infinity; bytes > 0; left += bytes) bytes = await caretaker.tend();
		const after = await store.usedBytes();
		const what = `seed ${String(seed)}`;
		expect(left, what).toBe(promised.bytes);
		expect(used - after, what).toBe(promised.bytes);
		expect(filling.footage, what).toBe(used);
		expect(caretaker.outlook, what).toMatchObject({ allowedBytes: limits.budgetBytes });
		deleted += promised.bytes;
	}
	expect(deleted).toBeGreaterThan(0);
});

test('RT19 a smaller budget takes from the reserve first, also while it records', async () => {
	const { caretaker, store, retention, preferences, reserve } = world({ budgetBytes: 400 * MIB });
	await record(store, DOOR, 1, 130);
	await caretaker.tend();
	expect(await reserve.held()).toBe(16 * MIB);
	await preferences.write({ budgetBytes: 10 * MIB });
	expect((await retention.makeRoom(100)).segments).toBe(0);
	expect(await caretaker.tend()).toBe(0);
	expect(await reserve.held()).toBe(0);
	expect((await store.runs(DOOR))[0]).toMatchObject({ startUs: T0, firstSeq: 1 });
});

test('SP24 SP26 after a limit was saved all numbers are of the same moment', async () => {
	const { caretaker, store, preferences } = world({ budgetBytes: 100 * MIB });
	await record(store, DOOR, 1, 600);
	await caretaker.look();
	expect(caretaker.outlook!.fullInMs).toBeGreaterThan(0);
	await preferences.write({ budgetBytes: 250_000 });
	const left = await caretaker.tend();
	const { outlook, filling } = caretaker;
	expect(left).toBeGreaterThan(0);
	expect(filling).toMatchObject({ allowed: 250_000, footage: await store.usedBytes() });
	expect(outlook).toMatchObject({ allowedBytes: 250_000, fullInMs: 0 });
	expect(outlook!.usedBytes).toBeLessThanOrEqual(250_000);
	await preferences.write({ budgetBytes: 100 * MIB });
	await caretaker.tend();
	expect(caretaker.outlook!.fullInMs).toBeGreaterThan(0);
});

import { describe, expect, test } from 'vitest';
import { Allowance } from '#engine/storage/allowance.ts';
import { Retention } from '#engine/storage/retention.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryReserve } from '../../fakes/storage.ts';

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;
const NOW = 1_790_000_000_000;

describe('Allowance', () => {
	test('RT8 SP3 is the person’s budget, else a share of the estimate', async () => {
		const preferences = new MemoryDevicePreferences();
		const estimate = () => Promise.resolve(10 * GIB);
		const allowance = new Allowance(preferences, { wallMs: () => NOW }, estimate);
		expect(await allowance.bytes()).toBe(6 * GIB);
		await preferences.write({ budgetBytes: 5000 });
		expect(await allowance.bytes()).toBe(5000);
	});

	test('SP1 SP2 SP9 remembers what was refused, and grows again day by day', async () => {
		const preferences = new MemoryDevicePreferences({ budgetBytes: 100_000 });
		let now = NOW;
		const make = () =>
			new Allowance(preferences, { wallMs: () => now }, () => Promise.resolve(null));
		await make().recordRefusal(50_000);
		expect(await make().bytes()).toBe(45_000);
		now += 3 * DAY_MS;
		expect(await make().bytes()).toBe(60_000);
		now += 300 * DAY_MS;
		expect(await make().bytes()).toBe(100_000);
	});

	test('SP9 keeps a cap that cannot be saved', async () => {
		const preferences = new MemoryDevicePreferences({ budgetBytes: 100_000 });
		const allowance = new Allowance(preferences, { wallMs: () => NOW }, () =>
			Promise.resolve(null),
		);
		preferences.write = () => Promise.reject(new Error('no room'));
		await allowance.recordRefusal(50_000);
		expect(await allowance.bytes()).toBe(45_000);
	});

	test('SP1 RT9 keeps footage below what was refused', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 130);
		store.roomBytes = await store.usedBytes();
		const preferences = new MemoryDevicePreferences({ budgetBytes: 1e9 });
		const allowance = new Allowance(preferences, { wallMs: () => NOW }, () =>
			Promise.resolve(null),
		);
		const retention = new Retention({
			segments: store,
			allowance,
			reserve: new MemoryReserve(),
			journal: { note: () => undefined },
		});
		const refusedAt = await store.usedBytes();
		await retention.makeRoom(100);
		const next = sealed(131, T0 + 130 * SECOND);
		expect(await kindOf(store.append(DOOR, 1, next))).toBe('quota');
		await retention.afterQuota();
		await store.append(DOOR, 1, next);
		let refused = 0;
		for (let seq = 132; seq <= 600; seq += 1) {
			await retention.makeRoom(100);
			const kind = await kindOf(store.append(DOOR, 1, sealed(seq, T0 + (seq - 1) * SECOND)));
			if (kind === 'quota') refused += 1;
			expect(await store.usedBytes()).toBeLessThanOrEqual(refusedAt);
		}
		expect(refused).toBe(0);
		expect((await preferences.read()).cap?.bytes).toBe(Math.floor(refusedAt * 0.9));
	});
});

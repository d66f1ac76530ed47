import { describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { Retention } from '#engine/storage/retention.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryLedger, MemoryReserve } from '../../fakes/storage.ts';

const GIB = 2 ** 30;
const DAY_MS = 86_400_000;
const NOW = 1_790_000_000_000;

const audited = (store = new MemoryDevicePreferences()) =>
	new AuditedPreferences(store, new MemoryLedger(), { wallMs: () => NOW });

describe('Allowance', () => {
	test('RT8 SP3 is the person’s budget, else a share of the estimate', async () => {
		const preferences = audited();
		const estimate = () => Promise.resolve(10 * GIB);
		const allowance = new Allowance(preferences, { wallMs: () => NOW }, estimate);
		expect(await allowance.bytes()).toBe(6 * GIB);
		await preferences.write({ budgetBytes: 5000 });
		expect(await allowance.bytes()).toBe(5000);
	});

	test('SP1 SP2 SP9 remembers what was refused, and grows again day by day', async () => {
		const preferences = audited(new MemoryDevicePreferences({ budgetBytes: 100_000 }));
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
		const store = new MemoryDevicePreferences({ budgetBytes: 100_000 });
		const allowance = new Allowance(audited(store), { wallMs: () => NOW }, () =>
			Promise.resolve(null),
		);
		store.write = () => Promise.reject(new Fault('quota', 'no room'));
		await allowance.recordRefusal(50_000);
		expect(await allowance.bytes()).toBe(45_000);
	});

	test('SP1 RT9 keeps footage below what was refused', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 130);
		store.roomBytes = await store.usedBytes();
		const preferences = audited(new MemoryDevicePreferences({ budgetBytes: 1e9 }));
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

	test('RT22 RT8 no database is read before a write while there is room, and changes count at once', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 1);
		const reads = { kept: 0, preferences: 0, estimate: 0, reserve: 0 };
		const counted =
			<T>(of: keyof typeof reads, read: () => Promise<T>) =>
			() => {
				reads[of] += 1;
				return read();
			};
		const [usedBytes, held] = [store.usedBytes.bind(store), new MemoryReserve()];
		store.usedBytes = counted('kept', usedBytes);
		held.held = counted('reserve', held.held.bind(held));
		const memory = new MemoryDevicePreferences({ budgetBytes: 20_000 });
		memory.read = counted('preferences', memory.read.bind(memory));
		const preferences = audited(memory);
		const allowance = new Allowance(
			preferences,
			{ wallMs: () => NOW },
			counted('estimate', () => Promise.resolve(null)),
		);
		const journal = { note: () => undefined };
		const retention = new Retention({ segments: store, allowance, reserve: held, journal });
		const write = async (from: number, to: number): Promise<number> => {
			let evicted = 0;
			for (let seq = from; seq <= to; seq += 1) {
				evicted += (await retention.makeRoom(100)).segments;
				await store.append(DOOR, 1, sealed(seq, T0 + (seq - 1) * SECOND));
			}
			return evicted;
		};
		await write(2, 2);
		const before = { ...reads };
		expect(before).toEqual({ kept: 1, preferences: 1, estimate: 1, reserve: 1 });
		expect(await write(3, 12)).toBe(0);
		expect(reads).toEqual(before);

		// Nobody may fill what others wrote meanwhile, however long there seems to be room.
		await write(13, 63);
		expect(reads.kept).toBe(2);
		expect(reads.preferences).toBe(1);

		// Read once more before anything is evicted.
		await write(64, 130);
		await preferences.write({ budgetBytes: 5000 });
		const { kept } = reads;
		expect(await write(131, 131)).toBeGreaterThan(0);
		expect(reads.kept).toBe(kept + 1);
		expect(await usedBytes()).toBeLessThanOrEqual(5000);
	});

	test('RT22 what another page set counts once the maintenance has refreshed', async () => {
		const memory = new MemoryDevicePreferences({ budgetBytes: 20_000 });
		const allowance = new Allowance(audited(memory), { wallMs: () => NOW }, () =>
			Promise.resolve(null),
		);
		expect(await allowance.bytes()).toBe(20_000);
		await memory.write({ budgetBytes: 5000 });
		expect(await allowance.bytes()).toBe(20_000);
		await allowance.refresh();
		expect(await allowance.bytes()).toBe(5000);
		memory.read = () => Promise.reject(new Fault('timeout', 'the database did not answer'));
		await expect(allowance.refresh()).rejects.toThrow('did not answer');
		expect(await allowance.bytes()).toBe(5000);
	});
});

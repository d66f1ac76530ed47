import { describe, expect, test } from 'vitest';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import { Retention } from '#engine/storage/retention.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryReserve, retentionWith } from '../../fakes/storage.ts';

describe('Retention', () => {
	test('RT7 keeps stored and incoming bytes within the budget, minute after minute', async () => {
		const store = new MemorySegmentStore();
		const retention = retentionWith(store, () => 20_000);
		await record(store, DOOR, 1, 1);
		for (let seq = 2; seq <= 600; seq += 1) {
			await retention.makeRoom(100);
			await store.append(DOOR, 1, sealed(seq, T0 + (seq - 1) * SECOND));
			expect(await store.usedBytes()).toBeLessThanOrEqual(20_000);
		}
		const run = await store.lastRun(DOOR);
		expect(run!.lastSeq).toBe(600);
		// Whole minutes are evicted, so at most one minute less than the budget is kept.
		expect(await store.usedBytes()).toBeGreaterThan(20_000 - 60 * 100 - 200);
	});

	test('RT7 deletes nothing while there is room', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 100);
		const retention = retentionWith(store, () => 1e9);
		expect(await retention.makeRoom(500)).toEqual({ segments: 0, bytes: 0, span: null });
		expect(await store.usedBytes()).toBe(10_100);
	});

	test('RT8 applies a lowered budget at the next write', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 300);
		let budget = 1e9;
		const retention = retentionWith(store, () => budget);
		await retention.makeRoom(100);
		budget = 10_000;
		expect((await retention.makeRoom(100)).segments).toBe(240);
		expect(await store.usedBytes()).toBeLessThanOrEqual(10_000);
	});

	test('RT9 makes room for the same segment after a refused write', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 130);
		store.roomBytes = await store.usedBytes();
		const retention = retentionWith(store, () => 1e9);
		const next = sealed(131, T0 + 130 * SECOND);
		await retention.makeRoom(next.bytes.length);
		expect(await kindOf(store.append(DOOR, 1, next))).toBe('quota');
		expect((await retention.afterQuota()).segments).toBe(120);
		expect((await store.append(DOOR, 1, next)).lastSeq).toBe(131);
	});

	test('SP13 spends the reserve first: the segment is written even if nothing may be deleted', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 30);
		const reserve = new MemoryReserve();
		await reserve.hold(3 * 2 ** 20);
		const noted: string[] = [];
		let refusedAt = 0;
		const retention = new Retention({
			segments: store,
			reserve,
			allowance: {
				bytes: () => Promise.resolve(1e9),
				footageBytes: () => Promise.resolve(1e9),
				recordRefusal: (bytes) => Promise.resolve(void (refusedAt = bytes)),
			},
			journal: { note: (rule) => noted.push(rule) },
		});
		await retention.makeRoom(100);
		// The only page of an open run: RT2 keeps it.
		expect(await retention.afterQuota()).toEqual({ segments: 0, bytes: 3 * 2 ** 20, span: null });
		expect(await reserve.held()).toBe(0);
		expect(refusedAt).toBe((await store.usedBytes()) + 3 * 2 ** 20);
		expect((await retention.afterQuota()).bytes).toBe(0);
	});

	test('RT9 a refused write is tried three times, and no longer than something can be freed', async () => {
		const refusals = async (write: (tried: number) => void, minutes: number) => {
			const store = new MemorySegmentStore();
			// A minute is more than a refused write frees at the least.
			await record(store, DOOR, 1, minutes * 60 + 10, T0, 20_000);
			let tried = 0;
			const trial = () => {
				write((tried += 1));
				return Promise.resolve();
			};
			const result = await kindOf(retentionWith(store, () => 1e9).withRoom(trial));
			return { result, tried };
		};
		const full = (kind: FaultKind) => () => {
			throw new Fault(kind, 'refused');
		};
		expect(await refusals(full('quota'), 9)).toEqual({ result: 'quota', tried: 3 });
		expect(await refusals(full('quota'), 0)).toEqual({ result: 'quota', tried: 1 });
		expect(await refusals(full('timeout'), 9)).toEqual({ result: 'timeout', tried: 1 });
		const twice = (tried: number) => (tried < 3 ? full('quota')() : undefined);
		expect(await refusals(twice, 9)).toEqual({ result: 'none', tried: 3 });
	});

	test('RC13 footage has room made first, and waits for a store that does not answer', async () => {
		const store = new MemorySegmentStore();
		await record(store, DOOR, 1, 300);
		const seen: string[] = [];
		const faults: FaultKind[] = ['unavailable', 'quota'];
		await retentionWith(store, () => 20_000).withRoom(
			() => {
				seen.push('write');
				const kind = faults.shift();
				if (kind !== undefined) throw new Fault(kind, 'not written');
				return Promise.resolve();
			},
			{
				bytes: 100,
				evicted: () => Promise.resolve(void seen.push('evicted')),
				pause: () => Promise.resolve(void seen.push('pause')),
			},
		);
		expect(seen).toEqual(['evicted', 'write', 'pause', 'write', 'evicted', 'write']);
	});
});

import { describe, expect, test } from 'vitest';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import type { Run, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';

export const DOOR = '0123456789abcdef0123456789abcdef' as CameraId;
export const YARD = 'fedcba9876543210fedcba9876543210' as CameraId;
/** A whole minute. */
export const T0 = 1_800_000_000_000_000;
export const SECOND = 1_000_000;
export const MINUTE = 60 * SECOND;

export function filled(length: number, seed: number): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at += 1) bytes[at] = (at * 7 + seed) & 0xff;
	return bytes;
}

export function startOf(camera: CameraId, runNo: number, anchorUs = T0): RunStart {
	const runId = runNo.toString(16).padStart(32, camera.slice(0, 1)) as RunId;
	return { camera, runNo, runId, epoch: 1, mime: 'video/mp4; codecs="avc3.42e01f"', anchorUs };
}

export function sealed(seq: number, startUs: number, size = 100): SealedSegment {
	const bytes = filled(size, seq);
	return { seq, startUs, durationUs: SECOND, sound: seq % 2 === 0, bytes, head: filled(284, seq) };
}

/** Begins a run and appends one-second segments from its anchor on. */
export async function record(
	store: SegmentStore,
	camera: CameraId,
	runNo: number,
	count: number,
	anchorUs = T0,
	size?: number,
): Promise<Run> {
	let run = await store.begin(startOf(camera, runNo, anchorUs), sealed(0, anchorUs));
	for (let seq = 1; seq <= count; seq += 1) {
		run = await store.append(camera, runNo, sealed(seq, anchorUs + (seq - 1) * SECOND, size));
	}
	return run;
}

export async function kindOf(work: Promise<unknown>): Promise<FaultKind | 'none' | 'no fault'> {
	try {
		await work;
		return 'none';
	} catch (error) {
		return error instanceof Fault ? error.kind : 'no fault';
	}
}

/** What every segment store must do. `make` returns an empty one each time. */
export function segmentStoreContract(make: () => Promise<SegmentStore>): void {
	describe('writing', () => {
		test('ST1 a run takes its segments in order and refuses all others', async () => {
			const store = await make();
			expect(await kindOf(store.append(DOOR, 1, sealed(1, T0)))).toBe('cleared');
			await record(store, DOOR, 1, 2);
			expect(await kindOf(store.append(DOOR, 1, sealed(4, T0 + 3 * SECOND)))).toBe('conflict');
			expect(await kindOf(store.append(DOOR, 1, sealed(1, T0)))).toBe('conflict');
			await store.append(DOOR, 1, sealed(3, T0 + 2 * SECOND));
			await store.close(DOOR, 1, 'stopped');
			expect(await kindOf(store.append(DOOR, 1, sealed(4, T0 + 3 * SECOND)))).toBe('conflict');
			expect((await store.between(DOOR, T0, T0 + MINUTE)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
		});

		test('ST2 a run number is above every earlier one of its camera', async () => {
			const store = await make();
			await record(store, DOOR, 3, 1);
			expect(await kindOf(store.begin(startOf(DOOR, 2), sealed(0, T0)))).toBe('conflict');
			expect(await kindOf(store.begin(startOf(DOOR, 3), sealed(0, T0)))).toBe('conflict');
			await record(store, YARD, 1, 1);
			await record(store, DOOR, 5, 1);
			expect((await store.runs(DOOR)).map(({ runNo }) => runNo)).toEqual([3, 5]);
		});

		test('ST3 the returned run equals the stored run', async () => {
			const store = await make();
			const run = await record(store, DOOR, 1, 3);
			expect(run).toEqual({
				...startOf(DOOR, 1),
				...{ startUs: T0, endUs: T0 + 3 * SECOND, firstSeq: 1, lastSeq: 3, bytes: 400 },
				...{ holes: [], ended: null },
			});
			expect(await store.runs(DOOR)).toEqual([run]);
			expect(await store.lastRun(DOOR)).toEqual(run);
			expect(await store.lastRun(YARD)).toBeNull();
			expect((await store.cameras()).sort()).toEqual([DOOR]);
		});

		test('ST3 bytes and head are returned as written, also from the middle of a larger buffer', async () => {
			const store = await make();
			await store.begin(startOf(DOOR, 1), sealed(0, T0));
			const plain = sealed(1, T0, 300_000);
			const larger = new Uint8Array(400_000);
			larger.set(plain.bytes, 7);
			const bytes = larger.subarray(7, 300_007);
			await store.append(DOOR, 1, { ...plain, bytes });
			larger.fill(0);
			const [segment] = await store.between(DOOR, T0, T0 + 1);
			const { seq, startUs, durationUs, size, sound, bad } = segment!;
			expect({ seq, startUs, durationUs, size, sound, bad }).toEqual({
				...{ seq: 1, startUs: T0, durationUs: SECOND, size: 300_000, sound: false, bad: false },
			});
			const stored = await store.read(segment!);
			expect(stored!.bytes).toEqual(plain.bytes);
			expect(stored!.head).toEqual(plain.head);
			const run = await store.lastRun(DOOR);
			expect((await store.read({ ...run!, seq: 0 }))!.bytes).toEqual(sealed(0, T0).bytes);
		});

		test('ST5 the same segment again is written once', async () => {
			const store = await make();
			const begun = await store.begin(startOf(DOOR, 1), sealed(0, T0));
			expect(await store.begin(startOf(DOOR, 1), sealed(0, T0))).toEqual(begun);
			const once = await store.append(DOOR, 1, sealed(1, T0));
			expect(await store.append(DOOR, 1, sealed(1, T0))).toEqual(once);
			const other = { ...sealed(1, T0), head: new Uint8Array(284) };
			expect(await kindOf(store.append(DOOR, 1, other))).toBe('conflict');
			expect(await store.between(DOOR, T0, T0 + MINUTE)).toHaveLength(1);
			expect(await store.usedBytes()).toBe(200);
		});

		test('ST7 a segment that starts slightly early is found; one that goes far back is refused', async () => {
			const store = await make();
			await store.begin(startOf(DOOR, 1), sealed(0, T0));
			await store.append(DOOR, 1, sealed(1, T0 + MINUTE - 30));
			await store.append(DOOR, 1, sealed(2, T0 + MINUTE - 20));
			await store.append(DOOR, 1, sealed(3, T0 + 2 * MINUTE + 5));
			await store.append(DOOR, 1, sealed(4, T0 + 2 * MINUTE + 5));
			expect(await kindOf(store.append(DOOR, 1, sealed(5, T0 + MINUTE)))).toBe('malformed');
			const found = await store.between(DOOR, T0 + 2 * MINUTE, T0 + 2 * MINUTE + 20);
			expect(found.map(({ seq }) => seq)).toEqual([3, 4]);
			expect(await store.between(DOOR, T0, T0 + 3 * MINUTE)).toHaveLength(4);
		});

		test('ST8 a run keeps its first reason, and disappears when it never got a segment', async () => {
			const store = await make();
			await store.begin(startOf(DOOR, 1), sealed(0, T0));
			await store.close(DOOR, 1, 'failed');
			await store.close(DOOR, 1, 'failed');
			expect(await store.runs(DOOR)).toEqual([]);
			expect(await store.usedBytes()).toBe(0);
			await record(store, DOOR, 2, 1);
			await store.close(DOOR, 2, 'unplugged');
			await store.close(DOOR, 2, 'interrupted');
			expect((await store.lastRun(DOOR))!.ended).toBe('unplugged');
		});
	});

	describe('eviction', () => {
		test('RT1 RT5 RT6 oldest first in order of writing, over all cameras, until enough is freed', async () => {
			const store = await make();
			await record(store, YARD, 1, 2, T0 + 900 * MINUTE);
			await store.close(YARD, 1, 'stopped');
			await record(store, DOOR, 1, 130);
			await store.close(DOOR, 1, 'stopped');
			const used = await store.usedBytes();
			const [yardRun] = await store.runs(YARD);
			const first = await store.evict(1, 10);
			expect(first).toEqual({
				segments: 2,
				bytes: 300,
				span: { startUs: T0 + 900 * MINUTE, endUs: T0 + 900 * MINUTE + 2 * SECOND },
				pages: [expect.objectContaining({ camera: YARD, runNo: 1 })],
			});
			expect(await store.runs(YARD)).toEqual([]);
			expect(await store.read({ ...yardRun!, seq: 0 })).toBeNull();
			const second = await store.evict(1e9, 1);
			expect(second.segments).toBe(60);
			expect(await store.usedBytes()).toBe(used - first.bytes - second.bytes);
			const [run] = await store.runs(DOOR);
			expect(run).toMatchObject({ firstSeq: 61, startUs: T0 + MINUTE, lastSeq: 130 });
			expect((await store.between(DOOR, 0, T0 + 9 * MINUTE))[0]!.seq).toBe(61);
			const rest = await store.evict(1e9, 100);
			expect(rest.segments).toBe(70);
			expect(await store.usedBytes()).toBe(0);
			expect(await store.cameras()).toEqual([]);
			expect(await store.evict(1, 1)).toEqual({ segments: 0, bytes: 0, span: null });
		});

		test('RT2 the newest page of an open run stays, and the run goes on', async () => {
			const store = await make();
			await record(store, DOOR, 1, 61);
			expect((await store.evict(1e9, 100)).segments).toBe(60);
			expect((await store.evict(1e9, 100)).segments).toBe(0);
			const run = await store.append(DOOR, 1, sealed(62, T0 + 61 * SECOND));
			expect(run).toMatchObject({ firstSeq: 61, lastSeq: 62, bytes: 300 });
		});

		test('RT2 a run that was never closed is evicted once the next one has progressed', async () => {
			const store = await make();
			await record(store, DOOR, 1, 3);
			await record(store, DOOR, 2, 30, T0 + 10 * MINUTE);
			expect((await store.evict(1, 1)).segments).toBe(0);
			await store.close(DOOR, 2, 'stopped');
			expect((await store.evict(1, 1)).segments).toBe(3);
		});

		test('RT2 an open run of one camera does not protect another', async () => {
			const store = await make();
			await record(store, DOOR, 1, 2);
			await record(store, YARD, 1, 2);
			await store.close(YARD, 1, 'stopped');
			expect((await store.evict(1e9, 100)).segments).toBe(2);
			expect(await store.cameras()).toEqual([DOOR]);
		});

		test('RT3 the bytes of evicted segments are deleted, and no others', async () => {
			const store = await make();
			await record(store, DOOR, 1, 90);
			const all = await store.between(DOOR, 0, T0 + 9 * MINUTE);
			await store.evict(1, 1);
			const there = await Promise.all(all.map(async (one) => (await store.read(one)) !== null));
			expect(there).toEqual(all.map((_, at) => at >= 60));
		});

		test('RT16 pages that ended before a time are evicted, oldest first, up to the limit', async () => {
			const store = await make();
			await record(store, DOOR, 1, 200);
			expect((await store.expire(T0 + 150 * SECOND, 1)).segments).toBe(60);
			const rest = await store.expire(T0 + 150 * SECOND, 100);
			expect(rest).toEqual({
				...{ segments: 60, bytes: 6000 },
				span: { startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE },
				pages: [expect.objectContaining({ camera: DOOR, runNo: 1 })],
			});
			const left = rest.pages?.flatMap(({ segments }) => segments.map(({ seq }) => seq)) ?? [];
			expect([left.length, left[0], left.at(-1)]).toEqual([60, 61, 120]);
			expect((await store.expire(T0 + 150 * SECOND, 100)).segments).toBe(0);
			expect((await store.runs(DOOR))[0]!.firstSeq).toBe(121);
		});

		test('RT5 a hole evicted with its segments is forgotten', async () => {
			const store = await make();
			await record(store, DOOR, 1, 90);
			for (const seq of [5, 70]) {
				const startUs = T0 + (seq - 1) * SECOND;
				await store.damaged({ camera: DOOR, runNo: 1, seq, startUs });
			}
			await store.evict(1, 1);
			expect((await store.lastRun(DOOR))!.holes).toEqual([
				{ startUs: T0 + 69 * SECOND, endUs: T0 + 70 * SECOND, why: 'damaged' },
			]);
		});
	});
}

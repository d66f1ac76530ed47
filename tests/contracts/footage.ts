import { describe, expect, test, vi } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { RunEnd, RunStart } from '#domain/footage/run.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import { DOOR, MINUTE, sealed, SECOND, startOf, T0, YARD } from './segment-store.ts';

/** A run as a camera recorded it. */
export interface GivenRun {
	readonly start: RunStart;
	readonly init: Pick<SealedSegment, 'bytes' | 'head'>;
	readonly segments: readonly SealedSegment[];
	readonly ended: RunEnd;
}

/** An origin of footage, empty at first, and how it gets some. */
export interface Origin {
	readonly footage: Footage;
	/** Resolves with the run as it is there: an archive takes only what is really sealed. */
	readonly store: (run: GivenRun) => Promise<GivenRun>;
}

/** A device's own store. */
export function ownStore(store: SegmentStore): Origin {
	return {
		footage: store,
		store: async (run) => {
			const { start, init, segments, ended } = run;
			const { camera, runNo } = start;
			await store.begin(start, init);
			for (const segment of segments) await store.append(camera, runNo, segment);
			await store.close(camera, runNo, ended);
			return run;
		},
	};
}

/** Segments of a second each, from the run's anchor on. */
function given(camera: CameraId, runNo: number, count: number, anchorUs = T0): GivenRun {
	const segments = Array.from({ length: count }, (_, at) => sealed(at + 1, anchorUs + at * SECOND));
	const start = startOf(camera, runNo, anchorUs);
	return { start, init: sealed(0, anchorUs), segments, ended: 'stopped' };
}

/** What every origin of footage must do. `make` returns an empty one each time. */
export function footageContract(make: () => Promise<Origin>): void {
	const filled = async (...runs: readonly GivenRun[]) => {
		const { footage, store } = await make();
		for (const run of runs) await store(run);
		return footage;
	};

	describe('footage', () => {
		test('ST3 ST32 cameras, runs, segments, bytes and heads are returned as they were stored', async () => {
			const { footage, store } = await make();
			const run = await store(given(DOOR, 1, 3));
			await store(given(YARD, 1, 1));
			const all = [run.init, ...run.segments];
			const sealedBytes = all.reduce((sum, { bytes }) => sum + bytes.length, 0);
			expect((await footage.cameras()).sort()).toEqual([DOOR, YARD]);
			expect(await footage.runs(DOOR)).toEqual([
				{
					...run.start,
					...{ startUs: T0, endUs: T0 + 3 * SECOND, firstSeq: 1, lastSeq: 3 },
					...{ bytes: sealedBytes, holes: [], ended: 'stopped' },
				},
			]);
			const found = await footage.between(DOOR, T0, T0 + MINUTE);
			expect(found).toEqual(
				run.segments.map(({ seq, startUs, durationUs, sound, bytes }) => ({
					...{ camera: DOOR, runNo: 1, seq, startUs, durationUs, sound },
					...{ size: bytes.length, bad: false },
				})),
			);
			const keys = [{ camera: DOOR, runNo: 1, seq: 0, startUs: T0 }, ...found];
			const stored = await Promise.all(keys.map((key) => footage.read(key)));
			expect(stored).toEqual(all.map(({ bytes, head }) => ({ bytes, head })));
		});

		test('ST9 ST10 CW1 segments that touch a span are in recording order, whatever the clock did', async () => {
			const footage = await filled(
				{ ...given(DOOR, 1, 70), ended: 'clock-step' },
				given(DOOR, 2, 5, T0 + 2 * SECOND),
				given(YARD, 1, 5),
			);
			const found = await footage.between(DOOR, T0 + 3 * SECOND + 1, T0 + 5 * SECOND);
			expect(found.map(({ runNo, seq }) => [runNo, seq])).toEqual([
				[1, 4],
				[1, 5],
				[2, 2],
				[2, 3],
			]);
			const over = await footage.between(DOOR, T0 + 58 * SECOND, T0 + 62 * SECOND);
			expect(over.map(({ seq }) => seq)).toEqual([59, 60, 61, 62]);
			expect(await footage.between(DOOR, T0 + 5, T0 + 5)).toEqual([]);
			expect(await footage.between(DOOR, T0 + MINUTE * 5, T0 + MINUTE * 6)).toEqual([]);
		});

		test('ST9 runs that touch a span', async () => {
			const at = (runNo: number) => given(DOOR, runNo, 2, T0 + runNo * 10 * SECOND);
			const footage = await filled(at(1), at(2), at(3));
			const numbers = async (from: number, to: number) =>
				(await footage.runs(DOOR, T0 + from * SECOND, T0 + to * SECOND)).map(({ runNo }) => runNo);
			expect(await numbers(0, 100)).toEqual([1, 2, 3]);
			expect(await numbers(12, 30)).toEqual([2]);
			expect(await numbers(11, 20)).toEqual([1]);
			expect(await numbers(40, 50)).toEqual([]);
		});

		test('ST11 returns the segment recorded last, else the next good one', async () => {
			const footage = await filled(
				given(DOOR, 1, 3),
				given(DOOR, 2, 3, T0 + 2 * SECOND),
				given(DOOR, 3, 2, T0 + 40 * MINUTE),
			);
			const at = async (us: number) => {
				const found = await footage.firstAt(DOOR, us);
				return found && [found.runNo, found.seq];
			};
			expect(await at(T0 + SECOND)).toEqual([1, 2]);
			expect(await at(T0 + 2.5 * SECOND)).toEqual([2, 1]);
			expect(await at(T0 - 7 * MINUTE)).toEqual([1, 1]);
			expect(await at(T0 + 5 * SECOND)).toEqual([3, 1]);
			expect(await at(T0 + 20 * MINUTE)).toEqual([3, 1]);
			expect(await at(T0 + 40 * MINUTE + 2 * SECOND)).toBeNull();
			const bad = await footage.firstAt(DOOR, T0 + 40 * MINUTE);
			expect(await footage.damaged(bad!)).toBe(true);
			expect(await at(T0 + 40 * MINUTE + 1)).toEqual([3, 2]);
		});

		test('ST13 a damaged segment is bad, and a hole; one that is bad or missing is no news', async () => {
			const footage = await filled(given(DOOR, 1, 5));
			const said: boolean[] = [];
			for (const seq of [2, 3, 3, 99]) {
				const startUs = T0 + (seq - 1) * SECOND;
				said.push(await footage.damaged({ camera: DOOR, runNo: 1, seq, startUs }));
			}
			said.push(await footage.damaged({ camera: YARD, runNo: 1, seq: 1, startUs: T0 }));
			expect(said).toEqual([true, true, false, false, false]);
			const bad = (await footage.between(DOOR, T0, T0 + MINUTE)).filter(({ bad }) => bad);
			expect(bad.map(({ seq }) => seq)).toEqual([2, 3]);
			expect((await footage.runs(DOOR))[0]!.holes).toEqual([
				{ startUs: T0 + SECOND, endUs: T0 + 3 * SECOND, why: 'damaged' },
			]);
		});

		test('ST15 changes are reported until unsubscribed', async () => {
			const { footage, store } = await make();
			let [told, toldUntilStopped] = [0, 0];
			footage.watch(() => (told += 1));
			const stop = footage.watch(() => (toldUntilStopped += 1));
			await store(given(DOOR, 1, 2));
			await vi.waitFor(() => expect(toldUntilStopped).toBeGreaterThan(0));
			stop();
			const before = [told, toldUntilStopped] as const;
			await store(given(DOOR, 2, 2, T0 + MINUTE));
			await vi.waitFor(() => expect(told).toBeGreaterThan(before[0]));
			expect(toldUntilStopped).toBe(before[1]);
		});

		test('ST19 what is not here is null', async () => {
			const footage = await filled(given(DOOR, 1, 2));
			const key = { camera: DOOR, runNo: 1, seq: 1, startUs: T0 };
			for (const other of [{ seq: 3 }, { runNo: 2 }, { camera: YARD }, { runNo: 2, seq: 0 }]) {
				expect(await footage.read({ ...key, ...other })).toBeNull();
			}
			expect(await footage.read(key)).not.toBeNull();
		});
	});
}

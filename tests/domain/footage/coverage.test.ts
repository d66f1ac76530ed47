import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coverage, SEAM_US } from '#domain/footage/coverage.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { RUN_ENDS, type Hole, type NewerReason, type Run } from '#domain/footage/run.ts';

const S = 1_000_000;

function run(runNo: number, from: number, to: number, change: Partial<Run> = {}): Run {
	return {
		...{ camera: 'c'.repeat(32) as CameraId, runNo, runId: 'd'.repeat(32) as RunId, epoch: 1 },
		...{ mime: 'video/mp4', anchorUs: from * S, startUs: from * S, endUs: to * S },
		...{ firstSeq: 1, lastSeq: Math.ceil(to - from), bytes: 1, holes: [] },
		ended: 'stopped',
		...change,
	};
}

const hole = (from: number, to: number, why: Hole['why'] = 'damaged'): Hole => ({
	...{ startUs: from * S, endUs: to * S, why },
});

/** In seconds, for readability. */
function drawn(runs: readonly Run[], from: number, to: number) {
	const { footage, gaps } = coverage(runs, from * S, to * S);
	return {
		footage: footage.map(({ startUs, endUs }) => [startUs / S, endUs / S]),
		gaps: gaps.map(({ startUs, endUs, why }) => [startUs / S, endUs / S, why]),
	};
}

describe('coverage', () => {
	test('nothing recorded', () => {
		expect(drawn([], 0, 100)).toEqual({ footage: [], gaps: [[0, 100, 'not-started']] });
	});

	test('each gap has the reason of the run before it', () => {
		const runs = [run(1, 10, 20), run(2, 30, 40, { ended: 'unplugged' }), run(3, 50, 60)];
		expect(drawn(runs, 0, 70)).toEqual({
			footage: [
				[10, 20],
				[30, 40],
				[50, 60],
			],
			gaps: [
				[0, 10, 'not-started'],
				[20, 30, 'stopped'],
				[40, 50, 'unplugged'],
				[60, 70, 'stopped'],
			],
		});
	});

	test('runs that overlap or are separated by a seam are one span', () => {
		const runs = [run(1, 0, 10.05, { ended: 'rotated' }), run(2, 10, 20), run(3, 20.19, 30)];
		expect(drawn(runs, 0, 30).footage).toEqual([[0, 30]]);
		expect(drawn([run(1, 0, 10), run(2, 10.2, 20)], 0, 20).gaps).toEqual([[10, 10.2, 'stopped']]);
	});

	test('a gap after a planned rotation is an interruption', () => {
		const runs = [run(1, 0, 10, { ended: 'rotated' }), run(2, 15, 20)];
		expect(drawn(runs, 0, 20).gaps).toEqual([[10, 15, 'interrupted']]);
	});

	test('ST33 a reason of a newer version is a gap of its own', () => {
		const newer = 'privacy' as NewerReason;
		const runs = [run(1, 0, 10, { ended: newer, holes: [hole(2, 4, newer)] }), run(2, 15, 20)];
		expect(drawn(runs, 0, 20)).toEqual({
			footage: [
				[0, 2],
				[4, 10],
				[15, 20],
			],
			gaps: [
				[2, 4, 'unknown'],
				[10, 15, 'unknown'],
			],
		});
	});

	test('holes are gaps with their own reason, also next to the end of a run', () => {
		const runs = [
			run(1, 0, 50, { holes: [hole(10, 20), hole(40, 50, 'deleted')] }),
			run(2, 60, 70),
		];
		expect(drawn(runs, 0, 70)).toEqual({
			footage: [
				[0, 10],
				[20, 40],
				[60, 70],
			],
			gaps: [
				[10, 20, 'damaged'],
				[40, 50, 'deleted'],
				[50, 60, 'stopped'],
			],
		});
	});

	test('a hole covered by another run is none', () => {
		const runs = [run(1, 0, 50, { holes: [hole(10, 20)] }), run(2, 5, 25)];
		expect(drawn(runs, 0, 50)).toEqual({ footage: [[0, 50]], gaps: [] });
	});

	test('after an open run there is no gap yet; when another follows, it was interrupted', () => {
		const open = run(1, 0, 10, { ended: null });
		expect(drawn([open], 0, 30)).toEqual({ footage: [[0, 10]], gaps: [] });
		expect(drawn([open, run(2, 20, 25)], 0, 30).gaps).toEqual([
			[10, 20, 'interrupted'],
			[25, 30, 'stopped'],
		]);
	});

	test('what is missing at the front of a run made room', () => {
		const runs = [run(4, 30, 40, { anchorUs: 10 * S, firstSeq: 21 })];
		expect(drawn(runs, 0, 40).gaps).toEqual([
			[0, 10, 'not-started'],
			[10, 30, 'evicted'],
		]);
	});

	test('a run without segments is neither footage nor a reason', () => {
		const empty = run(2, 15, 15, { lastSeq: 0, ended: null });
		expect(drawn([run(1, 0, 10), empty], 0, 20).gaps).toEqual([[10, 20, 'stopped']]);
	});

	test('CW7 after a step back both runs are one span', () => {
		const runs = [run(1, 100, 200, { ended: 'clock-step' }), run(2, 150, 180)];
		expect(drawn(runs, 100, 250)).toEqual({
			footage: [[100, 200]],
			gaps: [[200, 250, 'clock-step']],
		});
	});

	test('a window inside a run, and inside a gap', () => {
		const runs = [run(1, 0, 100), run(2, 200, 300)];
		expect(drawn(runs, 20, 30)).toEqual({ footage: [[20, 30]], gaps: [] });
		expect(drawn(runs, 120, 130)).toEqual({ footage: [], gaps: [[120, 130, 'stopped']] });
	});

	test('footage and gaps tile the window: sorted, disjoint, complete', () => {
		const some = fc.array(
			fc.record({
				from: fc.nat(300),
				length: fc.integer({ min: 1, max: 80 }),
				lost: fc.nat(3),
				ended: fc.constantFrom(...RUN_ENDS),
				holes: fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })), { maxLength: 3 }),
			}),
			{ maxLength: 8 },
		);
		fc.assert(
			fc.property(some, (given) => {
				const runs = given.map(({ from, length, lost, ended, holes }, index) =>
					run(index + 1, from, from + length, {
						...{ ended, firstSeq: lost + 1, anchorUs: Math.max(0, from - lost) * S },
						holes: holes
							.map(([at, long]) => hole(from + at, Math.min(from + at + long, from + length)))
							.filter(({ startUs, endUs }) => startUs < endUs)
							.sort((a, b) => a.startUs - b.startUs),
					}),
				);
				const { footage, gaps } = coverage(runs, 50 * S, 250 * S);
				let atUs = 50 * S;
				for (const span of [...footage, ...gaps].sort((a, b) => a.startUs - b.startUs)) {
					expect(span.startUs).toBe(atUs);
					expect(span.endUs).toBeGreaterThan(span.startUs);
					atUs = span.endUs;
				}
				expect(atUs).toBe(250 * S);
				const covered = (us: number) =>
					runs.some(
						(one) =>
							one.startUs <= us &&
							us < one.endUs &&
							!one.holes.some(({ startUs, endUs }) => startUs <= us && us < endUs),
					);
				for (let us = 50.5 * S; us < 250 * S; us += S) {
					const inFootage = footage.some(({ startUs, endUs }) => startUs <= us && us < endUs);
					expect(inFootage).toBe(covered(us));
				}
			}),
		);
		expect(SEAM_US).toBeLessThan(S);
	});
});

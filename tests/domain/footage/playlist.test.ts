import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import {
	GROUP_SEGMENTS,
	groupKey,
	groupsOf,
	initKey,
	playlistKeyFrom,
	playlistOf,
} from '#domain/footage/playlist.ts';
import {
	lastSeekPoint,
	skipTargetOf,
	lengthUsOf,
	seekPointAt,
	seekPointOfWall,
} from '#domain/footage/seek.ts';
import type { Segment } from '#domain/footage/segment.ts';

const SECOND = 1_000_000;
const T0 = 1_800_000_000 * SECOND;

function segment(runNo: number, seq: number, startUs: number, durationUs = SECOND): Segment {
	const camera = '0123456789abcdef0123456789abcdef' as CameraId;
	return { camera, runNo, seq, startUs, durationUs, size: 1, sound: false, bad: false };
}

function run(runNo: number, count: number, fromUs: number): Segment[] {
	return Array.from({ length: count }, (_, at) => segment(runNo, at + 1, fromUs + at * SECOND));
}

/** Consecutive runs in wall time, with gaps, holes, uneven durations and seams. */
const recordings = fc
	.array(
		fc.record({
			gapUs: fc.integer({ min: 0, max: 3600 * SECOND }),
			segments: fc.array(
				fc.record({
					durationUs: fc.integer({ min: 50_000, max: 3 * SECOND }),
					seamUs: fc.integer({ min: -20_000, max: 400_000 }),
					bad: fc.boolean(),
				}),
				{ minLength: 1, maxLength: 30 },
			),
		}),
		{ minLength: 1, maxLength: 6 },
	)
	.map((runs) => {
		const all: Segment[] = [];
		let us = T0;
		for (const [at, { gapUs, segments }] of runs.entries()) {
			us += gapUs + 20_000;
			for (const [index, { durationUs, seamUs, bad }] of segments.entries()) {
				all.push({ ...segment(at + 1, index + 1, us, durationUs), bad });
				us += durationUs + seamUs;
			}
			us = Math.max(us, (all.at(-1)?.startUs ?? us) + (all.at(-1)?.durationUs ?? 0));
		}
		return all;
	});

describe('groups', () => {
	it('PB7 hold five consecutive segments', () => {
		const groups = groupsOf(run(1, 12, T0));
		expect(groups.map(({ segments }) => segments.length)).toEqual([5, 5, 2]);
		expect(new Set(groups.map(({ piece }) => piece)).size).toBe(1);
		expect(lengthUsOf(groups)).toBe(12 * SECOND);
	});

	it('PB7 end at a run, a hole, a bad segment and a span without frames', () => {
		const [a, b, c, d, e, f] = run(1, 6, T0);
		const late = segment(1, 7, T0 + 9 * SECOND);
		const other = segment(2, 1, T0 + 10 * SECOND);
		const all = [a!, b!, { ...c!, bad: true }, d!, f!, late, other];
		const groups = groupsOf(all);
		expect(groups.map(({ segments }) => segments.map(({ seq }) => seq))).toEqual([
			[1, 2],
			[4],
			[6],
			[7],
			[1],
		]);
		expect(groups.map(({ piece }) => piece)).toEqual([0, 1, 2, 3, 4]);
		expect(groupsOf([a!, b!, d!, e!], ({ seq }) => seq === 2)).toHaveLength(2);
	});

	it('PB7 within a piece last until the next one starts, whatever the index says', () => {
		const all = run(1, 7, T0).map((one) => ({ ...one, durationUs: SECOND - 33_333 }));
		expect(groupsOf(all).map(({ durationUs }) => durationUs)).toEqual([
			5 * SECOND,
			2 * SECOND - 33_333,
		]);
	});

	it('PB3 PB7 are contiguous, never empty, and cover everything usable', () => {
		fc.assert(
			fc.property(recordings, (all) => {
				const groups = groupsOf(all);
				let positionUs = 0;
				for (const group of groups) {
					expect(group.positionUs).toBe(positionUs);
					expect(group.durationUs).toBeGreaterThan(0);
					expect(group.segments.length).toBeLessThanOrEqual(GROUP_SEGMENTS);
					expect(new Set(group.segments.map(({ runNo }) => runNo)).size).toBe(1);
					positionUs += group.durationUs;
				}
				const kept = groups.flatMap(({ segments }) => segments);
				expect(kept).toEqual(all.filter(({ bad }) => !bad));
			}),
		);
	});
});

describe('a playlist', () => {
	it('lists everything, with discontinuities, maps and dates where they belong', () => {
		const hole = run(1, 9, T0).filter(({ seq }) => seq !== 7);
		const text = playlistOf(groupsOf([...hole, ...run(4, 2, T0 + 60 * SECOND)]));
		expect(text.split('\n')).toEqual([
			'#EXTM3U',
			'#EXT-X-VERSION:7',
			'#EXT-X-TARGETDURATION:5',
			'#EXT-X-MEDIA-SEQUENCE:0',
			'#EXT-X-PLAYLIST-TYPE:VOD',
			'#EXT-X-INDEPENDENT-SEGMENTS',
			'#EXT-X-MAP:URI="init-1"',
			'#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:00.000Z',
			'#EXTINF:5.000000,',
			'group-0',
			'#EXTINF:1.000000,',
			'group-1',
			'#EXT-X-DISCONTINUITY',
			'#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:00:07.000Z',
			'#EXTINF:2.000000,',
			'group-2',
			'#EXT-X-DISCONTINUITY',
			'#EXT-X-MAP:URI="init-4"',
			'#EXT-X-PROGRAM-DATE-TIME:2027-01-15T08:01:00.000Z',
			'#EXTINF:2.000000,',
			'group-3',
			'#EXT-X-ENDLIST',
			'',
		]);
	});

	it('its keys are parsed, others are not', () => {
		expect(playlistKeyFrom(initKey(12))).toEqual({ kind: 'init', runNo: 12 });
		expect(playlistKeyFrom(groupKey(3))).toEqual({ kind: 'group', index: 3 });
		for (const other of ['', 'group-', 'group-1x', 'init-1e3', '../group-1']) {
			expect(playlistKeyFrom(other)).toBe(null);
		}
	});
});

describe('wall time and position', () => {
	it('PB3 are inverse wherever there is footage', () => {
		fc.assert(
			fc.property(recordings, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
				const groups = groupsOf(all);
				fc.pre(groups.length > 0);
				const positionUs = Math.floor(share * (lengthUsOf(groups) - 1));
				const spot = seekPointAt(groups, positionUs);
				expect(spot?.positionUs).toBe(positionUs);
				const again = seekPointOfWall(groups, spot!.wallUs);
				// Neighbouring pieces may overlap by some ms: then the later one counts.
				const isLater = again!.index > spot!.index;
				if (!isLater) expect(again).toEqual(spot);
				expect(again!.wallUs).toBe(spot!.wallUs);
			}),
		);
	});

	it('PB3 where the clock went back, the run recorded later counts', () => {
		const groups = groupsOf([...run(1, 20, T0), ...run(2, 10, T0 + 5 * SECOND)]);
		expect(seekPointOfWall(groups, T0 + 7 * SECOND)).toMatchObject({ positionUs: 22 * SECOND });
		expect(seekPointOfWall(groups, T0 + 17 * SECOND)).toMatchObject({ positionUs: 17 * SECOND });
	});

	it('PB4 a wall time in a gap is the next footage; after everything there is none', () => {
		const groups = groupsOf([...run(1, 5, T0), ...run(2, 5, T0 + 60 * SECOND)]);
		expect(seekPointOfWall(groups, T0 + 30 * SECOND)).toEqual({
			index: 1,
			positionUs: 5 * SECOND,
			wallUs: T0 + 60 * SECOND,
		});
		expect(seekPointOfWall(groups, T0 - 1)?.wallUs).toBe(T0);
		expect(seekPointOfWall(groups, T0 + 65 * SECOND)).toBe(null);
		expect(lastSeekPoint(groups)?.wallUs).toBeLessThan(T0 + 65 * SECOND);
		expect(seekPointAt([], 0)).toBe(null);
	});

	it('PB6 a skip counts positions, and returns the remainder', () => {
		const groups = groupsOf([...run(1, 5, T0), ...run(2, 5, T0 + 60 * SECOND)]);
		expect(skipTargetOf(groups, 3 * SECOND, 4 * SECOND)).toEqual({
			kind: 'here',
			positionUs: 7 * SECOND,
		});
		expect(skipTargetOf(groups, 3 * SECOND, -4 * SECOND)).toEqual({
			kind: 'before',
			restUs: -SECOND,
		});
		expect(skipTargetOf(groups, 3 * SECOND, 9 * SECOND)).toEqual({
			kind: 'behind',
			restUs: 2 * SECOND,
		});
	});
});

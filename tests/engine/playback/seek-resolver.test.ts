import { beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest';
import { SeekResolver, type SeekTarget } from '#engine/playback/seek-resolver.ts';
import type { SegmentOpener } from '#engine/playback/day-playlist.ts';
import { DOOR, record, sealed, SECOND, T0, YARD } from '../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const DAY_MS = 86_400_000;
const DAY = DAY_MS * 1000;
/** T0 is at eight o’clock. */
const MIDNIGHT = 16 * 3600;
const dayOf = (ms: number) => {
	const startMs = Math.floor(ms / DAY_MS) * DAY_MS;
	return { startMs, endMs: startMs + DAY_MS };
};
const opener: SegmentOpener = {
	openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
	open: (_, __, { bytes }) => Promise.resolve({ body: bytes }),
};

let segments: MemorySegmentStore;
let resolver: SeekResolver;
beforeEach(() => {
	segments = new MemorySegmentStore();
	resolver = new SeekResolver({ footage: segments, opener, dayOf }, DOOR);
});

/** A run of so many seconds, from a second after T0 on. */
async function film(runNo: number, seconds: number, from: number, camera = DOOR): Promise<void> {
	await record(segments, camera, runNo, seconds, T0 + from * SECOND);
	await segments.close(camera, runNo, 'stopped');
}

/** Seconds after T0, but for less than a frame, and whether it is the end. */
const told = (target: SeekTarget | null) =>
	target && [Math.round((target.point.wallUs - T0) / 100_000) / 10, target.end];
const at = async (second: number) => told(await resolver.at(T0 + second * SECOND));
const skipped = async (from: number, seconds: number) => {
	const target = await resolver.at(T0 + from * SECOND);
	return told(await resolver.skip(target!, seconds * SECOND));
};

describe('a moment', () => {
	test('without footage leads nowhere', async () => {
		await film(1, 3, 0, YARD);
		expect([await resolver.newest(), await at(0)]).toEqual([null, null]);
	});

	test('PB4 in footage is that frame; in a gap, the next footage; after everything, the last', async () => {
		await film(1, 5, 0);
		await film(2, 5, 100);
		expect(await at(2.5)).toEqual([2.5, false]);
		expect(await at(50)).toEqual([100, false]);
		expect(await at(-50)).toEqual([0, false]);
		expect(await at(500)).toEqual([105, true]);
	});

	test('PB1 the newest is the end of what was recorded last', async () => {
		await film(1, 5, 0);
		await film(2, 5, 3 * MIDNIGHT);
		expect(told(await resolver.newest())).toEqual([3 * MIDNIGHT + 5, true]);
	});

	test('PB4 the next footage may be days away, and so may the last', async () => {
		await film(1, 5, 0);
		await film(2, 5, 5 * 86_400);
		expect(await at(86_400)).toEqual([5 * 86_400, false]);
		expect(await at(9 * 86_400)).toEqual([5 * 86_400 + 5, true]);
	});

	test('PB8 a segment over midnight belongs to the day in which it started', async () => {
		await record(segments, DOOR, 1, 2, T0 + (MIDNIGHT - 1.5) * SECOND);
		await film(2, 2, MIDNIGHT + 60);
		const target = await resolver.at(T0 + MIDNIGHT * SECOND);
		// The day that begins has nothing before its own first segment.
		expect(told(target)).toEqual([MIDNIGHT + 60, false]);
		expect(target!.playlist.day.startUs).toBe(T0 + MIDNIGHT * SECOND);
		expect(await at(MIDNIGHT - 0.6)).toEqual([MIDNIGHT - 0.6, false]);
	});
});

describe('a skip', () => {
	beforeEach(async () => {
		await film(1, 5, 0);
		await film(2, 5, 100);
		await film(3, 5, 2 * 86_400);
	});

	test('PB6 goes over footage, not over gaps, in both directions and across days', async () => {
		expect(await skipped(1, 2)).toEqual([3, false]);
		expect(await skipped(1, 6)).toEqual([102, false]);
		expect(await skipped(102, -6)).toEqual([1, false]);
		expect(await skipped(102, 6)).toEqual([2 * 86_400 + 3, false]);
		expect(await skipped(2 * 86_400 + 1, -3)).toEqual([103, false]);
		expect(await skipped(2 * 86_400 + 1, -10)).toEqual([1, false]);
	});

	test('PB6 stops at the first frame and at the last', async () => {
		expect(await skipped(1, -60)).toEqual([0, false]);
		expect(await skipped(2 * 86_400 + 1, 60)).toEqual([2 * 86_400 + 5, true]);
	});
});

describe('what was read before', () => {
	let reads: MockInstance<MemorySegmentStore['between']>;
	beforeEach(async () => {
		await film(1, 5, 0);
		reads = vi.spyOn(segments, 'between');
	});

	test('a day is read once, also for what lies beside its footage', async () => {
		for (const second of [0, 3, 4.5, 1]) await at(second);
		expect(reads).toHaveBeenCalledTimes(1);
		resolver.invalidate();
		await at(1);
		expect(reads).toHaveBeenCalledTimes(2);
	});

	test('a day that has grown is read again, but only for a moment that was not known', async () => {
		await at(1);
		await film(2, 5, 100);
		resolver.stale = true;
		expect(await at(2)).toEqual([2, false]);
		expect(reads).toHaveBeenCalledTimes(1);
		expect(await at(102)).toEqual([102, false]);
		expect(reads).toHaveBeenCalledTimes(2);
	});

	test('PB17 after a day comes what was recorded meanwhile, else the next day', async () => {
		await segments.begin(
			{ ...(await segments.runs(DOOR))[0]!, runNo: 2, anchorUs: T0 + 100 * SECOND },
			sealed(0, T0),
		);
		await segments.append(DOOR, 2, sealed(1, T0 + 100 * SECOND));
		const { playlist } = (await resolver.at(T0))!;
		expect(await resolver.after(playlist)).toBe(null);
		await segments.append(DOOR, 2, sealed(2, T0 + 101 * SECOND));
		resolver.stale = true;
		expect(told(await resolver.after(playlist))).toEqual([101, false]);
		await film(3, 5, 3 * 86_400);
		const grown = (await resolver.at(T0))!.playlist;
		expect(told(await resolver.after(grown))).toEqual([3 * 86_400, false]);
	});
});

test('PB13 what opens but does not play is left out, and a day of nothing else is passed over', async () => {
	await film(1, 3, 0);
	await film(2, 3, 86_400);
	await film(3, 3, 2 * 86_400);
	const { playlist } = (await resolver.at(T0 + DAY))!;
	for (const group of playlist.groups) resolver.exclude(group, true);
	const without = await resolver.withExclusions(playlist);
	expect(without.groups).toEqual([]);
	expect(await at(86_400 + 1)).toEqual([2 * 86_400, false]);
	expect(await skipped(2, 3)).toEqual([2 * 86_400 + 2, false]);
	expect(await skipped(2 * 86_400 + 1, -2)).toEqual([2, false]);
});

test('a gap is found with its reason; in footage there is none', async () => {
	await film(1, 5, 0);
	await film(2, 5, 100);
	await resolver.refreshRuns();
	const now = T0 + 200 * SECOND;
	expect(resolver.gapAt(T0 + 50 * SECOND, now)).toEqual({
		...{ startUs: T0 + 5 * SECOND, endUs: T0 + 100 * SECOND, why: 'stopped' },
	});
	expect(resolver.gapAt(T0 + 2 * SECOND, now)).toBe(null);
});

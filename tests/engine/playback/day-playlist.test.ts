import { expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Span } from '#domain/footage/span.ts';
import type { SegmentKey } from '#domain/footage/segment.ts';
import { DayPlaylist, Exclusions, type SegmentOpener } from '#engine/playback/day-playlist.ts';
import { DOOR, record, T0 } from '../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const day = { startUs: T0 - 1, endUs: T0 + 3_600e6 };

class SlowSegments extends MemorySegmentStore {
	override async damaged(segment: SegmentKey): Promise<boolean> {
		for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
		return super.damaged(segment);
	}
}

const opener: SegmentOpener = {
	openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
	open: () => Promise.reject(new Fault('corrupt', 'a segment did not open')),
};

async function playlistOf(footage: MemorySegmentStore, exclusions: Exclusions) {
	await record(footage, DOOR, 1, 3);
	const kept = {
		runs: await footage.runs(DOOR),
		segments: await footage.between(DOOR, day.startUs, day.endUs),
	};
	return new DayPlaylist({ footage, opener }, DOOR, day, kept, exclusions);
}

it('PB10 concurrent loads of a damaged segment wait until it is marked bad', async () => {
	const segments = new SlowSegments();
	const exclusions = new Exclusions();
	const playlist = await playlistOf(segments, exclusions);
	const { signal } = new AbortController();
	const loads = [playlist.load('group-0', signal), playlist.load('group-0', signal)].map(
		async (load) => {
			await expect(load).rejects.toMatchObject({ kind: 'corrupt' });
			const [run] = await segments.runs(DOOR);
			return run?.holes.length;
		},
	);
	expect(await Promise.all(loads)).toEqual([1, 1]);
	expect(exclusions.skipped).toBe(3);
});

it('PB10 what cannot be marked bad is counted and left out all the same', async () => {
	class FullSegments extends MemorySegmentStore {
		override damaged(): Promise<boolean> {
			return Promise.reject(new Fault('quota', 'no room for the mark'));
		}
	}
	const exclusions = new Exclusions();
	const playlist = await playlistOf(new FullSegments(), exclusions);
	const load = playlist.load('group-0', new AbortController().signal);
	await expect(load).rejects.toMatchObject({ kind: 'corrupt' });
	expect(exclusions.skipped).toBe(3);
	expect(exclusions.has({ runNo: 1, seq: 2 })).toBe(true);
});

/** Opens everything, and counts what was opened. */
function countingOpener() {
	const opened: number[] = [];
	const opener: SegmentOpener = {
		openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
		open: (_run, { seq }, { bytes }) => {
			opened.push(seq);
			return Promise.resolve({ body: bytes });
		},
	};
	return { opener, opened };
}

it('PB8 a segment that crosses midnight belongs to the day in which it starts', async () => {
	const segments = new MemorySegmentStore();
	await record(segments, DOOR, 1, 6);
	// Midnight is in the middle of the third second.
	const midnightUs = T0 + 2.5e6;
	const { opener } = countingOpener();
	const playlistFor = async (span: Span) => {
		const kept = {
			runs: await segments.runs(DOOR),
			segments: await segments.between(DOOR, span.startUs, span.endUs),
		};
		const playlist = new DayPlaylist(
			{ footage: segments, opener },
			DOOR,
			span,
			kept,
			new Exclusions(),
		);
		return playlist.groups.flatMap((group) => group.segments.map(({ seq }) => seq));
	};
	expect(await playlistFor({ startUs: T0 - 1e9, endUs: midnightUs })).toEqual([1, 2, 3]);
	expect(await playlistFor({ startUs: midnightUs, endUs: midnightUs + 1e9 })).toEqual([4, 5, 6]);
});

it('PB19 footage is opened one group at a time, on its way to the screen, and none of it is kept', async () => {
	const segments = new MemorySegmentStore();
	await record(segments, DOOR, 1, 12);
	const { opener, opened } = countingOpener();
	const kept = {
		runs: await segments.runs(DOOR),
		segments: await segments.between(DOOR, day.startUs, day.endUs),
	};
	const playlist = new DayPlaylist(
		{ footage: segments, opener },
		DOOR,
		day,
		kept,
		new Exclusions(),
	);
	await playlist.load('init-1', new AbortController().signal);
	expect(opened).toEqual([]);
	const first = await playlist.load('group-1', new AbortController().signal);
	expect(opened.toSorted((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
	// Asked for again, it is opened again.
	expect(await playlist.load('group-1', new AbortController().signal)).toEqual(first);
	expect(opened).toHaveLength(10);
});

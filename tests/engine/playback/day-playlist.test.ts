import { expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
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

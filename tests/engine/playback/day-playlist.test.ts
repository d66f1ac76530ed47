import { expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { DayPlaylist, Exclusions, type SegmentOpener } from '#engine/playback/day-playlist.ts';
import { DOOR, record, T0 } from '../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const day = { startUs: T0 - 1, endUs: T0 + 3_600e6 };

class SlowSegments extends MemorySegmentStore {
	override async quarantine(segment: Segment): Promise<void> {
		for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
		await super.quarantine(segment);
	}
}

it('PB10 concurrent loads of a damaged segment wait until it is marked bad', async () => {
	const segments = new SlowSegments();
	await record(segments, DOOR, 1, 3);
	const opener: SegmentOpener = {
		openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
		open: () => Promise.reject(new Fault('corrupt', 'a segment did not open')),
	};
	const kept = {
		runs: await segments.runs(DOOR),
		segments: await segments.between(DOOR, day.startUs, day.endUs),
	};
	const sieve = new Exclusions();
	const playlist = new DayPlaylist({ segments, opener }, DOOR, day, kept, sieve);
	const { signal } = new AbortController();
	const loads = [playlist.load('group-0', signal), playlist.load('group-0', signal)].map(
		async (load) => {
			await expect(load).rejects.toMatchObject({ kind: 'corrupt' });
			const [run] = await segments.runs(DOOR);
			return run?.holes.length;
		},
	);
	expect(await Promise.all(loads)).toEqual([1, 1]);
	expect(sieve.skipped).toBe(3);
});

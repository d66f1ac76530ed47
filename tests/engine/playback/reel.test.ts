import { expect, it } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { DayReel, Sieve, type Opens } from '#engine/playback/reel.ts';
import { DOOR, record, T0 } from '../../contracts/segments.ts';
import { MemorySegments } from '../../fakes/segments.ts';

const day = { startUs: T0 - 1, endUs: T0 + 3_600e6 };

class SlowSegments extends MemorySegments {
	override async quarantine(segment: Segment): Promise<void> {
		for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
		await super.quarantine(segment);
	}
}

it('PB10 whoever meets a damaged segment waits until it is set aside', async () => {
	const segments = new SlowSegments();
	await record(segments, DOOR, 1, 3);
	const opener: Opens = {
		openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
		open: () => Promise.reject(new Fault('corrupt', 'a segment did not open')),
	};
	const kept = {
		runs: await segments.runs(DOOR),
		segments: await segments.between(DOOR, day.startUs, day.endUs),
	};
	const sieve = new Sieve();
	const reel = new DayReel({ segments, opener }, DOOR, day, kept, sieve);
	const { signal } = new AbortController();
	const loads = [reel.load('group-0', signal), reel.load('group-0', signal)].map(async (load) => {
		await expect(load).rejects.toMatchObject({ kind: 'corrupt' });
		const [run] = await segments.runs(DOOR);
		return run?.holes.length;
	});
	expect(await Promise.all(loads)).toEqual([1, 1]);
	expect(sieve.skipped).toBe(3);
});

import { expect, test } from 'vitest';
import type { SegmentOpener } from '#engine/playback/day-playlist.ts';
import { ClipExporter } from '#engine/playback/clip-exporter.ts';
import type { ClipMuxer, ClipMuxerOptions } from '#ports/media/clip-muxer.ts';
import { DOOR, sealed, SECOND, startOf, T0 } from '../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';

const span = { startUs: T0, endUs: T0 + 10 * SECOND };
const opener: SegmentOpener = {
	openInit: (_, { bytes }) => Promise.resolve({ body: bytes }),
	open: (_run, _segment, { bytes }) => Promise.resolve({ body: bytes }),
};

/** Three seconds of footage, and a muxer that can encode AAC or not. */
async function exporting({ aac, sound }: { aac: boolean; sound: boolean }) {
	const segments = new MemorySegmentStore();
	const init = { seq: 0, bytes: new Uint8Array(10), head: new Uint8Array(10) };
	await segments.begin(startOf(DOOR, 1), init);
	for (let at = 0; at < 3; at += 1)
		await segments.append(DOOR, 1, { ...sealed(at + 1, T0 + at * SECOND), sound });
	const begun: ClipMuxerOptions[] = [];
	const muxer: ClipMuxer = {
		canAac: () => Promise.resolve(aac),
		begin: (options) => {
			begun.push(options);
			return {
				add: () => Promise.resolve(),
				finish: () => Promise.resolve(new Blob()),
				cancel: () => Promise.resolve(),
			};
		},
		sizeOf: () => Promise.resolve({ width: 1, height: 1 }),
	};
	const clips = new ClipExporter({ footage: segments, opener, muxer });
	const plan = (await clips.plan(DOOR, span))!;
	const write = (format: 'mp4' | 'mp4-opus') =>
		clips.write(plan, {
			...{ format, file: null, onProgress: () => undefined },
			signal: new AbortController().signal,
		});
	return { plan, write, begun };
}

test('CL9 sound becomes AAC where the browser can encode it, and nothing is asked', async () => {
	const { plan, write, begun } = await exporting({ aac: true, sound: true });
	expect(plan.formats).toEqual([{ format: 'mp4', losesSound: false }]);
	await write('mp4');
	expect(begun).toMatchObject([{ sound: 'aac', into: null }]);
});

test('CL9 where it cannot, the person chooses between no sound and the recorded sound', async () => {
	const { plan, write, begun } = await exporting({ aac: false, sound: true });
	expect(plan.formats).toEqual([
		{ format: 'mp4', losesSound: true },
		{ format: 'mp4-opus', losesSound: false },
	]);
	await write('mp4');
	await write('mp4-opus');
	expect(begun.map(({ sound }) => sound)).toEqual(['none', 'copied']);
});

test('CL9 footage without sound has nothing to choose', async () => {
	const { plan, write, begun } = await exporting({ aac: false, sound: false });
	expect(plan.formats).toEqual([{ format: 'mp4', losesSound: false }]);
	await write('mp4');
	expect(begun).toMatchObject([{ sound: 'none' }]);
});

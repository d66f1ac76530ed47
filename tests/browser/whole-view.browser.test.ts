import { afterEach, expect, test } from 'vitest';
import { MediaCapture } from '#browser/capture.ts';
import { MediaRecorderEncoder } from '#browser/media-recorder.ts';
import { lensOf, streamOf } from '#browser/picture.ts';
import { CodecEncoder } from '#browser/webcodecs.ts';
import { sizeSaid } from '#domain/movie-box.ts';
import type { Captured } from '#ports/capture.ts';
import type { Encoder, InitSection } from '#ports/encoder.ts';

const OPTIONS = { bitsPerSecond: 1_000_000, keyFrameMs: 1000, frameRate: 15, sound: false };
/** Of another shape than any that the lens of this browser has. */
const FLAT = { width: 640, height: 200, frameRate: 15 };
const FLATTER = { width: 320, height: 100, frameRate: 15 };

let captured: Captured | null = null;
afterEach(() => captured?.close());

/** What a recording of it says of its size. */
async function recordedSize(make: () => Encoder, lens: Captured): Promise<string> {
	const inits: InitSection[] = [];
	let whole = false;
	const encoding = make().start(lens, OPTIONS, {
		init: (section) => inits.push(section),
		fragment: () => (whole = true),
		outgrown: () => undefined,
		ended: () => undefined,
	});
	await expect.poll(() => whole, { timeout: 20_000 }).toBe(true);
	await encoding.stop();
	const { width = 0, height = 0 } = sizeSaid(inits[0]?.bytes ?? new Uint8Array()) ?? {};
	return `${width}x${height}`;
}

/** Of the lens as it is, whatever was made of it. */
function shapeOf(lens: Captured): number {
	const { width = 0, height = 1, ...more } = lensOf(lens.picture)?.getSettings() ?? {};
	expect(more).toMatchObject({ resizeMode: 'none' });
	return width / height;
}

test('RC28 RC29 a lens of another shape is recorded whole, at the size that was chosen', async () => {
	captured = await new MediaCapture().open({ lensId: null, sound: false, ...FLAT });
	const shape = shapeOf(captured);
	expect(shape).toBeLessThan(2);
	const across = 2 * Math.round((200 * shape) / 2);
	expect(await recordedSize(() => new MediaRecorderEncoder(), captured)).toBe(`${across}x200`);
	expect(await recordedSize(() => new CodecEncoder(), captured)).toBe(`${across}x200`);

	await captured.adjust(FLATTER);
	const smaller = 2 * Math.round((100 * shapeOf(captured)) / 2);
	expect(await recordedSize(() => new MediaRecorderEncoder(), captured)).toBe(`${smaller}x100`);
	expect(captured.frames()).toBeGreaterThan(10);
	captured.close();
	const tracks = [lensOf(captured.picture), ...streamOf(captured.picture).getTracks()];
	expect(tracks.map((track) => track?.readyState)).toEqual(['ended', 'ended']);
});

test('RC29 a lens that gives the size is recorded as it is, with nothing between', async () => {
	const wish = { width: 640, height: 480, frameRate: 15 };
	captured = await new MediaCapture().open({ lensId: null, sound: false, ...wish });
	expect(lensOf(captured.picture)).toBe(streamOf(captured.picture).getVideoTracks()[0]);
	expect(await recordedSize(() => new MediaRecorderEncoder(), captured)).toBe('640x480');
});

test('RC29 where the lens has no such size, a larger one of its shape is made smaller', async () => {
	const wish = { width: 640, height: 360, frameRate: 10 };
	captured = await new MediaCapture().open({ lensId: null, sound: false, ...wish });
	// This one has 640 × 480 and 1280 × 720.
	expect(shapeOf(captured)).toBeCloseTo(16 / 9);
	expect([captured.width, captured.height, captured.frameRate]).toEqual([640, 360, 10]);
	expect(await recordedSize(() => new MediaRecorderEncoder(), captured)).toBe('640x360');
});

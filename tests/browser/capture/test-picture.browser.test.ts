import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MediaCapture } from '#browser/capture/media-capture.ts';
import { MediaRecorderEncoder } from '#browser/encoding/media-recorder-encoder.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { TEST_PICTURE } from '#domain/media/lens.ts';
import type { Captured, CaptureRequest } from '#ports/media/capture.ts';
import type { Fragment, InitSection } from '#ports/media/encoder.ts';

const REQUEST = { lensId: TEST_PICTURE, width: 640, height: 360, frameRate: 15, sound: false };

const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
	vi.unstubAllGlobals();
});

async function opened(change: Partial<CaptureRequest> = {}): Promise<Captured> {
	const captured = await new MediaCapture().open({ ...REQUEST, ...change });
	open.push(captured);
	return captured;
}

/** Returns a function that reads the current frame from a video element, scaled down. */
async function seen(captured: Captured): Promise<() => Uint8ClampedArray> {
	const video = document.createElement('video');
	video.muted = true;
	video.srcObject = streamOf(captured.picture);
	await video.play();
	const pen = new OffscreenCanvas(64, 36).getContext('2d', { willReadFrequently: true });
	return () => {
		pen?.drawImage(video, 0, 0, 64, 36);
		return pen?.getImageData(0, 0, 64, 36).data ?? new Uint8ClampedArray();
	};
}

/** Wall times in ms at which the sound becomes loud. */
async function ticks(captured: Captured, count: number): Promise<number[]> {
	const context = new AudioContext();
	open.push({ close: () => void context.close() });
	const analyser = new AnalyserNode(context, { fftSize: 1024 });
	const [sound] = streamOf(captured.picture).getAudioTracks();
	if (sound === undefined) throw new Error('the test picture has no sound');
	context.createMediaStreamSource(new MediaStream([sound])).connect(analyser);
	const wave = new Float32Array(analyser.fftSize);
	const heard: number[] = [];
	let loud = true;
	await expect
		.poll(
			() => {
				analyser.getFloatTimeDomainData(wave);
				const now = wave.some((one) => Math.abs(one) > 0.1);
				if (now && !loud) heard.push(Date.now());
				loud = now;
				return heard.length;
			},
			{ interval: 5 },
		)
		.toBeGreaterThanOrEqual(count);
	return heard;
}

describe.each(['generated track', 'captured canvas'])('the test picture, %s', (kind) => {
	beforeEach(() => {
		if (kind === 'captured canvas') vi.stubGlobal('MediaStreamTrackGenerator', undefined);
	});

	test('RC24 moves, has colours, and counts its frames', async () => {
		const captured = await opened();
		const read = await seen(captured);
		const first = [...read()];
		await expect.poll(() => [...read()].join()).not.toBe(first.join());
		// The bars at the bottom have many colours.
		const bars = [...read()].slice(64 * 4 * 34);
		expect(new Set(bars).size).toBeGreaterThan(10);
		const before = captured.frames();
		await expect.poll(() => captured.frames()).toBeGreaterThan(before + 5);
		expect(captured.sound).toBe(false);
	});

	test('RC23 has the id of the test picture and the requested size and rate, also after adjusting', async () => {
		const captured = await opened();
		expect([captured.lensId, captured.label]).toEqual([TEST_PICTURE, '']);
		expect([captured.width, captured.height, captured.frameRate]).toEqual([640, 360, 15]);
		const video = document.createElement('video');
		video.muted = true;
		video.srcObject = streamOf(captured.picture);
		await video.play();
		await captured.adjust({ width: 1280, height: 720, frameRate: 10 });
		await expect.poll(() => video.videoHeight).toBe(720);
		expect([captured.width, captured.height, captured.frameRate]).toEqual([1280, 720, 10]);
	});

	test('RC23 is recorded like a lens, with sound', async () => {
		const inits: InitSection[] = [];
		const fragments: Fragment[] = [];
		const ended = vi.fn();
		const options = { bitsPerSecond: 1_000_000, keyFrameMs: 1000, frameRate: 15, sound: true };
		const encoding = new MediaRecorderEncoder().start(await opened({ sound: true }), options, {
			init: (section) => void inits.push(section),
			fragment: (fragment) => void fragments.push(fragment),
			renewalNeeded: () => undefined,
			ended,
		});
		await expect.poll(() => fragments.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
		await encoding.stop();
		expect(ended).toHaveBeenCalledExactlyOnceWith(null);
		expect(encoding.soundMissing).toBe(false);
		expect(inits[0]?.mime).toMatch(/^video\/mp4; codecs="(?=.*opus).*avc[13]\.[0-9a-fA-F]{6}/);
		expect(fragments.every(({ keyFrame, sound }) => keyFrame && sound)).toBe(true);
	});
});

test('RC24 ticks once a second, at the full second', async () => {
	const captured = await opened({ sound: true });
	expect(captured.sound).toBe(true);
	const heard = await ticks(captured, 3);
	const gaps = heard.slice(1).map((at, n) => at - (heard[n] ?? 0));
	for (const gap of gaps) expect(Math.abs(gap - 1000)).toBeLessThan(250);
	// A busy machine may hear it late, but never half a second early.
	for (const at of heard) expect((at + 100) % 1000).toBeLessThan(500);
});

test('RC24 goes on without sound if audio may not start', async () => {
	vi.stubGlobal('AudioContext', undefined);
	const captured = await opened({ sound: true });
	expect(captured.sound).toBe(false);
	await expect.poll(() => captured.frames()).toBeGreaterThan(2);
});

test('RC23 does not open after a cancel, and closing ends all tracks', async () => {
	const signal = AbortSignal.abort();
	await expect(new MediaCapture().open(REQUEST, signal)).rejects.toMatchObject({ kind: 'aborted' });
	const captured = await opened({ sound: true });
	const events: string[] = [];
	captured.on((event) => events.push(event));
	captured.close();
	captured.close();
	const tracks = streamOf(captured.picture).getTracks();
	expect(tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
	expect(events).toEqual([]);
});

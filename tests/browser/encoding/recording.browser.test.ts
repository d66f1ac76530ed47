import { afterEach, describe, expect, test } from 'vitest';
import { MediaCapture } from '#browser/capture/media-capture.ts';
import { WebCodecsLiveEncoder } from '#browser/live/live-encoder.ts';
import { MediaRecorderEncoder } from '#browser/encoding/media-recorder-encoder.ts';
import { WebRtcCameraPeer } from '#browser/network/webrtc-camera-peer.ts';
import { lensTrackOf, pictureOf, streamOf } from '#browser/capture/picture.ts';
import { WebCodecsEncoder } from '#browser/encoding/webcodecs-encoder.ts';
import type { Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type {
	Encoder,
	EncoderSink,
	Encoding,
	Fragment,
	InitSection,
} from '#ports/media/encoder.ts';
import { captureContract } from '../../contracts/capture.ts';
import { leastOf, median } from '../../support/measures.ts';

const OPTIONS = { bitsPerSecond: 1_000_000, keyFrameMs: 1000, frameRate: 15, sound: false };
const REQUEST = { lensId: null, width: 640, height: 360, frameRate: 15, sound: false };

/** Collects what an encoding delivers and checks its order. */
class Sink implements EncoderSink {
	readonly inits: InitSection[] = [];
	readonly fragments: Fragment[] = [];
	over: { fault: Fault | null } | null = null;

	init(section: InitSection): void {
		this.inits.push(section);
	}
	fragment(fragment: Fragment): void {
		expect(this.inits).toHaveLength(1);
		expect(this.over).toBe(null);
		this.fragments.push(fragment);
	}
	renewalNeeded(): void {
		throw new Error('unexpected renewalNeeded');
	}
	ended(fault: Fault | null): void {
		expect(this.over).toBe(null);
		this.over = { fault };
	}
	async atLeast(count: number): Promise<void> {
		await expect
			.poll(() => this.fragments.length >= count || this.over, { timeout: 30_000 })
			.toBe(true);
	}
	/** Duration of each fragment, in s. */
	get lengths(): number[] {
		return this.fragments.map((one) => one.durationTicks / one.timescale);
	}
	/** Gaps between the end of a fragment and the next one, in s. */
	get gaps(): number[] {
		return this.fragments.slice(1).map((one, at) => {
			const before = this.fragments[at]!;
			return (one.mediaTicks - before.mediaTicks - before.durationTicks) / one.timescale;
		});
	}
	get seconds(): number {
		return this.lengths.reduce((sum, one) => sum + one, 0);
	}
	get startMs(): number {
		const [first] = this.fragments;
		const mediaMs = first === undefined ? 0 : (first.mediaTicks / first.timescale) * 1000;
		return (this.inits[0]?.anchorMs ?? 0) + mediaMs;
	}
}

/** Types of the top-level boxes, read independently of the app's parser. */
function boxesOf(bytes: Uint8Array): string[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const types: string[] = [];
	for (let at = 0; at < bytes.length; at += view.getUint32(at)) {
		types.push(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
	}
	return types;
}

/**
 * Loads everything into a real `<video>` and returns its length in s. It must be contiguous, apart
 * from the gaps in the sink.
 */
async function playable(sink: Sink): Promise<number> {
	return (await played(sink)).seconds;
}

async function played(sink: Sink): Promise<{ seconds: number; width: number; height: number }> {
	const video = document.createElement('video');
	const source = new MediaSource();
	video.src = URL.createObjectURL(source);
	await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
	const buffer = source.addSourceBuffer(sink.inits[0]?.mime ?? '');
	for (const bytes of [sink.inits[0]?.bytes, ...sink.fragments.map((one) => one.bytes)]) {
		const done = new Promise((updated) =>
			buffer.addEventListener('updateend', updated, { once: true }),
		);
		buffer.appendBuffer(bytes ?? new Uint8Array());
		await done;
	}
	source.endOfStream();
	expect(video.error).toBe(null);
	const pieces = Array.from({ length: buffer.buffered.length }, (_, at) => at);
	// Sound lost by a busy machine causes additional holes.
	const sound = sink.fragments.some((one) => one.sound);
	const maxPieces = sound ? Infinity : 1 + sink.gaps.filter((gap) => gap > 0.1).length;
	expect(pieces.length).toBeLessThanOrEqual(maxPieces);
	// Not near its end: in front of a hole a seek waits for ever.
	video.currentTime = (buffer.buffered.start(0) + buffer.buffered.end(0)) / 2;
	await new Promise((seeked) => video.addEventListener('seeked', seeked, { once: true }));
	const { videoWidth: width, videoHeight: height } = video;
	expect(width).toBeGreaterThan(0);
	const seconds = pieces.reduce(
		(sum, at) => sum + buffer.buffered.end(at) - buffer.buffered.start(at),
		0,
	);
	video.removeAttribute('src');
	video.load();
	return { seconds, width, height };
}

const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
});

async function camera(change: Partial<typeof REQUEST> = {}): Promise<Captured> {
	const captured = await new MediaCapture().open({ ...REQUEST, ...change });
	open.push(captured);
	return captured;
}

describe('the real lens', () => {
	captureContract(() => new MediaCapture());
});

const encoders: [string, () => Encoder][] = [
	['MediaRecorder', () => new MediaRecorderEncoder()],
	['WebCodecs', () => new WebCodecsEncoder()],
];

describe.each(encoders)('%s', (_, make) => {
	test('RC2 RC5 RC7 delivers one init section, then a fragment with a key frame about every second', async () => {
		const sink = new Sink();
		const encoding = make().start(await camera(), OPTIONS, sink);
		await sink.atLeast(6);
		await encoding.stop();
		expect(sink.over).toEqual({ fault: null });
		expect(boxesOf(sink.inits[0]?.bytes ?? new Uint8Array())).toEqual(['ftyp', 'moov']);
		expect(sink.inits[0]?.mime).toMatch(/^video\/mp4; codecs="avc[13]\.[0-9a-fA-F]{6}"$/);
		for (const fragment of sink.fragments) {
			expect(boxesOf(fragment.bytes)).toEqual(['moof', 'mdat']);
			expect(fragment.keyFrame).toBe(true);
		}
		// Fragment times are exact to a frame. Median: a busy machine may stall once.
		expect(Math.abs(median(sink.gaps))).toBeLessThan(0.07);
		const lengths = sink.lengths.slice(0, -1);
		expect(Math.min(...lengths)).toBeGreaterThan(0.4);
		expect(median(lengths)).toBeLessThan(1.6);
		expect(await playable(sink)).toBeCloseTo(sink.seconds, 0);
	});

	test('RC8 RC10 a successor that starts in the same task loses no frame', async () => {
		const captured = await camera();
		let sink = new Sink();
		let encoding: Encoding = make().start(captured, OPTIONS, sink);
		const seamMs = await leastOf(3, 135, async () => {
			await sink.atLeast(3);
			const [before, first, second] = [encoding, sink, new Sink()];
			encoding = make().start(captured, OPTIONS, second);
			const stopped = before.stop();
			await second.atLeast(2);
			await stopped;
			expect(first.over).toEqual({ fault: null });
			sink = second;
			return Math.abs(second.startMs - (first.startMs + first.seconds * 1000));
		});
		await encoding.stop();
		// A frame lasts 67 ms; the last duration and the anchor are each accurate to about half a
		// frame.
		expect(seamMs).toBeLessThan(135);
	});

	test('when the lens ends, the encoding ends and has delivered all complete fragments', async () => {
		const captured = await camera();
		const sink = new Sink();
		const encoding = make().start(captured, OPTIONS, sink);
		await sink.atLeast(2);
		captured.close();
		await encoding.stop();
		expect(sink.over).not.toBe(null);
		expect(await playable(sink)).toBeGreaterThan(1);
	});
});

test.each(encoders)('RC20 %s records sound with video', async (_, make) => {
	const captured = await camera({ sound: true });
	const sink = new Sink();
	const encoding = make().start(captured, { ...OPTIONS, sound: true }, sink);
	await sink.atLeast(3);
	await encoding.stop();
	expect(encoding.soundMissing).toBe(false);
	expect(sink.over).toEqual({ fault: null });
	const codecs = /codecs="(.+), ?(.+)"/
		.exec(sink.inits[0]?.mime ?? '')
		?.slice(1)
		.toSorted();
	expect(codecs?.[0]).toMatch(/^avc[13]\.[0-9a-fA-F]{6}$/);
	expect(codecs?.[1]).toMatch(/^(opus|mp4a\.40\.2)$/);
	expect(sink.fragments.filter(({ sound }) => sound).length).toBeGreaterThanOrEqual(2);
	// On a busy machine the sound of the last second may be missing, and what plays ends with it.
	const seconds = await playable(sink);
	expect(seconds, String(sink.seconds)).toBeGreaterThan(sink.seconds - 1.5);
	expect(seconds, String(sink.seconds)).toBeLessThan(sink.seconds + 0.5);
});

test.each(encoders)('RC20 %s goes on with video when sound does not come', async (_, make) => {
	const lens = await camera();
	// A live track that delivers nothing.
	const context = new AudioContext();
	const [silent] = context.createMediaStreamDestination().stream.getAudioTracks();
	await context.suspend();
	open.push({ close: () => void context.close() });
	const stream = new MediaStream([...streamOf(lens.picture).getVideoTracks(), silent!]);
	const captured = { picture: pictureOf(stream), sound: true } as Captured;
	const sink = new Sink();
	const encoding = make().start(captured, { ...OPTIONS, sound: true }, sink);
	await sink.atLeast(3);
	await encoding.stop();
	expect(sink.over).toEqual({ fault: null });
});

test('RC21 a reduced size is recorded, also while it is watched on both paths', async () => {
	const large = { width: 1280, height: 720, frameRate: 15 };
	const captured = await camera(large);
	const before = new Sink();
	const first = new MediaRecorderEncoder().start(captured, OPTIONS, before);
	let parts = 0;
	const live = new WebCodecsLiveEncoder().start(
		captured.picture,
		{ bitsPerSecond: 500_000, frameRate: 15, wallOffsetMs: 0 },
		{
			part: () => {
				parts += 1;
			},
			ended: (fault) => {
				expect(fault).toBe(null);
			},
		},
	);
	const [sends, sees] = [new RTCPeerConnection(), new RTCPeerConnection()];
	const end = new WebRtcCameraPeer(sends, captured.picture, () => undefined);
	open.push({
		close: () => {
			live.stop();
			end.close();
			sees.close();
		},
	});
	sends.onicecandidate = ({ candidate }) => void sees.addIceCandidate(candidate ?? undefined);
	sees.onicecandidate = ({ candidate }) => void sends.addIceCandidate(candidate ?? undefined);
	const video = document.createElement('video');
	video.muted = true;
	sees.ontrack = ({ track }) => {
		if (track.kind !== 'video') return;
		video.srcObject = new MediaStream([track]);
		void video.play();
	};
	await sees.setRemoteDescription({ type: 'offer', sdp: await end.offer(false) });
	await sees.setLocalDescription();
	await end.accept(sees.localDescription?.sdp ?? '');
	// It starts at full size.
	await expect.poll(() => video.videoHeight, { timeout: 10_000 }).toBeGreaterThan(0);
	expect(video.videoHeight).toBe(720);
	await before.atLeast(2);
	await first.stop();
	expect(await played(before)).toMatchObject({ width: 1280, height: 720 });

	await captured.adjust({ width: 640, height: 360, frameRate: 10 });
	const after = new Sink();
	const second = new MediaRecorderEncoder().start(captured, OPTIONS, after);
	await after.atLeast(2);
	await second.stop();
	expect(await played(after)).toMatchObject({ width: 640, height: 360 });
	await expect.poll(() => video.videoHeight, { timeout: 10_000 }).toBe(360);
	const soFar = parts;
	await expect.poll(() => parts).toBeGreaterThan(soFar);
});

/** An aspect ratio that no mode of this browser's lens has. */
const FLAT = { width: 640, height: 200 };
const FLATTER = { width: 320, height: 100, frameRate: 15 };

async function recordedSize(make: () => Encoder, lens: Captured): Promise<string> {
	const sink = new Sink();
	const encoding = make().start(lens, OPTIONS, sink);
	await sink.atLeast(1);
	await encoding.stop();
	const { width, height } = await played(sink);
	return `${String(width)}x${String(height)}`;
}

/** Aspect ratio of the lens's own track, before scaling. */
function shapeOf(lens: Captured): number {
	const { width = 0, height = 1, ...more } = lensTrackOf(lens.picture)?.getSettings() ?? {};
	expect(more).toMatchObject({ resizeMode: 'none' });
	return width / height;
}

test('RC28 RC29 a lens with another aspect ratio is recorded uncropped, at the chosen size', async () => {
	const lens = await camera(FLAT);
	const across = 2 * Math.round((200 * shapeOf(lens)) / 2);
	expect(across).toBeLessThan(400);
	for (const [, make] of encoders) expect(await recordedSize(make, lens)).toBe(`${across}x200`);

	await lens.adjust(FLATTER);
	const smaller = 2 * Math.round((100 * shapeOf(lens)) / 2);
	expect(await recordedSize(() => new MediaRecorderEncoder(), lens)).toBe(`${smaller}x100`);
	expect(lens.frames()).toBeGreaterThan(10);
	lens.close();
	const tracks = [lensTrackOf(lens.picture), ...streamOf(lens.picture).getTracks()];
	expect(tracks.map((track) => track?.readyState)).toEqual(['ended', 'ended']);
});

test('RC29 a lens that has the chosen size is recorded without scaling', async () => {
	const lens = await camera({ width: 640, height: 480 });
	expect(lensTrackOf(lens.picture)).toBe(streamOf(lens.picture).getVideoTracks()[0]);
	expect(await recordedSize(() => new MediaRecorderEncoder(), lens)).toBe('640x480');
});

test('RC29 scales down a larger mode of the same aspect ratio if the lens lacks the chosen size', async () => {
	const lens = await camera({ frameRate: 10 });
	// This lens has 640 × 480 and 1280 × 720.
	expect(shapeOf(lens)).toBeCloseTo(16 / 9);
	expect([lens.width, lens.height, lens.frameRate]).toEqual([640, 360, 10]);
	expect(await recordedSize(() => new MediaRecorderEncoder(), lens)).toBe('640x360');
});

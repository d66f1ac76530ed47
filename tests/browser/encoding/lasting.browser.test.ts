import { afterEach, describe, expect, test } from 'vitest';
import { MediaRecorderEncoder } from '#browser/encoding/media-recorder-encoder.ts';
import { pictureOf } from '#browser/capture/picture.ts';
import { WebCodecsEncoder } from '#browser/encoding/webcodecs-encoder.ts';
import { declaredSizeOf } from '#domain/media/movie-box.ts';
import type {
	Encoder,
	EncoderSink,
	Encoding,
	Fragment,
	InitSection,
} from '#ports/media/encoder.ts';
import { paintedLens, soundTrack, type PaintedLens } from '../../fixtures/painted-lens.ts';

const OPTIONS = { bitsPerSecond: 1_000_000, keyFrameMs: 1000, frameRate: 15, sound: false };

/** Collects the runs of an encoding. */
class Runs implements EncoderSink {
	readonly runs: { readonly init: InitSection; readonly fragments: Fragment[] }[] = [];
	outgrew = 0;
	over: unknown = null;

	init(init: InitSection): void {
		this.runs.push({ init, fragments: [] });
	}
	fragment(fragment: Fragment): void {
		this.runs.at(-1)?.fragments.push(fragment);
	}
	renewalNeeded(): void {
		this.outgrew += 1;
	}
	ended(fault: unknown): void {
		this.over = { fault };
	}
	get fragments(): Fragment[] {
		return this.runs.flatMap(({ fragments }) => fragments);
	}
	/** Longest gap between the end of a fragment and the next one, in s. */
	get longestPauseS(): number {
		const ends = this.fragments.map((one) => (one.mediaTicks + one.durationTicks) / one.timescale);
		const starts = this.fragments.map((one) => one.mediaTicks / one.timescale);
		return Math.max(...starts.slice(1).map((start, at) => start - (ends[at] ?? 0)));
	}
	get startMs(): number {
		const [first] = this.fragments;
		const mediaMs = first === undefined ? 0 : (first.mediaTicks / first.timescale) * 1000;
		return (this.runs[0]?.init.anchorMs ?? 0) + mediaMs;
	}
	get endMs(): number {
		const last = this.fragments.at(-1);
		const mediaMs =
			last === undefined ? 0 : ((last.mediaTicks + last.durationTicks) / last.timescale) * 1000;
		return (this.runs[0]?.init.anchorMs ?? 0) + mediaMs;
	}
	sizes(): string[] {
		return this.runs.map(({ init }) => {
			const { width = 0, height = 0 } = declaredSizeOf(init.bytes) ?? {};
			return `${width}x${height}`;
		});
	}
}

const open: { close(): void }[] = [];
afterEach(() => {
	for (const one of open.splice(0)) one.close();
});

function begin(make: () => Encoder, lens: PaintedLens, sink: Runs): Encoding {
	open.push(lens);
	const picture = pictureOf(lens.stream);
	const sound = lens.stream.getAudioTracks().length > 0;
	return make().start({ picture }, { ...OPTIONS, sound }, sink);
}

const until = (what: () => boolean): Promise<void> =>
	expect.poll(what, { timeout: 30_000 }).toBe(true);

const encoders: [string, () => Encoder][] = [
	['MediaRecorder', () => new MediaRecorderEncoder()],
	['WebCodecs', () => new WebCodecsEncoder()],
];

describe.each(encoders)('%s', (name, make) => {
	test.each(['ends', 'falls silent'])('RC26 no frame is lost when sound %s', async (how) => {
		const sound = soundTrack();
		const lens = paintedLens(640, 360, sound.track);
		const sink = new Runs();
		const encoding = begin(make, lens, sink);
		await until(() => sink.fragments.filter(({ sound: heard }) => heard).length >= 2);
		expect(sink.outgrew).toBe(0);
		if (how === 'ends') sound.end();
		else await sound.hush();
		const before = sink.fragments.length;
		// WebCodecs records the silence of a live track.
		const goesOn = name === 'WebCodecs' && how === 'falls silent';
		if (goesOn) await until(() => sink.fragments.length > before + 2);
		else await until(() => sink.outgrew > 0 || sink.over !== null);
		expect(sink.outgrew).toBe(goesOn ? 0 : 1);
		const next = new Runs();
		const after = make().start(
			{ picture: pictureOf(lens.stream) },
			{ ...OPTIONS, sound: how !== 'ends' },
			next,
		);
		await encoding.stop();
		await until(() => next.fragments.length > 0);
		await after.stop();
		expect(sink.over).toEqual({ fault: null });
		expect(sink.longestPauseS).toBeLessThan(0.5);
		// The next encoding does not wait for sound that is known to be gone.
		const { startMs, endMs } = { startMs: next.startMs, endMs: sink.endMs };
		expect(startMs - endMs).toBeLessThan(500);
	});

	test('RC27 another frame size starts a new run', async () => {
		const lens = paintedLens(640, 360);
		let sink = new Runs();
		const all = [sink];
		let encoding = begin(make, lens, sink);
		for (const [width, height] of [
			[360, 640],
			[640, 360],
		] as const) {
			const soFar = sink.fragments.length + 2;
			await until(() => sink.fragments.length >= soFar);
			lens.turn(width, height);
			const turned = () => sink.outgrew > 0 || sink.sizes().at(-1) === `${width}x${height}`;
			await until(turned);
			if (sink.outgrew === 0) continue;
			// Replaces the encoding as the recorder does.
			const old = encoding;
			all.push((sink = new Runs()));
			encoding = begin(make, lens, sink);
			await old.stop();
		}
		const soFar = sink.runs.at(-1)?.fragments.length ?? 0;
		await until(() => (sink.runs.at(-1)?.fragments.length ?? 0) > soFar + 1);
		await encoding.stop();
		expect(all.flatMap((one) => one.sizes())).toEqual(['640x360', '360x640', '640x360']);
		if (name === 'MediaRecorder') {
			// No frame is lost, and media time goes on.
			expect(sink.longestPauseS).toBeLessThan(0.3);
			expect(new Set(sink.runs.map(({ init }) => init.anchorMs)).size).toBe(1);
		}
		for (const { init, fragments } of all.flatMap(({ runs }) => runs)) {
			expect(await shownSize(init, fragments)).toBe(
				`${declaredSizeOf(init.bytes)?.width}x${declaredSizeOf(init.bytes)?.height}`,
			);
		}
	});
});

/** Size of a frame in the middle as a media element shows it; in front of a hole it waits. */
async function shownSize(init: InitSection, fragments: readonly Fragment[]): Promise<string> {
	const video = document.createElement('video');
	const source = new MediaSource();
	video.src = URL.createObjectURL(source);
	await new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
	const buffer = source.addSourceBuffer(init.mime);
	for (const bytes of [init.bytes, ...fragments.map((one) => one.bytes)]) {
		const done = new Promise((updated) =>
			buffer.addEventListener('updateend', updated, { once: true }),
		);
		buffer.appendBuffer(bytes);
		await done;
	}
	source.endOfStream();
	video.currentTime = (buffer.buffered.start(0) + buffer.buffered.end(0)) / 2;
	await new Promise((seeked) => video.addEventListener('seeked', seeked, { once: true }));
	const size = `${video.videoWidth}x${video.videoHeight}`;
	video.removeAttribute('src');
	video.load();
	return size;
}

import { afterEach, describe, expect, it, vi } from 'vitest';
import { BrowserClock } from '#browser/device/clock.ts';
import { BrowserEncoder } from '#browser/encoding/browser-encoder.ts';
import { BrowserLiveEncoder, WebCodecsLiveEncoder } from '#browser/live/live-encoder.ts';
import { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { ageMs, type ClockOffset } from '#domain/live/age.ts';
import {
	beginsWithKey,
	buildLivePart,
	parseLivePart,
	type LivePart,
} from '#domain/live/live-part.ts';
import { LiveClock } from '#engine/live/live-clock.ts';
import type { Picture } from '#ports/media/capture.ts';
import { median } from '../../support/measures.ts';
import { cleanUp, cleanUps, framesIn, lens, shown, until } from './live-fixture.ts';

/** Simulates browsers without VideoDecoder or VideoEncoder by deleting them. */

const clock = new BrowserClock();
const live = new LiveClock(clock);
const options = { bitsPerSecond: 800_000, frameRate: 20, wallOffsetMs: live.wallOffsetMs };
const offset: ClockOffset = { offsetMs: live.wallOffsetMs, roundTripMs: 0, measuredMs: 0 };
afterEach(cleanUp);

function without(name: 'VideoDecoder' | 'VideoEncoder' | 'AudioDecoder'): void {
	const kept = Object.getOwnPropertyDescriptor(globalThis, name)!;
	Reflect.deleteProperty(globalThis, name);
	cleanUps.push(() => {
		Object.defineProperty(globalThis, name, kept);
	});
	expect(name in globalThis).toBe(false);
}

/** A screen that records the age of each picture when painted. */
function watched() {
	const seen = shown();
	const ages: number[] = [];
	const times: number[] = [];
	const faults: unknown[] = [];
	seen.screen.on((event) => {
		if (event.kind === 'failed') faults.push(event.fault);
		else if (event.capturedUs !== null) {
			times.push(event.capturedUs);
			ages.push(ageMs(clock.monotonicMs(), offset, event.capturedUs / 1000));
		}
	});
	return { ...seen, ages, times, faults };
}

/** The part as received by a viewer. */
const carried = (part: LivePart): LivePart => parseLivePart(buildLivePart(part));

function withTone(picture: Picture): Picture {
	const context = new AudioContext();
	const [tone, out] = [context.createOscillator(), context.createMediaStreamDestination()];
	tone.connect(out);
	tone.start();
	cleanUps.push(() => void context.close());
	for (const track of out.stream.getAudioTracks()) streamOf(picture).addTrack(track);
	return picture;
}

describe('without VideoDecoder', () => {
	it('LV8 LV10 LV17 remuxed frames play at the live edge, with their true age', async () => {
		without('VideoDecoder');
		const { screen, canvas, ages, times, faults } = watched();
		expect(screen.decodes).toBe(true);
		const encoding = new WebCodecsLiveEncoder().start(lens().picture, options, {
			part: (part) => {
				expect(framesIn(part).codec).toMatch(/^avc1/);
				screen.decode(carried(part));
			},
			ended: (fault) => faults.push(fault),
		});
		cleanUps.push(() => {
			encoding.stop();
		});
		const firstMs = await until(() => times.length > 0, 30_000);
		const rate = () => 59 / ((times.at(-1)! - times.at(-60)!) / 1e6);
		// Sixty in a row, as a busy machine may stall before them.
		await until(() => times.length > 100 && rate() > 10 && median(ages.slice(-60)) < 700, 60_000);
		report(
			`remuxed: first ${firstMs.toFixed(0)} ms, ${rate().toFixed(1)} frames a second, age ${median(ages.slice(-60)).toFixed(0)} ms`,
		);
		expect(faults).toEqual([]);
		expect([canvas.width, canvas.height]).toEqual([640, 360]);
		const pixel = canvas.getContext('2d')!.getImageData(5, 350, 1, 1).data;
		expect(pixel[2]!).toBeGreaterThan(pixel[0]!);
		expect(times).toEqual(times.toSorted((a, b) => a - b));
		// After a second without parts the picture has aged, and soon recovers.
		const { length } = times;
		encoding.setPace({ bitsPerSecond: 800_000, holding: true });
		await new Promise((done) => setTimeout(done, 1500));
		encoding.setPace({ bitsPerSecond: 800_000, holding: false });
		encoding.requestKeyFrame();
		await until(() => times.length > length + 20 && median(ages.slice(-5)) < 700, 60_000);
		screen.close();
		expect(document.querySelector('[data-feed]')).toBe(null);
	});

	it('LV17 parts received while the player loads are kept', async () => {
		without('VideoDecoder');
		const { screen, times, faults } = watched();
		const parts: LivePart[] = [];
		const encoding = new WebCodecsLiveEncoder().start(lens(320, 180).picture, options, {
			part: (part) => parts.push(part),
			ended: (fault) => faults.push(fault),
		});
		await until(() => parts.length >= 5, 30_000);
		encoding.stop();
		// All in one task, so that nothing can load in between.
		for (const part of parts) screen.decode(carried(part));
		await until(() => times.length > 0, 30_000);
		expect(faults).toEqual([]);
	});

	it('LV17 VP8 is remuxed to WebM', async () => {
		without('VideoDecoder');
		const { screen, canvas, times, faults } = watched();
		const supported = VideoEncoder.isConfigSupported.bind(VideoEncoder);
		VideoEncoder.isConfigSupported = (config) =>
			config.codec === 'vp8' ? supported(config) : Promise.resolve({ supported: false, config });
		cleanUps.push(() => {
			VideoEncoder.isConfigSupported = supported;
		});
		// Encodes in the page, because a worker has its own encoders.
		const made = Object.getOwnPropertyDescriptor(globalThis, 'MediaStreamTrackProcessor')!;
		Reflect.deleteProperty(globalThis, 'MediaStreamTrackProcessor');
		cleanUps.push(() => {
			Object.defineProperty(globalThis, 'MediaStreamTrackProcessor', made);
		});
		const encoding = new WebCodecsLiveEncoder().start(lens(320, 180).picture, options, {
			part: (part) => {
				expect(framesIn(part).codec).toBe('vp8');
				screen.decode(carried(part));
			},
			ended: (fault) => faults.push(fault),
		});
		cleanUps.push(() => {
			encoding.stop();
		});
		await until(() => times.length > 20, 30_000);
		expect(faults).toEqual([]);
		expect([canvas.width, canvas.height]).toEqual([320, 180]);
	});

	it('LV8 the slow rate paints a frame every two seconds', async () => {
		without('VideoDecoder');
		const { screen, times, faults } = watched();
		screen.setRate('slow');
		const encoding = new WebCodecsLiveEncoder().start(lens(320, 180).picture, options, {
			part: (part) => {
				screen.decode(carried(part));
			},
			ended: (fault) => faults.push(fault),
		});
		cleanUps.push(() => {
			encoding.stop();
		});
		await until(() => times.length >= 3, 30_000);
		expect(faults).toEqual([]);
		expect((times[2]! - times[0]!) / 1e6).toBeGreaterThan(3.5);
	});

	it('LV8 a damaged part costs the time to the next key frame', async () => {
		without('VideoDecoder');
		const { screen, times, faults } = watched();
		let seen = 0;
		const encoding = new WebCodecsLiveEncoder().start(lens(320, 180).picture, options, {
			part: (part) => {
				seen += 1;
				const frames = framesIn(part).frames.map((frame) => ({
					...frame,
					bytes: frame.bytes.map((byte, at) => (at > 4 ? byte ^ 0x5a : byte)),
				}));
				screen.decode(seen === 12 ? { ...framesIn(part), frames } : carried(part));
			},
			ended: (fault) => faults.push(fault),
		});
		cleanUps.push(() => {
			encoding.stop();
		});
		await until(() => seen > 13, 30_000);
		const { length } = times;
		await until(() => times.length > length + 10, 30_000);
		expect(faults).toEqual([]);
	});
});

describe('without VideoEncoder', () => {
	it('LV15 LV17 sends the recorder’s fragments while it records, else its own', async () => {
		without('VideoEncoder');
		const { screen, canvas, ages, times, faults } = watched();
		const picture = withTone(lens().picture);
		const recorders = new SharedEncoder(new BrowserEncoder());
		const parts: LivePart[] = [];
		const encoding = new BrowserLiveEncoder(recorders).start(picture, options, {
			part: (part) => {
				parts.push(part);
				screen.decode(carried(part));
			},
			ended: (fault) => faults.push(fault),
		});
		cleanUps.push(() => {
			encoding.stop();
		});
		screen.setFront('canvas');
		await until(() => times.length > 30 && median(ages.slice(-15)) < 3000, 60_000);
		const late = ages.slice(-15);
		report(
			`fragments: age ${median(late).toFixed(0)} ms, at most ${Math.max(...late).toFixed(0)} ms`,
		);
		expect(parts.every((part) => part.kind === 'fragment' && beginsWithKey(part))).toBe(true);
		const mime = parts[0]?.kind === 'fragment' ? parts[0].mime : '';
		expect([/avc/.test(mime), /opus/.test(mime)], mime).toEqual([true, true]);
		expect([canvas.width, canvas.height]).toEqual([640, 360]);

		// Sends the recorder’s very same bytes as soon as it records.
		const kept: Uint8Array[] = [];
		const recording = recorders.start(
			{ picture },
			{ bitsPerSecond: 800_000, frameRate: 20, keyFrameMs: 1000, sound: false },
			{
				init: () => undefined,
				renewalNeeded: () => undefined,
				fragment: ({ bytes }) => kept.push(bytes),
				ended: (fault) => fault !== null && faults.push(fault),
			},
		);
		await until(() => kept.length > 2, 30_000);
		const sent = parts.filter((part) => part.kind === 'fragment').map(({ bytes }) => bytes.join());
		expect(kept.slice(0, 2).every((bytes) => sent.includes(bytes.join()))).toBe(true);
		const before = times.length;
		await until(() => times.length > before + 20, 30_000);
		await recording.stop();
		const { length } = parts;
		const shownBefore = times.length;
		await until(() => parts.length > length + 1 && times.length > shownBefore + 15, 30_000);
		expect(faults).toEqual([]);
		expect(times).toEqual(times.toSorted((a, b) => a - b));
	});
});

describe('sound through the relay', () => {
	it.each([['with AudioDecoder'], ['without AudioDecoder']])(
		'LV16 is encoded on demand and played: %s',
		async (how) => {
			if (how.startsWith('without')) without('AudioDecoder');
			const heard = listening();
			const { screen, times, faults } = watched();
			expect(screen.hears).toBe(true);
			const sounds: LivePart[] = [];
			const encoding = new WebCodecsLiveEncoder().start(withTone(lens(320, 180).picture), options, {
				part: (part) => {
					if (part.kind === 'sound') sounds.push(part);
					screen.decode(carried(part));
				},
				ended: (fault) => faults.push(fault),
			});
			cleanUps.push(() => {
				encoding.stop();
			});
			screen.setFront('canvas');
			await until(() => times.length > 10, 30_000);
			expect(sounds).toEqual([]);
			encoding.setSound(true);
			screen.mute(false);
			await until(() => sounds.length > 3, 30_000);
			await until(() => heard.seconds() > 0.5, 30_000);
			screen.mute(true);
			const { length } = sounds;
			encoding.setSound(false);
			await new Promise((done) => setTimeout(done, 400));
			expect(sounds.length).toBeLessThanOrEqual(length + 1);
			expect(faults).toEqual([]);
		},
	);
});

describe('sound of a direct stream', () => {
	it('plays separately, only while the picture is shown and not muted', async () => {
		const heard = listening();
		const { screen, video } = shown();
		screen.play(withTone(lens(320, 180).picture));
		await until(() => video.videoWidth > 0, 30_000);
		expect((video.srcObject as MediaStream).getAudioTracks()).toEqual([]);
		screen.mute(false);
		expect(heard.playing()).toBe(0);
		screen.setFront('video');
		expect(heard.playing()).toBe(1);
		await until(() => heard.seconds() > 0.3, 30_000);
		screen.mute(true);
		expect([heard.playing(), video.muted, video.paused]).toEqual([0, true, false]);
		screen.mute(false);
		screen.close();
		expect(heard.playing()).toBe(0);
	});
});

/** Amount of sound played, whether scheduled in Web Audio or by a media element. */
function listening(): { seconds(): number; playing(): number } {
	const laid = vi.spyOn(AudioBufferSourceNode.prototype, 'start');
	const played = vi.spyOn(HTMLMediaElement.prototype, 'play');
	cleanUps.push(() => {
		laid.mockRestore();
		played.mockRestore();
	});
	const loud = ({ buffer }: AudioBufferSourceNode): number => {
		const samples = buffer?.getChannelData(0) ?? new Float32Array();
		return samples.some((value) => Math.abs(value) > 0.05) ? (buffer?.duration ?? 0) : 0;
	};
	const elements = () =>
		new Set(played.mock.contexts.filter((one) => one instanceof HTMLAudioElement));
	return {
		playing: () => [...elements()].filter(({ srcObject }) => srcObject !== null).length,
		seconds: () => {
			let laidS = 0;
			for (const node of laid.mock.contexts) {
				if (node instanceof AudioBufferSourceNode) laidS += loud(node);
			}
			return Math.max(laidS, ...[...elements()].map(({ currentTime }) => currentTime));
		},
	};
}

function report(text: string): void {
	console.info(text);
}

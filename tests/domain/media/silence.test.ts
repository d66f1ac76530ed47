import { createFile, MP4BoxBuffer } from 'mp4box';
import { describe, expect, it } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { movieFragment, initSectionOf } from '#domain/media/fmp4.ts';
import { avcConfig } from '#domain/media/h264.ts';
import { declaredSizeOf, withSize } from '#domain/media/movie-box.ts';
import { hasSound, initWithSound, withSilence } from '#domain/media/silence.ts';

/** Read by an independent parser. */
function samplesOf(...parts: readonly Bytes[]) {
	const file = createFile(true);
	file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(concatBytes(...parts).buffer, 0));
	const tracks = file.getInfo().tracks;
	return new Map(
		tracks.map(({ id, type, timescale }) => [
			type,
			file.getTrackSamplesInfo(id).map(({ dts, duration }, at) => ({
				fromS: dts / timescale,
				untilS: (dts + duration) / timescale,
				bytes: [...(file.getTrackSample(id, at).data ?? [])],
			})),
		]),
	);
}

const config = avcConfig({
	sequence: [Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe8)],
	picture: [Uint8Array.of(0x68, 0xce, 0x3c, 0x80)],
});
const silentInit = initSectionOf({ kind: 'avc', width: 640, height: 360, config });
const opusInit = initSectionOf({ kind: 'opus', sampleRate: 48_000, channels: 1 });
const init = initWithSound(silentInit, opusInit);

/** A second of ten frames. */
const second = (at: number): Bytes =>
	movieFragment(
		at + 1,
		at * 1_000_000,
		Array.from({ length: 10 }, (_, n) => ({
			...{ durationUs: 100_000, key: n === 0, bytes: new Uint8Array(50).fill(10 * at + n) },
		})),
	);

describe('silence where footage has no sound', () => {
	it('PB23 an init section without sound takes over another’s sound track', () => {
		expect(hasSound('video/mp4; codecs="avc3.42e01f,opus"')).toBe(true);
		expect(hasSound('video/mp4; codecs="avc3.42e01f"')).toBe(false);
		const file = createFile(true);
		file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(init.slice().buffer, 0));
		const { tracks, isFragmented } = file.getInfo();
		expect(isFragmented).toBe(true);
		expect(tracks.map(({ id, codec }) => [id, codec])).toEqual([
			[1, 'avc1.42e01f'],
			[2, 'Opus'],
		]);
		// An init section with a sound track is unchanged.
		expect(initWithSound(init, opusInit)).toBe(init);
	});

	it('PB24 fills fragments from end to end, and changes no picture', () => {
		const bodies = [0, 1, 2].map((at) => ({ bytes: second(at), untilS: at + 1 }));
		const dressed = withSilence(init, bodies);
		const samples = samplesOf(init, ...dressed);
		const plain = samplesOf(silentInit, ...bodies.map(({ bytes }) => bytes));
		expect(samples.get('video')).toEqual(plain.get('video'));
		const sound = samples.get('audio') ?? [];
		expect(sound[0]?.fromS).toBe(0);
		expect(sound.at(-1)?.untilS).toBe(3);
		for (const [at, { fromS, bytes }] of sound.entries()) {
			expect(fromS).toBeCloseTo(at * 0.02, 6);
			expect(bytes).toEqual([0xf8, 0xff, 0xfe]);
		}
	});

	it('PB24 leaves existing sound as it is, and fills the holes around it', () => {
		const whole = withSilence(init, [{ bytes: second(1), untilS: 2 }])[0]!;
		// It has sound from 1 to 2, and none before or after.
		const bodies = [second(0), whole, second(2)].map((bytes, at) => ({ bytes, untilS: at + 1 }));
		const dressed = withSilence(init, bodies);
		expect(dressed[1]).toBe(whole);
		const sound = samplesOf(init, ...dressed).get('audio') ?? [];
		expect(sound).toHaveLength(150);
		const pauses = sound.slice(1).map(({ fromS }, at) => fromS - (sound[at]?.untilS ?? 0));
		expect(Math.max(...pauses)).toBeLessThan(0.001);
	});

	it('PB24 leaves anything but movie fragments unchanged', () => {
		const noise = new Uint8Array(500).fill(9);
		expect(withSilence(init, [{ bytes: noise, untilS: 1 }])[0]).toBe(noise);
		const bytes = second(0);
		expect(withSilence(silentInit, [{ bytes, untilS: 1 }])[0]).toBe(bytes);
	});

	it('RC27 the size in an init section can be changed', () => {
		const turned = withSize(init, { width: 360, height: 640 });
		expect(declaredSizeOf(init)).toEqual({ width: 640, height: 360 });
		expect(declaredSizeOf(turned)).toEqual({ width: 360, height: 640 });
		const file = createFile(true);
		file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(turned.buffer, 0));
		const [track] = file.getInfo().videoTracks;
		expect([track?.track_width, track?.track_height]).toEqual([360, 640]);
	});
});

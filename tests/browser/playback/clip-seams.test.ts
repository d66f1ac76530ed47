import { ALL_FORMATS, BlobSource, EncodedPacketSink, Input, type InputTrack } from 'mediabunny';
import { expect, test } from 'vitest';
import { ClipWriter } from '#browser/playback/clip-writer.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { movieFragment, initSectionOf } from '#domain/media/fmp4.ts';
import { avcConfig } from '#domain/media/h264.ts';
import { boxAt, boxesIn, tracksOf } from '#domain/media/movie-box.ts';
import { initWithSound, withSilence } from '#domain/media/silence.ts';

const config = avcConfig({
	sequence: [Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe8)],
	picture: [Uint8Array.of(0x68, 0xce, 0x3c, 0x80)],
});
const plain = initSectionOf({ kind: 'avc', width: 1280, height: 720, config });
const sounding = initWithSound(
	plain,
	initSectionOf({ kind: 'opus', sampleRate: 48_000, channels: 1 }),
);

/** A second of ten frames, each a NAL unit with a length prefix. */
const second = (at: number): Bytes =>
	movieFragment(
		at + 1,
		at * 1_000_000,
		Array.from({ length: 10 }, (_, n) => {
			const bytes = Uint8Array.of(0, 0, 0, 4, n === 0 ? 0x65 : 0x41, at, n, 1);
			return { durationUs: 100_000, key: n === 0, bytes };
		}),
	);

async function stampsOf(track: InputTrack | null): Promise<number[]> {
	if (track === null) return [];
	const stamps: number[] = [];
	for await (const { timestamp } of new EncodedPacketSink(track).packets()) stamps.push(timestamp);
	return stamps;
}

test('PB26 a clip over seams of sound has every frame and the recorded sound', async () => {
	const writer = new ClipWriter({ sound: 'copied', into: null, file: null });
	/** For each second: whether its run has a sound track, and whether there is sound. */
	const runs = [
		{ init: plain, heard: [false, false, false] },
		{ init: sounding, heard: [true, true, false, false, false, false, true, true] },
		{ init: plain, heard: [false, false, false, false, false] },
	];
	for (const [piece, { init, heard }] of runs.entries()) {
		for (const [at, sounds] of heard.entries()) {
			const bare = second(at);
			const [loud = bare] = withSilence(init, [{ bytes: bare, untilS: at + 1 }]);
			const fragment = sounds ? loud : bare;
			await writer.add({ init, fragment, piece, untilUs: null });
		}
	}
	const blob = await writer.finish();
	const input = new Input({ source: new BlobSource(blob!), formats: ALL_FORMATS });
	const pictures = await stampsOf(await input.getPrimaryVideoTrack());
	expect(pictures).toHaveLength(160);
	expect(pictures.at(-1)).toBeCloseTo(15.9, 3);
	const heard = (await stampsOf(await input.getPrimaryAudioTrack())).map((s) =>
		Math.floor(s + 0.001),
	);
	expect([...new Set(heard)]).toEqual([3, 4, 9, 10]);
});

/** Moves the sound of a fragment, whose tracks are picture and sound, to start at `startS`. */
function withSoundFrom(fragment: Bytes, startS: number): Bytes {
	const moved = fragment.slice();
	const moof = boxAt(moved, ['moof'])!;
	const [, sound] = boxesIn(moved, moof.body, moof.end).filter(({ type }) => type === 'traf');
	const tfdt = boxesIn(moved, sound!.body, sound!.end).find(({ type }) => type === 'tfdt')!;
	const { timescale } = tracksOf(sounding).find(({ handler }) => handler === 'soun')!;
	expect(moved[tfdt.body]).toBe(1);
	new DataView(moved.buffer).setBigUint64(tfdt.body + 4, BigInt(startS * timescale));
	return moved;
}

test('CL10 sound from before the first frame or after the end is left out', async () => {
	const [whole] = withSilence(sounding, [{ bytes: second(1), untilS: 2 }]);
	const soundOf = async (fragment: Bytes, untilUs: number | null): Promise<number[]> => {
		const writer = new ClipWriter({ sound: 'copied', into: null, file: null });
		await writer.add({ init: sounding, fragment, piece: 0, untilUs });
		const source = new BlobSource((await writer.finish())!);
		const input = new Input({ source, formats: ALL_FORMATS });
		return stampsOf(await input.getPrimaryAudioTrack());
	};
	const all = await soundOf(whole!, null);
	expect([all.length, all[0]]).toEqual([50, 0]);
	expect(all.at(-1)).toBeCloseTo(0.98, 3);

	// The frames last from 1 s to 2 s, their sound from 0.5 s to 1.5 s.
	const early = withSoundFrom(whole!, 0.5);
	const rest = await soundOf(early, null);
	expect([rest.length, rest[0]]).toEqual([25, 0]);
	expect(rest.at(-1)).toBeCloseTo(0.48, 3);

	const cut = await soundOf(early, 300_000);
	expect([cut.length, cut[0]]).toEqual([15, 0]);
	expect(cut.at(-1)).toBeCloseTo(0.28, 3);
});

import { ascii, concatBytes, ByteWriter, type Bytes } from '#domain/base/bytes.ts';

/**
 * The subset of ISO/IEC 14496-12 needed to hand encoded frames to a browser one by one. Times in
 * microseconds.
 */
const TIMESCALE = 1_000_000;
const TRACK = 1;
/** sample_depends_on and sample_is_non_sync_sample. */
const KEY_FLAGS = 0x0200_0000;
const DELTA_FLAGS = 0x0101_0000;
const UNITY = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

export type MovieTrack =
	| {
			readonly kind: 'avc';
			readonly width: number;
			readonly height: number;
			/** `avcC` */
			readonly config: Uint8Array;
	  }
	| { readonly kind: 'opus'; readonly sampleRate: number; readonly channels: number };

export interface MovieSample {
	readonly durationUs: number;
	readonly key: boolean;
	readonly bytes: Uint8Array;
}

const box = (type: string, ...parts: readonly Uint8Array[]): Bytes => {
	const length = parts.reduce((sum, part) => sum + part.length, 8);
	return concatBytes(new ByteWriter(8).u32(length).put(ascii(type)).bytes, ...parts);
};
const full = (type: string, version: number, flags: number, ...parts: readonly Uint8Array[]) =>
	box(type, u32(version * 0x100_0000 + flags), ...parts);
const u32 = (...values: readonly number[]): Bytes => {
	const writer = new ByteWriter(4 * values.length);
	for (const value of values) writer.u32(value);
	return writer.bytes;
};
const u16 = (...values: readonly number[]): Bytes => {
	const writer = new ByteWriter(2 * values.length);
	for (const value of values) writer.u16(value);
	return writer.bytes;
};
const zeros = (length: number): Bytes => new Uint8Array(length);

/** `ftyp` and `moov` with one track. */
export function initSectionOf(track: MovieTrack): Bytes {
	const film = track.kind === 'avc';
	const size = film ? [track.width * 0x1_0000, track.height * 0x1_0000] : [0, 0];
	const mvhd = full(
		...(['mvhd', 0, 0] as const),
		...[u32(0, 0, TIMESCALE, 0, 0x1_0000), u16(0x100), zeros(10), u32(...UNITY), zeros(24), u32(2)],
	);
	const tkhd = full(
		...(['tkhd', 0, 3] as const),
		...[u32(0, 0, TRACK, 0, 0), zeros(8), u16(0, 0, film ? 0 : 0x100, 0), u32(...UNITY, ...size)],
	);
	const mdhd = full('mdhd', 0, 0, u32(0, 0, TIMESCALE, 0), u16(0x55c4, 0));
	const hdlr = full('hdlr', 0, 0, u32(0), ascii(film ? 'vide' : 'soun'), zeros(13));
	const media = film ? full('vmhd', 0, 1, zeros(8)) : full('smhd', 0, 0, zeros(4));
	const dinf = box('dinf', full('dref', 0, 0, u32(1), full('url ', 0, 1)));
	const stbl = box(
		'stbl',
		full('stsd', 0, 0, u32(1), film ? avc1(track) : opus(track)),
		...['stts', 'stsc', 'stco'].map((type) => full(type, 0, 0, u32(0))),
		full('stsz', 0, 0, u32(0, 0)),
	);
	const mdia = box('mdia', mdhd, hdlr, box('minf', media, dinf, stbl));
	const mvex = box('mvex', full('trex', 0, 0, u32(TRACK, 1, 0, 0, 0)));
	const ftyp = box('ftyp', ascii('iso6'), u32(1), ascii('iso6mp41'));
	return concatBytes(ftyp, box('moov', mvhd, box('trak', tkhd, mdia), mvex));
}

function avc1({ width, height, config }: Extract<MovieTrack, { kind: 'avc' }>): Bytes {
	return box(
		'avc1',
		...[zeros(6), u16(1), zeros(16), u16(width, height), u32(0x48_0000, 0x48_0000, 0)],
		...[u16(1), zeros(32), u16(24, 0xffff), box('avcC', config)],
	);
}

/** Encapsulation of Opus in ISO Base Media File Format, 4.3. */
function opus({ sampleRate, channels }: Extract<MovieTrack, { kind: 'opus' }>): Bytes {
	const head = new ByteWriter(11).u8(0).u8(channels).u16(0).u32(sampleRate).u16(0).u8(0).bytes;
	return box(
		'Opus',
		...[zeros(6), u16(1), zeros(8), u16(channels, 16, 0, 0, sampleRate, 0), box('dOps', head)],
	);
}

/** `moof` and `mdat`: consecutive samples, the first decoded at `startUs`. */
export function movieFragment(
	number: number,
	startUs: number,
	samples: readonly MovieSample[],
): Bytes {
	const runs = u32(
		...samples.flatMap(({ durationUs, bytes, key }) => [
			...[durationUs, bytes.length, key ? KEY_FLAGS : DELTA_FLAGS],
		]),
	);
	const build = (dataAt: number): Bytes =>
		box(
			'moof',
			full('mfhd', 0, 0, u32(number)),
			box(
				'traf',
				// default-base-is-moof
				full('tfhd', 0, 0x02_0000, u32(TRACK)),
				full('tfdt', 1, 0, new ByteWriter(8).u64(startUs).bytes),
				// Data offset; then duration, size and flags of each sample.
				full('trun', 0, 0x0701, u32(samples.length, dataAt), runs),
			),
		);
	const moof = build(0);
	return concatBytes(build(moof.length + 8), box('mdat', ...samples.map(({ bytes }) => bytes)));
}

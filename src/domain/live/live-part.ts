import { ascii, ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';

/** Layouts and rules: docs/spec/live.md, LV7 and LV15. */
const VERSION_1 = 1;
const VERSION_2 = 2;
const SOUND = 1;
const FRAGMENT = 2;
const KEY = 1;
const MAX_FRAMES = 255;
const CODEC = /^[\x21-\x7e]{1,64}$/;
const MIME = /^[\x20-\x7e]{1,128}$/;
/** Version, flags, codec length, width, height, count. */
const FIXED_BYTES = 8;
const FRAME_BYTES = 13;
/** Version, kind, codec length, sample rate, channels, count. */
const SOUND_BYTES = 9;
const PACKET_BYTES = 16;
/** Version, kind, at, of, captured, media time, duration, lengths of type and init section. */
const FRAGMENT_BYTES = 29;

export interface LiveFrame {
	readonly key: boolean;
	/** Capture time by the camera's clock, µs since 1970. */
	readonly capturedUs: number;
	/** As encoded; Annex B for H.264. */
	readonly bytes: Bytes;
}

/** Encoded video frames. */
export interface FramesPart {
	readonly kind: 'frames';
	/** WebCodecs codec string. */
	readonly codec: string;
	readonly width: number;
	readonly height: number;
	/** At least one. */
	readonly frames: readonly LiveFrame[];
}

export interface SoundPacket {
	readonly capturedUs: number;
	readonly durationUs: number;
	readonly bytes: Bytes;
}

/** Encoded sound, sent alongside frames. */
export interface SoundPart {
	readonly kind: 'sound';
	readonly codec: string;
	readonly sampleRate: number;
	readonly channels: number;
	/** At least one. */
	readonly packets: readonly SoundPacket[];
}

/**
 * A fragment of a recording, or a piece of one too long for a single message, from a camera that
 * cannot encode frame by frame.
 */
export interface FragmentPart {
	readonly kind: 'fragment';
	/** Index of this piece, below `of`. */
	readonly at: number;
	readonly of: number;
	/** Capture time of its first frame. */
	readonly capturedUs: number;
	/** Media time of that frame, and duration of the whole fragment. */
	readonly mediaUs: number;
	readonly durationUs: number;
	/** MIME type for MediaSource. */
	readonly mime: string;
	/** `ftyp` and `moov` in the first piece; empty in the others. */
	readonly init: Bytes;
	/** `moof` and `mdat`, or this piece of them. */
	readonly bytes: Bytes;
}

/** The content of a message to the viewers at the relay. */
export type LivePart = FramesPart | SoundPart | FragmentPart;

/** Whether a decoder can start with it. */
export function beginsWithKey(part: LivePart): boolean {
	if (part.kind === 'fragment') return part.at === 0;
	return part.kind === 'frames' && part.frames[0]?.key === true;
}

/** Capture times of its first and last frame or packet. */
export function captureSpan(part: LivePart): { readonly firstUs: number; readonly lastUs: number } {
	if (part.kind === 'fragment') return { firstUs: part.capturedUs, lastUs: part.capturedUs };
	const all = part.kind === 'frames' ? part.frames : part.packets;
	return { firstUs: all[0]?.capturedUs ?? 0, lastUs: all.at(-1)?.capturedUs ?? 0 };
}

/** Throws `malformed` if a field does not fit the layout. */
export function buildLivePart(part: LivePart): Bytes {
	if (part.kind === 'sound') return buildSound(part);
	return part.kind === 'fragment' ? buildFragment(part) : buildFrames(part);
}

function buildFrames(part: FramesPart): Bytes {
	const { codec, width, height, frames } = part;
	checkedName(codec, CODEC);
	checkCount(frames);
	const length = frames.reduce((sum, { bytes }) => sum + FRAME_BYTES + bytes.length, 0);
	const writer = new ByteWriter(FIXED_BYTES + codec.length + length)
		.u8(VERSION_1)
		.u8(beginsWithKey(part) ? KEY : 0)
		.u8(codec.length)
		.put(ascii(codec))
		.u16(width)
		.u16(height)
		.u8(frames.length);
	for (const { key, capturedUs, bytes } of frames) {
		writer
			.u8(key ? KEY : 0)
			.u64(capturedUs)
			.u32(bytes.length)
			.put(bytes);
	}
	return writer.bytes;
}

function buildSound({ codec, sampleRate, channels, packets }: SoundPart): Bytes {
	checkedName(codec, CODEC);
	checkCount(packets);
	const length = packets.reduce((sum, { bytes }) => sum + PACKET_BYTES + bytes.length, 0);
	const writer = new ByteWriter(SOUND_BYTES + codec.length + length)
		.u8(VERSION_2)
		.u8(SOUND)
		.u8(codec.length)
		.put(ascii(codec))
		.u32(sampleRate)
		.u8(channels)
		.u8(packets.length);
	for (const { capturedUs, durationUs, bytes } of packets) {
		writer.u64(capturedUs).u32(durationUs).u32(bytes.length).put(bytes);
	}
	return writer.bytes;
}

function buildFragment({
	at,
	of,
	capturedUs,
	mediaUs,
	durationUs,
	mime,
	init,
	bytes,
}: FragmentPart): Bytes {
	checkedName(mime, MIME);
	checkPiece(at, of);
	return new ByteWriter(FRAGMENT_BYTES + mime.length + init.length + bytes.length)
		.u8(VERSION_2)
		.u8(FRAGMENT)
		.u8(at)
		.u8(of)
		.u64(capturedUs)
		.u64(mediaUs)
		.u32(durationUs)
		.u8(mime.length)
		.put(ascii(mime))
		.u32(init.length)
		.put(init)
		.put(bytes).bytes;
}

/** Throws `malformed`, or `unsupported` for an unknown version, kind or flag. */
export function parseLivePart(body: Bytes): LivePart {
	const from = new ByteReader(body);
	const version = from.u8();
	if (version === VERSION_1) return parseFrames(from);
	if (version !== VERSION_2) throw new Fault('unsupported', 'live part of an unknown version');
	const kind = from.u8();
	if (kind === SOUND) return parseSound(from);
	if (kind === FRAGMENT) return parseFragment(from, body.length);
	throw new Fault('unsupported', 'live part of an unknown kind');
}

function parseFrames(from: ByteReader): FramesPart {
	const key = flagOf(from.u8());
	const codec = checkedName(textOf(from), CODEC);
	const width = from.u16();
	const height = from.u16();
	const count = from.u8();
	const frames: LiveFrame[] = [];
	for (let at = 0; at < count; at += 1) {
		const frameKey = flagOf(from.u8());
		frames.push({ key: frameKey, capturedUs: from.u64(), bytes: from.take(from.u32()) });
	}
	checkCount(frames);
	from.end();
	const part = { kind: 'frames', codec, width, height, frames } as const;
	if (key !== beginsWithKey(part))
		throw new Fault('malformed', 'live part: the key flag contradicts its first frame');
	return part;
}

function parseSound(from: ByteReader): SoundPart {
	const codec = checkedName(textOf(from), CODEC);
	const sampleRate = from.u32();
	const channels = from.u8();
	const count = from.u8();
	const packets: SoundPacket[] = [];
	for (let at = 0; at < count; at += 1) {
		const [capturedUs, durationUs] = [from.u64(), from.u32()];
		packets.push({ capturedUs, durationUs, bytes: from.take(from.u32()) });
	}
	checkCount(packets);
	from.end();
	return { kind: 'sound', codec, sampleRate, channels, packets };
}

function parseFragment(from: ByteReader, length: number): FragmentPart {
	const [at, of] = [from.u8(), from.u8()];
	checkPiece(at, of);
	const [capturedUs, mediaUs, durationUs] = [from.u64(), from.u64(), from.u32()];
	const mime = checkedName(textOf(from), MIME);
	const init = from.take(from.u32());
	const bytes = from.take(length - FRAGMENT_BYTES - mime.length - init.length);
	from.end();
	return { kind: 'fragment', at, of, capturedUs, mediaUs, durationUs, mime, init, bytes };
}

function textOf(from: ByteReader): string {
	return String.fromCharCode(...from.take(from.u8()));
}

function checkedName(name: string, pattern: RegExp): string {
	if (!pattern.test(name))
		throw new Fault('malformed', 'live part: invalid codec string or MIME type');
	return name;
}

function checkCount(all: readonly unknown[]): void {
	if (all.length === 0 || all.length > MAX_FRAMES) {
		throw new Fault('malformed', 'live part: the count is not between 1 and 255');
	}
}

function checkPiece(at: number, of: number): void {
	if (at >= of)
		throw new Fault('malformed', 'live part: the piece index is not below the number of pieces');
}

function flagOf(flags: number): boolean {
	if (flags > KEY) throw new Fault('unsupported', 'live part with unknown flags');
	return flags === KEY;
}

import { ascii, Reader, Writer, type Bytes } from './bytes.ts';
import { Fault } from './fault.ts';

/** Layout and rules: docs/spec/live.md, LV7. */
const VERSION = 1;
const KEY = 1;
const MOST_FRAMES = 255;
const CODEC = /^[\x21-\x7e]{1,64}$/;
/** Version, flags, length of the codec, width, height, count. */
const FIXED_BYTES = 8;
const FRAME_BYTES = 13;

export interface LiveFrame {
	readonly key: boolean;
	/** When it was captured by the camera's clock, µs since 1970. */
	readonly capturedUs: number;
	/** As the encoder gave it: Annex B where it is H.264. */
	readonly bytes: Bytes;
}

/** Some encoded frames on their way to whoever watches at the relay. */
export interface LivePart {
	/** As WebCodecs names it. */
	readonly codec: string;
	readonly width: number;
	readonly height: number;
	/** At least one. */
	readonly frames: readonly LiveFrame[];
}

/** Whether a decoder can begin with it. */
export function beginsWithKey(part: LivePart): boolean {
	return part.frames[0]?.key === true;
}

/** Throws `malformed` for what does not fit the layout. */
export function buildLivePart(part: LivePart): Bytes {
	const { codec, width, height, frames } = part;
	if (!CODEC.test(codec)) throw new Fault('malformed', 'a codec without a proper name');
	if (frames.length === 0 || frames.length > MOST_FRAMES) {
		throw new Fault('malformed', 'a live part without frames, or with too many');
	}
	const length = frames.reduce((sum, { bytes }) => sum + FRAME_BYTES + bytes.length, 0);
	const writer = new Writer(FIXED_BYTES + codec.length + length)
		.u8(VERSION)
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

/** Throws `malformed`, or `unsupported` for a version or flags of a later time. */
export function parseLivePart(body: Bytes): LivePart {
	const from = new Reader(body);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'a live part of another version');
	const key = flagOf(from.u8());
	const codec = String.fromCharCode(...from.take(from.u8()));
	if (!CODEC.test(codec)) throw new Fault('malformed', 'a codec without a proper name');
	const width = from.u16();
	const height = from.u16();
	const count = from.u8();
	if (count === 0) throw new Fault('malformed', 'a live part without frames');
	const frames: LiveFrame[] = [];
	for (let at = 0; at < count; at += 1) {
		const frameKey = flagOf(from.u8());
		frames.push({ key: frameKey, capturedUs: from.u64(), bytes: from.take(from.u32()) });
	}
	from.end();
	const part = { codec, width, height, frames };
	if (key !== beginsWithKey(part)) throw new Fault('malformed', 'a live part contradicts itself');
	return part;
}

function flagOf(flags: number): boolean {
	if (flags > KEY) throw new Fault('unsupported', 'a live part with other flags');
	return flags === KEY;
}

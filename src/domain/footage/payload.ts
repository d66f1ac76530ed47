import { ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import type { EnvelopeKind } from './envelope.ts';
import { Fault } from '#domain/base/fault.ts';
import { paddedLength } from './padding.ts';

/** Layout and rules: docs/spec/envelope.md, "Payload". */
const PREFIX_BYTES = 24;

/** Fragmented MP4 (ISO/IEC 14496-12): `ftyp moov` in an init section, `moof mdat` otherwise. */
const CODEC_FMP4 = 1;
/** JPEG (ISO/IEC 10918-1), only in thumbnails. */
const CODEC_JPEG = 2;
/** JSON (RFC 8259) as UTF-8, only in events. */
const CODEC_JSON = 3;
/** Encoded frames (docs/spec/live.md, LV7), only in live fragments. */
const CODEC_FRAMES = 4;
const KEY_FRAME = 1;
const SOUND = 2;

export interface PayloadMetadata {
	readonly keyFrame: boolean;
	readonly sound: boolean;
	/** In an init section: the run's anchor in µs, with timescale 1,000,000 and duration 0. */
	readonly mediaTicks: number;
	readonly timescale: number;
	readonly durationTicks: number;
}

export interface Payload extends PayloadMetadata {
	/** The media data; shares memory with the plaintext it was parsed from. */
	readonly body: Bytes;
}

function codecOf(kind: EnvelopeKind): number {
	if (kind === 'event') return CODEC_JSON;
	if (kind === 'live') return CODEC_FRAMES;
	return kind === 'thumbnail' ? CODEC_JPEG : CODEC_FMP4;
}

/** Length of the whole plaintext. */
export function payloadLength(kind: EnvelopeKind, body: Uint8Array): number {
	return paddedLength(kind, PREFIX_BYTES + body.length);
}

/** The whole plaintext: prefix, body, zeros. Overwrites `memory` if given. */
export function buildPayload(
	kind: EnvelopeKind,
	{ body, ...facts }: Payload,
	memory?: Bytes,
): Bytes {
	const bare = PREFIX_BYTES + body.length;
	const whole = payloadLength(kind, body);
	if (facts.timescale === 0) throw new Fault('malformed', 'payload timescale is 0');
	return new ByteWriter(whole, memory)
		.u8(codecOf(kind))
		.u8((facts.keyFrame ? KEY_FRAME : 0) | (facts.sound ? SOUND : 0))
		.u16(0)
		.u32(whole - bare)
		.u64(facts.mediaTicks)
		.u32(facts.timescale)
		.u32(facts.durationTicks)
		.put(body)
		.zeros(whole - bare).bytes;
}

/** Throws `malformed`, or `unsupported` for a newer codec or flag. */
export function parsePayload(kind: EnvelopeKind, plain: Bytes): Payload {
	const from = new ByteReader(plain.subarray(0, PREFIX_BYTES));
	if (from.u8() !== codecOf(kind))
		throw new Fault('unsupported', 'payload codec does not match its kind');
	const flags = from.u8();
	if (flags > (KEY_FRAME | SOUND)) throw new Fault('unsupported', 'unknown payload flags');
	if (from.u16() !== 0) throw new Fault('malformed', 'reserved payload bytes are not zero');
	const padding = from.u32();
	const mediaTicks = from.u64();
	const timescale = from.u32();
	const durationTicks = from.u32();
	const bare = plain.length - padding;
	if (bare < PREFIX_BYTES || paddedLength(kind, bare) !== plain.length || timescale === 0) {
		throw new Fault('malformed', 'payload header is inconsistent');
	}
	return {
		keyFrame: (flags & KEY_FRAME) !== 0,
		sound: (flags & SOUND) !== 0,
		mediaTicks,
		timescale,
		durationTicks,
		body: plain.subarray(PREFIX_BYTES, bare),
	};
}

/** Whole microseconds, exact at any size, rounded down. Throws `malformed` for an invalid time. */
export function usOfTicks(ticks: number, timescale: number): number {
	if (
		!Number.isSafeInteger(ticks) ||
		ticks < 0 ||
		!Number.isSafeInteger(timescale) ||
		timescale < 1
	) {
		throw new Fault('malformed', 'invalid media time');
	}
	return Number((BigInt(ticks) * 1_000_000n) / BigInt(timescale));
}

import {
	ascii,
	bytesOf,
	concatBytes,
	ByteReader,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';

/** Layout and rules: docs/spec/envelope.md. Final: footage sealed once must open for ever. */
export const HEADER_BYTES = 88;
export const TAG_BYTES = 16;
const SLICE_BYTES = 8 * 1024 * 1024;
/** 512 MiB: limits the memory that one segment can make a reader use. */
const MAX_SLICES = 64;

const MAGIC = 0x53505943; // "SPYC"
const VERSION = 1;
/** HKDF-SHA-256 and AES-256-GCM. */
const SUITE = 1;

const KIND_CODES = { init: 1, fragment: 2, thumbnail: 3, live: 4, event: 5 } as const;
export type EnvelopeKind = keyof typeof KIND_CODES;
export const ENVELOPE_KINDS = Object.keys(KIND_CODES) as readonly EnvelopeKind[];

/** Where sealed bytes belong. Every field is bound into the key or the authenticated header. */
export interface EnvelopePosition {
	readonly home: HomeId;
	readonly camera: CameraId;
	readonly runId: RunId;
	readonly epoch: number;
	readonly kind: EnvelopeKind;
	readonly seq: number;
}

/** Lets indexes and playlists be built without keys. */
export interface EnvelopeTimes {
	/** Whole milliseconds since 1970; the exact start is in the payload. */
	readonly wallMs: number;
	readonly durationUs: number;
}

export interface SliceHeader extends EnvelopePosition, EnvelopeTimes {
	readonly slice: number;
	readonly last: boolean;
	/** Bytes of ciphertext, without the tag. */
	readonly length: number;
}

export function buildHeader(header: SliceHeader): Bytes {
	if (header.length > SLICE_BYTES) throw new Fault('malformed', 'envelope slice longer than 8 MiB');
	return new ByteWriter(HEADER_BYTES)
		.u32(MAGIC)
		.u8(VERSION)
		.u8(SUITE)
		.u8(KIND_CODES[header.kind])
		.u8(0)
		.id(header.home)
		.id(header.camera)
		.u32(header.epoch)
		.id(header.runId)
		.u64(header.seq)
		.u16(header.slice)
		.u8(header.last ? 1 : 0)
		.u8(0)
		.u64(header.wallMs)
		.u32(header.durationUs)
		.u32(header.length).bytes;
}

/** Throws `malformed`, or `unsupported` for a newer version, suite, kind or flag. */
export function parseHeader(bytes: Uint8Array): SliceHeader {
	const from = new ByteReader(bytes.subarray(0, HEADER_BYTES));
	if (from.u32() !== MAGIC) throw new Fault('malformed', 'not an envelope: wrong magic');
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unknown envelope version');
	if (from.u8() !== SUITE) throw new Fault('unsupported', 'unknown envelope suite');
	const code = from.u8();
	const kind = ENVELOPE_KINDS.find((candidate) => KIND_CODES[candidate] === code);
	if (kind === undefined) throw new Fault('unsupported', 'unknown envelope kind');
	if (from.u8() !== 0) throw new Fault('unsupported', 'unknown envelope flags');
	const home = from.id() as HomeId;
	const camera = from.id() as CameraId;
	const epoch = from.u32();
	const runId = from.id() as RunId;
	const seq = from.u64();
	const slice = from.u16();
	const last = from.u8();
	if (last > 1) throw new Fault('malformed', 'envelope `last` is neither 0 nor 1');
	from.zeros(1);
	const wallMs = from.u64();
	const durationUs = from.u32();
	const length = from.u32();
	if (length > SLICE_BYTES) throw new Fault('malformed', 'envelope slice longer than 8 MiB');
	return {
		kind,
		home,
		camera,
		epoch,
		runId,
		seq,
		slice,
		last: last === 1,
		wallMs,
		durationUs,
		length,
	};
}

/** Unique under its key, because slices of one segment have different numbers. */
export function nonceOf(slice: number, last: boolean): Bytes {
	return new ByteWriter(12)
		.u32(slice)
		.zeros(7)
		.u8(last ? 1 : 0).bytes;
}

/** HKDF `info`; the salt is the run id. One key per (run, kind, seq). */
export function keyInfo(position: Pick<EnvelopePosition, 'camera' | 'kind' | 'seq'>): Bytes {
	const place = new ByteWriter(9).u8(KIND_CODES[position.kind]).u64(position.seq).bytes;
	return concatBytes(ascii('seg'), bytesOf(position.camera), place);
}

/** Plaintext lengths of the slices: all full but the last, at least one. */
export function sliceLengths(total: number): number[] {
	const count = Math.max(1, Math.ceil(total / SLICE_BYTES));
	if (count > MAX_SLICES) throw new Fault('malformed', 'sealed segment longer than 512 MiB');
	return Array.from({ length: count }, (_, slice) =>
		slice === count - 1 ? total - slice * SLICE_BYTES : SLICE_BYTES,
	);
}

export interface Slice {
	readonly header: SliceHeader;
	/** Bytes 0–87, authenticated. */
	readonly aad: Uint8Array<ArrayBuffer>;
	/** Ciphertext and tag. */
	readonly sealed: Uint8Array<ArrayBuffer>;
}

/**
 * Splits a sealed segment into its slices without copying. Throws `malformed` unless all are
 * complete, in order, consistent, full except for the last, and nothing follows.
 */
export function slicesOf(segment: Bytes): Slice[] {
	const slices: Slice[] = [];
	let at = 0;
	while (at < segment.length) {
		const header = parseHeader(segment.subarray(at));
		const end = at + HEADER_BYTES + header.length + TAG_BYTES;
		const first = slices[0]?.header ?? header;
		const fits =
			end <= segment.length &&
			slices.length < MAX_SLICES &&
			header.slice === slices.length &&
			header.last === (end === segment.length) &&
			(header.last || header.length === SLICE_BYTES) &&
			samePlace(header, first);
		if (!fits) throw new Fault('malformed', 'slices of the sealed segment do not match');
		slices.push({
			header,
			aad: segment.subarray(at, at + HEADER_BYTES),
			sealed: segment.subarray(at + HEADER_BYTES, end),
		});
		at = end;
	}
	if (slices.length === 0) throw new Fault('malformed', 'sealed segment is empty');
	return slices;
}

function samePlace(a: SliceHeader, b: SliceHeader): boolean {
	return isAtPosition(a, b) && a.wallMs === b.wallMs && a.durationUs === b.durationUs;
}

export function isAtPosition(header: EnvelopePosition, position: EnvelopePosition): boolean {
	return (
		header.home === position.home &&
		header.camera === position.camera &&
		header.runId === position.runId &&
		header.epoch === position.epoch &&
		header.kind === position.kind &&
		header.seq === position.seq
	);
}

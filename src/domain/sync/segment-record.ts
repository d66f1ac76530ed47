import { ByteReader, ByteWriter, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { HEAD_BYTES } from '#domain/footage/head.ts';
import {
	buildEntries,
	endUsOf,
	ENTRY_BYTES,
	parseEntries,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';

/** Layout and rules: docs/spec/sync.md, "Segment record". */
const LENGTH_BYTES = 4;
const FRAME_BYTES = ENTRY_BYTES + HEAD_BYTES;
/** An upload of one segment, however long its group of pictures is. */
const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/**
 * A segment on the way between devices and in the relay's packs: its index entry (`place` is 0: no
 * store but the camera's knows that), its signed head, its sealed bytes. The init section of a run
 * has no entry.
 */
export interface SegmentRecord {
	/** `null`: the init section. */
	readonly entry: IndexEntry | null;
	readonly head: Bytes;
	readonly bytes: Bytes;
}

const NO_ENTRY = new Uint8Array(ENTRY_BYTES);

/** Throws `malformed` when it is too long, or the entry's size is not that of the bytes. */
export function buildSegmentRecord({ entry, head, bytes }: SegmentRecord): Bytes {
	refuseMismatch(entry, bytes.length);
	const length = FRAME_BYTES + bytes.length;
	if (LENGTH_BYTES + length > MAX_RECORD_BYTES)
		throw new Fault('malformed', 'segment record exceeds 16 MiB');
	const front = new ByteWriter(LENGTH_BYTES + FRAME_BYTES)
		.u32(length)
		.put(entry === null ? NO_ENTRY : buildEntries([{ ...entry, place: 0 }]), ENTRY_BYTES)
		.put(head, HEAD_BYTES).bytes;
	return concatBytes(front, bytes);
}

/**
 * Length of the record that begins at `at`, its length field included; `null`: the field itself is
 * not all there yet. Throws `malformed` for a length that no record has.
 */
export function segmentRecordLength(bytes: Uint8Array, at = 0): number | null {
	if (bytes.length < at + LENGTH_BYTES) return null;
	const length = new ByteReader(bytes.subarray(at, at + LENGTH_BYTES)).u32();
	if (length <= FRAME_BYTES || LENGTH_BYTES + length > MAX_RECORD_BYTES)
		throw new Fault('malformed', 'no segment record is that long');
	return LENGTH_BYTES + length;
}

/** From the first segment to the last of whole records; `null`: only init sections. */
export function spanOfRecords(bytes: Uint8Array): Span | null {
	let [startUs, endUs] = [Infinity, -Infinity];
	for (let at = 0; at < bytes.length;) {
		const length = segmentRecordLength(bytes, at);
		if (length === null) break;
		const front = bytes.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + ENTRY_BYTES);
		at += length;
		if (front.every((byte) => byte === 0)) continue;
		for (const entry of parseEntries(front)) {
			startUs = Math.min(startUs, entry.startUs);
			endUs = Math.max(endUs, endUsOf(entry));
		}
	}
	return startUs < endUs ? { startUs, endUs } : null;
}

/** Length of the record of a segment of so many sealed bytes. */
export function segmentRecordBytes(size: number): number {
	return LENGTH_BYTES + FRAME_BYTES + size;
}

/**
 * One whole record, whose sealed bytes stay where they are: to the relay a copy of each would cost
 * more than its checks. Throws `malformed`, or `corrupt` when its entry fails its CRC.
 */
export function parseSegmentRecord(record: Bytes): SegmentRecord {
	if (segmentRecordLength(record) !== record.length)
		throw new Fault('malformed', 'segment record is cut off, or something follows it');
	const from = new ByteReader(record.subarray(LENGTH_BYTES));
	const entryBytes = from.take(ENTRY_BYTES);
	const head = from.take(HEAD_BYTES);
	const bytes = record.subarray(LENGTH_BYTES + FRAME_BYTES);
	const entry = entryBytes.every((byte) => byte === 0) ? null : onlyEntry(entryBytes);
	refuseMismatch(entry, bytes.length);
	return { entry, head, bytes };
}

function onlyEntry(bytes: Uint8Array): IndexEntry {
	const [entry] = parseEntries(bytes);
	if (entry === undefined || entry.place !== 0)
		throw new Fault('malformed', 'segment record names a place');
	return entry;
}

function refuseMismatch(entry: IndexEntry | null, length: number): void {
	if (entry !== null && entry.size !== length)
		throw new Fault('malformed', 'segment record: size in the entry is not that of the bytes');
}

import { ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Segment } from './segment.ts';

/** Layout and rules: docs/spec/store.md, "Index page". */
export const ENTRY_BYTES = 40;
const CHECKED_BYTES = 36;
const SOUND = 1;
const BAD = 2;
const DELETED = 4;

export const MINUTE_US = 60_000_000;

/** A segment within a page of this device; the page's key names camera and run. */
export type IndexEntry = Omit<Segment, 'camera' | 'runNo'> & {
	/** Key of the bytes in the store: rises with every write of this device, over all cameras. */
	readonly place: number;
	/** Deleted by a person: hidden, and of size 0 once purged. */
	readonly deleted?: true;
	/** Flags that only a newer version knows (ST34), if any. */
	readonly newerFlags?: number;
};

export function minuteOf(us: number): number {
	return Math.floor(us / MINUTE_US);
}

export function endUsOf(entry: Pick<IndexEntry, 'startUs' | 'durationUs'>): number {
	return entry.startUs + entry.durationUs;
}

export function segmentOf(camera: CameraId, runNo: number, entry: IndexEntry): Segment {
	const { seq, startUs, durationUs, size, sound, bad } = entry;
	return { camera, runNo, seq, startUs, durationUs, size, sound, bad };
}

/** Throws `malformed` when a number does not fit. */
export function buildEntries(entries: readonly IndexEntry[]): Bytes {
	const bytes = new Uint8Array(entries.length * ENTRY_BYTES);
	entries.forEach((entry, at) => bytes.set(buildEntry(entry), at * ENTRY_BYTES));
	return bytes;
}

/** Throws `corrupt` unless every entry is complete, passes its CRC and follows its predecessor. */
export function parseEntries(bytes: Uint8Array): IndexEntry[] {
	const { entries, lost } = salvageEntries(bytes);
	if (lost > 0 || entries.length === 0) throw new Fault('corrupt', 'index page damaged');
	return entries;
}

/**
 * The valid entries of a damaged page. `lost`: number of invalid ones, including a truncated one.
 */
export function salvageEntries(bytes: Uint8Array): { entries: IndexEntry[]; lost: number } {
	const entries: IndexEntry[] = [];
	const count = Math.ceil(bytes.length / ENTRY_BYTES);
	let before: IndexEntry | null = null;
	for (let at = 0; at < count; at += 1) {
		const entry = parseEntry(bytes.subarray(at * ENTRY_BYTES, (at + 1) * ENTRY_BYTES));
		if (entry === null) continue;
		if (before !== null && !follows(before, entry)) continue;
		entries.push(entry);
		before = entry;
	}
	return { entries, lost: count - entries.length };
}

/** The page with an entry appended. */
export function withEntry(bytes: Uint8Array, entry: IndexEntry): Bytes {
	const longer = new Uint8Array(bytes.length + ENTRY_BYTES);
	longer.set(bytes);
	longer.set(buildEntry(entry), bytes.length);
	return longer;
}

/** Not necessarily `seq + 1`: damage may have removed an entry. */
function follows(before: IndexEntry, entry: IndexEntry): boolean {
	return entry.seq > before.seq && entry.startUs >= before.startUs && entry.place > before.place;
}

function buildEntry(entry: IndexEntry): Bytes {
	const bytes = new ByteWriter(ENTRY_BYTES)
		.u64(entry.seq)
		.u64(entry.startUs)
		.u32(entry.durationUs)
		.u32(entry.size)
		.u64(entry.place)
		.u16(flagsOf(entry))
		.zeros(6).bytes;
	new DataView(bytes.buffer).setUint32(CHECKED_BYTES, checkOf(bytes));
	return bytes;
}

function flagsOf({ sound, bad, deleted, newerFlags = 0 }: IndexEntry): number {
	return (sound ? SOUND : 0) | (bad ? BAD : 0) | (deleted ? DELETED : 0) | newerFlags;
}

function parseEntry(bytes: Uint8Array): IndexEntry | null {
	if (bytes.length !== ENTRY_BYTES) return null;
	const check = new DataView(bytes.buffer, bytes.byteOffset).getUint32(CHECKED_BYTES);
	if (check !== checkOf(bytes)) return null;
	try {
		const from = new ByteReader(bytes);
		const seq = from.u64();
		const startUs = from.u64();
		const durationUs = from.u32();
		const size = from.u32();
		const place = from.u64();
		const flags = from.u16();
		from.zeros(2);
		if (seq < 1) return null;
		const sound = (flags & SOUND) !== 0;
		const entry = { seq, startUs, durationUs, size, place, sound, bad: (flags & BAD) !== 0 };
		const newerFlags = flags & ~(SOUND | BAD | DELETED);
		const kept = newerFlags === 0 ? entry : { ...entry, newerFlags };
		return (flags & DELETED) === 0 ? kept : { ...kept, deleted: true };
	} catch (error) {
		if (error instanceof Fault) return null;
		throw error;
	}
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
	return crc;
});

/** CRC-32 (ISO 3309). */
function checkOf(bytes: Uint8Array): number {
	let crc = 0xffff_ffff;
	for (let at = 0; at < CHECKED_BYTES; at += 1) crc = crcStep(crc, bytes[at] ?? 0);
	return (crc ^ 0xffff_ffff) >>> 0;
}

function crcStep(crc: number, byte: number): number {
	return (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
}

import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { buildEntries, endUsOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Span } from '#domain/footage/span.ts';
import { parseHead, type Head } from '#domain/footage/head.ts';
import {
	parseSegmentRecord,
	segmentRecordBytes,
	segmentRecordLength,
} from '#domain/sync/segment-record.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { IndexedPage } from './footage-index.ts';
import type { PackKey } from './pack-folder.ts';

export type MinuteKey = PackKey & { readonly minute: number };
/** An entry with its record. */
export type Held = IndexEntry & { readonly record: Bytes };

/** Their entries when their records stand one behind the other from `from` on. */
export function placed(held: readonly Held[], from: number): IndexEntry[] {
	let place = from;
	return held.map(({ record, ...entry }) => {
		const here = { ...entry, place };
		place += record.length;
		return here;
	});
}

export function pageFrom(
	key: MinuteKey,
	entries: readonly IndexEntry[],
): Omit<IndexedPage, 'change'> {
	const [first, last] = [entries[0], entries.at(-1)];
	return {
		...{ runNo: key.runNo, minute: key.minute, entries: buildEntries(entries) },
		bytes: last === undefined ? 0 : last.place + segmentRecordBytes(last.size),
		...{ firstSeq: first?.seq ?? 0, lastSeq: last?.seq ?? 0 },
	};
}

/** Throws `corrupt` unless it is the record of that entry. */
export function checkedRecord({ seq, size }: IndexEntry, bytes: Bytes): Bytes {
	const { entry } = parseSegmentRecord(bytes);
	if (entry?.seq !== seq || entry.size !== size)
		throw new Fault('corrupt', 'pack is not as its index says');
	return bytes;
}

/** Throws `malformed` unless whole records stand one behind the other. */
export function* recordsOf(bytes: Bytes): Generator<Bytes> {
	for (let at = 0; at < bytes.length;) {
		const length = segmentRecordLength(bytes, at);
		if (length === null || at + length > bytes.length)
			throw new Fault('malformed', 'upload ends inside a record');
		yield bytes.subarray(at, at + length);
		at += length;
	}
}

/** Numbers of the segments of records; 0: an init section. */
export function seqsOf(records: Bytes): number[] {
	return [...recordsOf(records)].map((bytes) => parseSegmentRecord(bytes).entry?.seq ?? 0);
}

export function spanOf(entry: IndexEntry): Span {
	return { startUs: entry.startUs, endUs: endUsOf(entry) };
}

/** The records of a pack up to the first that is torn or not a record. */
export function* wholeRecordsOf(bytes: Bytes): Generator<Bytes> {
	try {
		for (const record of recordsOf(bytes)) {
			parseSegmentRecord(record);
			yield record;
		}
	} catch (error) {
		expectFault(error);
	}
}

/** The head of a record; `null`: its bytes are not those that it was written with. */
export async function headOf(crypto: Pick<Crypto, 'sha256'>, record: Bytes): Promise<Head | null> {
	const { head, bytes } = parseSegmentRecord(record);
	const parsed = parseHead(head).head;
	return equalBytes(await crypto.sha256(bytes), parsed.segmentHash) ? parsed : null;
}

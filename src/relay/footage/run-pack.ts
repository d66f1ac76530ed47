import { ByteReader, ByteWriter, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import type { IndexedRun } from './footage-index.ts';
import type { PackFolder, PackKey } from './pack-folder.ts';
import { wholeRecordsOf } from './pack-records.ts';

const LENGTH_BYTES = 4;
/** More than any signed run record has. */
const MAX_RECORD_BYTES = 1024;
/** Of run records; the entry of an init section begins with a zero. */
const RUN_RECORD_VERSION = 1;

/** What stands in `run.pack` (docs/spec/sync.md, "At the relay"). */
export interface RunPack {
	/** Segment record; `null`: not there, or not whole. */
	readonly init: Bytes | null;
	/** Signed run record; `null`: not there, or not whole. */
	readonly record: Bytes | null;
}

/** How long `run.pack` is when it is as the index says. */
export function runPackBytes({ initBytes, record }: Pick<IndexedRun, 'initBytes' | 'record'>) {
	return initBytes + (record === null ? 0 : LENGTH_BYTES + record.length);
}

export function parseRunPack(bytes: Bytes): RunPack {
	const [init = null] = wholeRecordsOf(bytes);
	const rest = bytes.subarray(init?.length ?? 0);
	if (rest.length <= LENGTH_BYTES) return { init, record: null };
	const length = new ByteReader(rest.subarray(0, LENGTH_BYTES)).u32();
	const record = rest.slice(LENGTH_BYTES, LENGTH_BYTES + length);
	const whole = length <= MAX_RECORD_BYTES && record.length === length;
	return { init, record: whole && isRunRecord(record) ? record : null };
}

/**
 * Puts `run.pack` in the place of the one before: a record of a few hundred bytes comes every five
 * minutes. Returns how long the record of the init section is: 0 when it was lost meanwhile.
 * `init`: `null`: the one that is there stays.
 */
export async function writeRunPack(
	packs: PackFolder,
	key: Omit<PackKey, 'minute'>,
	init: Bytes | null,
	{ initBytes, record }: Pick<IndexedRun, 'initBytes' | 'record'>,
): Promise<number> {
	const pack = { ...key, minute: null };
	const kept = init ?? (initBytes > 0 ? await initIn(packs, pack, initBytes) : null);
	const parts: Bytes[] = kept === null ? [] : [kept];
	if (record !== null) parts.push(new ByteWriter(LENGTH_BYTES).u32(record.length).bytes, record);
	if (parts.length > 0) await packs.replace(pack, parts);
	else await packs.delete(pack);
	return kept?.length ?? 0;
}

/** Whether it says something else than before. */
export function isNewRecord(before: IndexedRun | null, record: Bytes | null): boolean {
	return record !== null && !(before?.record && equalBytes(before.record, record));
}

/** Of two records of one run the one with the higher time. */
export function newerRecord(one: Bytes | null, other: Bytes | null): Bytes | null {
	if (one === null || other === null) return one ?? other;
	const [a, b] = [parseRunRecord(one).record.wallMs, parseRunRecord(other).record.wallMs];
	return a >= b ? one : other;
}

async function initIn(packs: PackFolder, key: PackKey, length: number): Promise<Bytes | null> {
	try {
		return await packs.read(key, 0, length);
	} catch (error) {
		expectFault(error);
		if (error.kind === 'unavailable') throw error;
		return null;
	}
}

function isRunRecord(bytes: Bytes): boolean {
	if (bytes[0] !== RUN_RECORD_VERSION) return false;
	try {
		parseRunRecord(bytes);
		return true;
	} catch (error) {
		expectFault(error);
		return false;
	}
}

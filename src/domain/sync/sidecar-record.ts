import { ByteReader, ByteWriter, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { parseHeader } from '#domain/footage/envelope.ts';
import { parseCameraCard } from './camera-card.ts';
import { parseSpanStatement } from './span-statement.ts';

/** Layout and rules: docs/spec/sync.md, "Beside segments". */
const LENGTH_BYTES = 4;
const FRONT_BYTES = 20;
/** As they are made, they are a fraction of that; the longest statement is a grant. */
const MAX_STATEMENT_BYTES = 1024;
const MAX_EVENT_BYTES = 4 * 1024;
const MAX_THUMBNAIL_BYTES = 32 * 1024;

const KIND_CODES = { card: 1, pin: 2, removal: 3, grant: 4, event: 5, thumbnail: 6 } as const;
export type SidecarRecordKind = keyof typeof KIND_CODES;
const KINDS = Object.keys(KIND_CODES) as readonly SidecarRecordKind[];

/**
 * What stands beside segments, on the way and at the relay: a signed camera card, pin or removal; a
 * grant; a sealed event or thumbnail.
 */
export interface SidecarRecord {
	readonly kind: SidecarRecordKind;
	/** Of an event at its camera; 0: not an event. */
	readonly id: number;
	/** When an event starts, or what a thumbnail shows, µs since 1970; 0 for all others. */
	readonly wallUs: number;
	/** As the camera made them. */
	readonly bytes: Bytes;
}

function longestOf(kind: SidecarRecordKind): number {
	if (kind === 'event') return MAX_EVENT_BYTES;
	return kind === 'thumbnail' ? MAX_THUMBNAIL_BYTES : MAX_STATEMENT_BYTES;
}

/** A signed card, pin or removal, or a grant. */
export function statementRecord(
	kind: Exclude<SidecarRecordKind, 'event' | 'thumbnail'>,
	bytes: Bytes,
): SidecarRecord {
	return { kind, id: 0, wallUs: 0, bytes };
}

/** Throws `malformed` when it is too long. */
export function buildSidecarRecord({ kind, id, wallUs, bytes }: SidecarRecord): Bytes {
	if (bytes.length === 0 || bytes.length > longestOf(kind))
		throw new Fault('malformed', `a ${kind} is not that long`);
	const front = new ByteWriter(LENGTH_BYTES + FRONT_BYTES)
		.u32(FRONT_BYTES + bytes.length)
		.u8(KIND_CODES[kind])
		.zeros(3)
		.u64(id)
		.u64(wallUs).bytes;
	return concatBytes(front, bytes);
}

/**
 * Records that stand one behind the other. Throws `malformed`, or `unsupported` for a kind that
 * only a newer version knows.
 */
export function parseSidecarRecords(bytes: Uint8Array): SidecarRecord[] {
	const records: SidecarRecord[] = [];
	for (let at = 0; at < bytes.length;) {
		if (at + LENGTH_BYTES + FRONT_BYTES > bytes.length)
			throw new Fault('malformed', 'record is cut off');
		const from = new ByteReader(bytes.subarray(at));
		const length = from.u32();
		if (length <= FRONT_BYTES || at + LENGTH_BYTES + length > bytes.length)
			throw new Fault('malformed', 'record is cut off');
		const code = from.u8();
		const kind = KINDS.find((one) => KIND_CODES[one] === code);
		if (kind === undefined) throw new Fault('unsupported', 'unknown kind of record');
		from.zeros(3);
		const [id, wallUs] = [from.u64(), from.u64()];
		if (length - FRONT_BYTES > longestOf(kind))
			throw new Fault('malformed', `a ${kind} is not that long`);
		records.push({ kind, id, wallUs, bytes: from.take(length - FRONT_BYTES) });
		at += LENGTH_BYTES + length;
	}
	return records;
}

/** An event as it is now: written at its start and sealed again at its end. */
export function eventKey({ id, wallUs, bytes }: Omit<SidecarRecord, 'kind'>): string {
	const { runId, seq } = parseHeader(bytes);
	return `event ${String(wallUs)} ${String(id)} ${runId.slice(0, 8)} ${String(seq)}`;
}

export function grantKey(epoch: number, recipient: string): string {
	return `grant ${String(epoch)} ${recipient}`;
}

/** All thumbnails of a wall minute. */
export function thumbnailsKey(minute: number): string {
	return `thumbs ${String(minute)}`;
}

export function cardKey(signed: Uint8Array): string {
	return `card ${String(parseCameraCard(signed).card.wallMs)}`;
}

export function spanKey(kind: 'pin' | 'removal', signed: Uint8Array): string {
	const { startUs, endUs, atMs } = parseSpanStatement(signed).statement;
	return `${kind} ${String(startUs)} ${String(endUs)} ${String(atMs)}`;
}

/** Epoch that a grant's key names; `null`: another key. */
export function epochOfKey(key: string): number | null {
	const found = /^grant (\d+) /.exec(key);
	return found === null ? null : Number(found[1]);
}

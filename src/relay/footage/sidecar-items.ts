import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import { parseGrant } from '#domain/home/grant.ts';
import { parseCameraCard } from '#domain/sync/camera-card.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import {
	buildSidecarRecord,
	cardKey,
	eventKey,
	grantKey,
	spanKey,
	statementRecord,
	thumbnailsKey,
	type SidecarRecord,
} from '#domain/sync/sidecar-record.ts';
import { parseSpanStatement } from '#domain/sync/span-statement.ts';
import type { Row } from './index-database.ts';

/** A camera makes twelve a minute; twice that when its clock is set back. */
const MAX_THUMBNAILS = 32;
/** Of a kind, a camera. Grants: of 64 members and 512 epochs; thumbs: minutes. */
export const MAX_ITEMS = {
	...{ card: 1, pin: 1000, removal: 1000, grant: 32_768, event: 5000, thumbs: 100_000 },
};
export type ItemKind = keyof typeof MAX_ITEMS;

/** As `SidecarIndex` stores it. */
export interface Item {
	readonly kind: ItemKind;
	/** Unique for camera and kind. */
	readonly name: string;
	/** Epoch of a grant, else the wall minute, of a span its last; 0: neither. */
	readonly at: number;
	/** By which its camera knows it. */
	readonly key: string;
	/** Whole records of events and thumbnails; statements as they are signed. */
	readonly bytes: Bytes;
}

/** Of any kind but a thumbnail. */
export function itemOf(record: SidecarRecord): Item {
	const { kind, bytes } = record;
	if (kind === 'card') return { kind, name: '', at: 0, key: cardKey(bytes), bytes };
	if (kind === 'grant') {
		const { number, recipient } = parseGrant(bytes).grant;
		const name = `${String(number)} ${recipient}`;
		return { kind, name, at: number, key: grantKey(number, recipient), bytes };
	}
	if (kind === 'pin' || kind === 'removal') {
		const { startUs, endUs } = parseSpanStatement(bytes).statement;
		const name = `${String(startUs)} ${String(endUs)}`;
		return { kind, name, at: minuteOf(endUs - 1), key: spanKey(kind, bytes), bytes };
	}
	const { id, wallUs } = record;
	const name = `${String(wallUs)} ${String(id)}`;
	const at = minuteOf(wallUs);
	return { kind: 'event', name, at, key: eventKey(record), bytes: buildSidecarRecord(record) };
}

/** All thumbnails of a minute, each once; of too many the first ones. */
export function thumbnailsItem(minute: number, records: readonly SidecarRecord[]): Item {
	const all = new Map<number, SidecarRecord>();
	for (const record of records) if (!all.has(record.wallUs)) all.set(record.wallUs, record);
	const kept = [...all.values()].slice(0, MAX_THUMBNAILS).sort((a, b) => a.wallUs - b.wallUs);
	const bytes = concatBytes(...kept.map(buildSidecarRecord));
	return { kind: 'thumbs', name: String(minute), at: minute, key: thumbnailsKey(minute), bytes };
}

/** Whether it takes the place of what is stored under the same name. */
export function replaces({ kind, bytes }: Item, before: Bytes): boolean {
	if (kind === 'grant') return false;
	if (kind === 'card')
		return parseCameraCard(bytes).card.wallMs > parseCameraCard(before).card.wallMs;
	if (kind === 'pin' || kind === 'removal')
		return parseSpanStatement(bytes).statement.atMs > parseSpanStatement(before).statement.atMs;
	return !equalBytes(bytes, before);
}

export function bytesOf({ bytes }: Row): Bytes {
	return new Uint8Array(bytes as Uint8Array);
}

export function spanOf(row: Row): SidecarRecord {
	return statementRecord(row['kind'] === 'pin' ? 'pin' : 'removal', bytesOf(row));
}

export function epochOf(runRecord: Uint8Array): number {
	return parseRunRecord(runRecord).record.epoch;
}

import { Dexie, type IndexableType, type Table } from 'dexie';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type {
	Arrival,
	EpochFacts,
	KeptCamera,
	KeyStrength,
	PendingJoin,
} from '#ports/keys/vault.ts';
import type { KeyRow } from './key-rows.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { readable } from '#browser/storage/fault-from.ts';

export interface IdentityRow {
	readonly id: 'this';
	/** 1 while nothing is stored that version 1 would misread. */
	readonly version: number;
	readonly strength: KeyStrength;
	/** The founded home. */
	readonly home: HomeId;
	readonly device: DeviceId;
	/** The current home, if not the founded one. */
	readonly current?: HomeId;
	/** Founded to watch only, so no camera is missing. */
	readonly bare?: boolean;
}

/** Version 1 stored no `rosterSeq`; it is entry 1 then. */
export type EpochRow = Omit<EpochFacts, 'rosterSeq'> & {
	readonly camera: CameraId;
	readonly rosterSeq?: number;
};

/** A joined home, or the founded one once it has a relay. */
export interface HomeRow {
	readonly home: HomeId;
	readonly relay: string | null;
}

export interface EntryRow {
	readonly home: HomeId;
	readonly seq: number;
	readonly bytes: Bytes;
	/** When it was received, if known. */
	readonly seenMs?: number;
}

/** `own`: the last number issued. Otherwise the highest number received from that device. */
export interface CountRow {
	readonly of: DeviceId | 'own';
	readonly count: number;
}

/** A join in progress. */
export interface PendingRow extends PendingJoin {
	readonly id: 'this';
}

/**
 * Layout: docs/spec/identity.md, "Vault". Grants are stored apart from keys, because an unreadable
 * key makes its whole row unreadable. A database of its own, so that footage upgrades never touch
 * it.
 */
export class VaultDatabase extends Dexie {
	declare readonly identity: Table<IdentityRow, string>;
	declare readonly keys: Table<KeyRow, string>;
	declare readonly grants: Table<{ name: string; bytes: Bytes }, string>;
	declare readonly epochs: Table<EpochRow, [CameraId, number]>;
	declare readonly roster: Table<Omit<EntryRow, 'home'>, number>;
	declare readonly cameras: Table<KeptCamera, CameraId>;
	declare readonly homes: Table<HomeRow, HomeId>;
	declare readonly entries: Table<EntryRow, [HomeId, number]>;
	declare readonly counts: Table<CountRow, CountRow['of']>;
	declare readonly pendingJoin: Table<PendingRow, 'this'>;
	declare readonly arrivals: Table<Arrival, [HomeId, DeviceId]>;

	constructor(name: string) {
		// Relaxed writes can be lost for 30 s after a power cut; keys must not be.
		super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
		this.version(1).stores({
			identity: 'id',
			keys: 'name',
			grants: 'name',
			epochs: '[camera+number]',
			roster: 'seq',
			cameras: 'id',
		});
		// Adds tables only; version 1 still reads its own.
		this.version(2).stores({ homes: 'home', entries: '[home+seq]' });
		this.version(3).stores({ counts: 'of' });
		this.version(4).stores({ pendingJoin: 'id', arrivals: '[home+device]' });
	}
}

export type VaultConnection = DatabaseConnection<VaultDatabase>;

type TableName = {
	[K in keyof VaultDatabase]: VaultDatabase[K] extends Table ? K : never;
}[keyof VaultDatabase];

type Entry<T extends TableName> =
	VaultDatabase[T] extends Table<infer Row, infer Key> ? { row: Row; key: Key } : never;

export const VAULT_TABLES: readonly TableName[] = [
	...(['identity', 'keys', 'grants', 'epochs', 'roster', 'cameras'] as const),
	...(['homes', 'entries', 'counts', 'pendingJoin', 'arrivals'] as const),
];

/** Each write happens at most once: a row added twice would be a `conflict`. */
export function connectToVault(name: string, deadlineMs: number): VaultConnection {
	return new DatabaseConnection(() => new VaultDatabase(name), 'keys', deadlineMs, 'once');
}

/** Reads one row in its own transaction; an unreadable row counts as missing. */
export async function readRow<T extends TableName>(
	connection: VaultConnection,
	table: T,
	key: Entry<T>['key'] & IndexableType,
): Promise<Entry<T>['row'] | undefined> {
	return connection.read([table], (db) => readable(db.table(table).get(key)));
}

import { Dexie, type Table } from 'dexie';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type {
	Arrival,
	EpochFacts,
	KeptCamera,
	KeyStrength,
	PendingJoin,
} from '#ports/keys/vault.ts';
import type { KeyRow } from './key-rows.ts';
import { DatabaseOpening } from '#browser/storage/database-opening.ts';

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

const DEAD: readonly string[] = ['DatabaseClosedError', 'InvalidStateError'];

/** The database with a deadline on every call. Reopens a dead connection once. */
export class VaultConnection {
	readonly db: VaultDatabase;
	readonly #deadlineMs: number;
	#opening: DatabaseOpening<VaultDatabase> | null = null;
	/** It was opened before. */
	#known = false;
	#disposed = false;

	constructor(name: string, deadlineMs: number) {
		this.db = new VaultDatabase(name);
		this.#deadlineMs = deadlineMs;
	}

	/** Final: later calls do not reopen it. */
	dispose(): void {
		this.#disposed = true;
		this.db.close();
	}

	async do<T>(work: () => PromiseLike<T>): Promise<T> {
		try {
			return await within(this.#deadlineMs, this.#opened(work));
		} catch (error) {
			if (!DEAD.includes(nameOf(error))) throw faultFrom(error);
		}
		try {
			this.#opening = null;
			this.db.close({ disableAutoOpen: false });
			return await within(this.#deadlineMs, this.#opened(work));
		} catch (error) {
			throw faultFrom(error);
		}
	}

	/** Reads one row in its own transaction; an unreadable row counts as missing. */
	async row<Row, Key>(table: Table<Row, Key>, key: Key): Promise<Row | undefined> {
		try {
			return await this.do(() => table.get(key));
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return undefined;
			throw error;
		}
	}

	async #opened<T>(work: () => PromiseLike<T>): Promise<T> {
		if (this.#disposed) throw new Fault('aborted', 'the vault was disposed');
		const opening = (this.#opening ??= new DatabaseOpening(this.db, 'keys', this.#known));
		try {
			await opening.wait();
		} catch (error) {
			if (!opening.pending) this.#opening = null;
			throw error;
		}
		this.#known = true;
		return work();
	}

	/** Called after each write. */
	written: () => void = () => undefined;

	async write<T>(work: (db: VaultDatabase) => Promise<T>): Promise<T> {
		const done = await this.do(() =>
			this.db.transaction('rw', this.db.tables, () => work(this.db)),
		);
		this.written();
		return done;
	}
}

async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(fault('timeout', 'the vault did not answer in time')), ms);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Dexie wraps the browser's error as `inner`; for an aborted transaction only that says why. */
function nameOf(error: unknown): string {
	if (!(error instanceof Error)) return '';
	const inner: unknown = 'inner' in error ? error.inner : undefined;
	if (error.name === 'AbortError' && inner instanceof Error) return inner.name;
	return error.name;
}

function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error.of('keys');
	const name = nameOf(error);
	const message = `the vault failed: ${name}`;
	switch (name) {
		case 'ConstraintError':
		case 'BulkError':
			return fault('conflict', message, error);
		case 'DataCloneError':
			return fault('unsupported', message, error);
		case 'QuotaExceededError':
			return fault('quota', message, error);
		case 'VersionError':
			return fault('newer', message, error);
		case 'UnknownError':
		case 'NotReadableError':
		case 'DataError':
			return fault('corrupt', message, error);
		default:
			return fault('unavailable', message, error);
	}
}

function fault(kind: FaultKind, message: string, cause?: unknown): Fault {
	return new Fault(kind, message, cause, 'keys');
}

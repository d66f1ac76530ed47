import type { CameraId } from '#domain/base/ids.ts';
import type {
	PageKey,
	PageRow,
	PinRow,
	QuarantinedRow,
	RemovalRow,
	RunKey,
	RunRow,
	ThumbnailRow,
} from '#domain/footage/rows.ts';
import type { StoredBytes } from '#domain/footage/segment.ts';
import type { Span } from '#domain/footage/span.ts';

/** docs/spec/store.md, "Tables". */
export type FootageTable =
	'bytes' | 'pages' | 'runs' | 'quarantined' | 'thumbs' | 'pins' | 'removals';

/** A row as found, not decoded. `undefined`: it cannot be read. */
export interface Stored<K> {
	readonly key: K;
	readonly row: unknown;
}

/** Runs by key; `endsAfterUs` goes by end, so it misses rows whose end is damaged. */
export type RunRange =
	| { readonly camera: CameraId; readonly afterNo?: number; readonly beforeNo?: number }
	| { readonly camera: CameraId; readonly endsAfterUs: number }
	| 'all';

/**
 * Pages by key; `fromMinute` and `toMinute` include both. `afterPlace` is order of writing, by
 * `firstPlace`; it misses rows where that is damaged.
 */
export type PageRange =
	| { readonly run: RunKey; readonly afterMinute?: number }
	| { readonly camera: CameraId; readonly fromMinute: number; readonly toMinute?: number }
	| { readonly afterPlace: number };

/** Thumbnails of a camera by time, both ends included; `all` is order of writing. */
export type ThumbnailRange =
	{ readonly camera: CameraId; readonly fromUs: number; readonly untilUs: number } | 'all';

/** So many rows of a range, from its start or its end; in the order of the range all the same. */
export type Take = { readonly first: number } | { readonly last: number };

/** Tables whose rows are written as they are. */
export interface RowOf {
	readonly pages: PageRow;
	readonly runs: RunRow;
	readonly pins: PinRow;
	readonly removals: RemovalRow;
	readonly quarantined: QuarantinedRow;
	readonly thumbs: ThumbnailRow;
}

export interface KeyOf {
	readonly pages: PageKey;
	readonly runs: RunKey;
	readonly pins: number;
	readonly removals: number;
}

/** Tables whose rows are numbered as they are added. */
export type AddedTo = 'pins' | 'removals' | 'quarantined' | 'thumbs';

/** What can be read in a transaction. Rows are in order of their key. */
export interface RowReader {
	/** `undefined`: none, or unreadable. */
	get<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<unknown>;
	/** Also where the row is unreadable. */
	has<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<boolean>;
	/** Without a camera: of all. */
	list(table: 'pins' | 'removals', camera?: CameraId): Promise<unknown[]>;
	runs(range: RunRange, take?: Take): Promise<Stored<RunKey>[]>;
	runKeys(range: RunRange): Promise<RunKey[]>;
	pages(range: PageRange, take?: Take): Promise<Stored<PageKey>[]>;
	pageKeys(range: PageRange, take?: Take): Promise<PageKey[]>;
	/** Pages that no `afterPlace` finds. */
	pagesOutOfOrder(): Promise<PageKey[]>;
	/** Runs that have pages, with or without a row of their own. */
	runsOfPages(): Promise<RunKey[]>;
	/** The head stored with the bytes at a place; `null`: none, or unreadable. */
	head(place: number): Promise<Uint8Array | null>;
	/** Places in (after, upTo] that hold bytes, at most `limit` of them. */
	places(after: number, upTo: number, limit: number): Promise<number[]>;
	/** 0 if nothing was written. */
	newestPlace(): Promise<number>;
	/** Bytes at a place; `null`: none, or unreadable. */
	sizeAt(place: number): Promise<number | null>;
	thumbnails(range: ThumbnailRange, take: Take): Promise<Stored<number>[]>;
	countThumbnails(): Promise<number>;
}

/** What can be changed in a transaction. Deleting what does not exist is no error. */
export interface RowWriter extends RowReader {
	put<T extends 'pages' | 'runs'>(table: T, row: RowOf[T]): Promise<void>;
	/** Returns its id. */
	add<T extends AddedTo>(table: T, row: RowOf[T]): Promise<number>;
	delete<T extends keyof KeyOf>(table: T, key: KeyOf[T]): Promise<void>;
	/** Returns the place, which is above all places before. Copies the bytes. */
	addBytes(stored: StoredBytes): Promise<number>;
	deleteBytes(places: readonly number[]): Promise<void>;
	/** Deletes the thumbnails of [startUs, endUs). */
	deleteThumbnails(camera: CameraId, span: Span): Promise<void>;
	/** Deletes so many, those written first. */
	deleteOldestThumbnails(count: number): Promise<void>;
}

/**
 * The rows of stored footage. It decides nothing: what to write follows, in `work`, from what the
 * same transaction reads (`FootageStore`). `tables` names all that `work` uses.
 *
 * A transaction is atomic and isolated, also from other tabs, and strict: once the promise resolves
 * it survives a power cut. `work` waits for nothing but its rows, and may run again from the start
 * when the database did not answer. Throws `Fault` like `SegmentStore`, and what `work` throws.
 */
export interface FootageRows {
	read<T>(tables: readonly FootageTable[], work: (rows: RowReader) => Promise<T>): Promise<T>;
	write<T>(tables: readonly FootageTable[], work: (rows: RowWriter) => Promise<T>): Promise<T>;
	/**
	 * Sealed bytes and head at the place that `find` gives; `tables` are those that it reads. `null`:
	 * none. Throws `corrupt` if unreadable.
	 */
	bytesAt(
		tables: readonly FootageTable[],
		find: (rows: RowReader) => Promise<number | null>,
	): Promise<StoredBytes | null>;
	/** Notifies who watches, here and in other tabs. */
	announce(): void;
	/** Returns an unsubscribe function. */
	watch(changed: () => void): () => void;
	/** Closes the database. */
	dispose(): void;
}

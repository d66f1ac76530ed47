/**
 * How much footage was last known to be here; kept outside IndexedDB, so that it survives the
 * browser's eviction.
 */
export interface Trace {
	readonly bytes: number;
	/** End of the newest footage, ms since 1970. */
	readonly untilMs: number;
}

/** Footage, keys, or anything else. */
export type LostDataKind = 'footage' | 'keys' | 'settings';

/** Site data deleted while a page was open. */
export interface DataLoss {
	/** When the loss was detected, ms since 1970. */
	readonly atMs: number;
	readonly what: readonly LostDataKind[];
	/** Estimated footage bytes lost; 0 if unknown. */
	readonly bytes: number;
	/** A camera was recording. */
	readonly recorded: boolean;
	/** The keys could not be restored: the device has a new identity since. */
	readonly anew: boolean;
}

/** What the browser grants this site. Never throws. */
export interface StoragePersistence {
	/** Bytes stored for this site in total; `null` if the browser does not report it. */
	usedBytes(): Promise<number | null>;
	/**
	 * Whether the browser promised not to evict this site's data; `null` if it does not report it.
	 */
	persisted(): Promise<boolean | null>;
	/** Requests persistent storage. Some browsers prompt the person. */
	persist(): Promise<boolean>;
	trace(): Trace | null;
	/** `null`: there is no footage, and none is expected. */
	writeTrace(trace: Trace | null): void;
	/** A loss not yet acknowledged by the person; survives reloads. */
	dataLoss(): DataLoss | null;
	writeDataLoss(loss: DataLoss | null): void;
}

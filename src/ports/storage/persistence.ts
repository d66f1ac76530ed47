/**
 * What lay here when it was last looked at; kept where the browser's own clearing does not reach.
 */
export interface Trace {
	readonly bytes: number;
	/** End of the newest footage, ms since 1970. */
	readonly untilMs: number;
}

/** The footage, the keys, or anything else. */
export type LostDataKind = 'footage' | 'keys' | 'settings';

/** What somebody deleted of this site's data while a page of it was open. */
export interface DataLoss {
	/** When it was missed. */
	readonly atMs: number;
	readonly what: readonly LostDataKind[];
	/** Of footage, about; 0 where nobody knows. */
	readonly bytes: number;
	/** A camera recorded here. */
	readonly recorded: boolean;
	/** Its keys were not to be had any more: it is another device since. */
	readonly anew: boolean;
}

/**
 * What the browser grants this site on this device, and what it keeps quiet about. Nothing throws.
 */
export interface StoragePersistence {
	/** Everything stored for this site, bytes; `null` where the browser does not tell. */
	usedBytes(): Promise<number | null>;
	/** Whether the browser has promised not to clear it by itself; `null` where it does not tell. */
	persisted(): Promise<boolean | null>;
	/** Asks for that promise. Some browsers ask the person. */
	persist(): Promise<boolean>;
	trace(): Trace | null;
	/** `null`: nothing lies here any more, and rightly so. */
	writeTrace(trace: Trace | null): void;
	/** What was deleted and is not known to the person yet; it outlives the page. */
	dataLoss(): DataLoss | null;
	writeDataLoss(cleared: DataLoss | null): void;
}

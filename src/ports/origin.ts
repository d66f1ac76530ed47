/** What lay here when it was last looked at; kept where the browser's own clearing does not reach. */
export interface Trace {
	readonly bytes: number;
	/** End of the newest footage, ms since 1970. */
	readonly untilMs: number;
}

/** What the browser grants this site on this device, and what it keeps quiet about. Nothing throws. */
export interface Origin {
	/** Everything stored for this site, bytes; `null` where the browser does not tell. */
	usedBytes(): Promise<number | null>;
	/** Whether the browser has promised not to clear it by itself; `null` where it does not tell. */
	persisted(): Promise<boolean | null>;
	/** Asks for that promise. Some browsers ask the person. */
	persist(): Promise<boolean>;
	trace(): Trace | null;
	/** `null`: nothing lies here any more, and rightly so. */
	leaveTrace(trace: Trace | null): void;
}

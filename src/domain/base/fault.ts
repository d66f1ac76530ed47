/** A closed list: the interface has a sentence for every kind in every language. */
export const FAULT_KINDS = [
	'unavailable',
	'offline',
	'denied',
	'quota',
	'not-found',
	'conflict',
	'malformed',
	'corrupt',
	'unsupported',
	'aborted',
	'timeout',
	/** Unknown whether it was done. */
	'unconfirmed',
	/** The system denied access to the browser as a whole, not to this page. */
	'system',
	/** Present, but failed to start. */
	'unreadable',
	/** Written by a newer version of this app. */
	'newer',
	/** Held open by another tab with an older version of this app. */
	'blocked',
	/** Was there, and was deleted. */
	'cleared',
	'internal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** The component at fault; each has its own wording (docs/spec/guard.md, GO3). */
export const FAULT_SOURCES = [
	'camera',
	'recorder',
	'player',
	/** The footage database. */
	'footage',
	/** The vault. */
	'keys',
	/** All other databases: choices, events, journal, reserve. */
	'settings',
	/** Relay, other devices, and their certificates. */
	'connection',
	'app',
] as const;

export type FaultSource = (typeof FAULT_SOURCES)[number];

/**
 * The app's only exception class. Messages carry ids and sizes, never keys, tokens, names or
 * footage.
 */
export class Fault extends Error {
	override readonly name = 'Fault';
	readonly kind: FaultKind;
	readonly source: FaultSource;

	constructor(kind: FaultKind, message: string, cause?: unknown, source: FaultSource = 'app') {
		super(message, cause === undefined ? undefined : { cause });
		this.kind = kind;
		this.source = source;
	}

	/** Sets the source, unless one was given already. */
	of(source: FaultSource): Fault {
		if (this.source !== 'app') return this;
		return new Fault(this.kind, this.message, this.cause, source);
	}
}

/** Unexpected errors become `internal`, with their cause. */
export function faultOf(error: unknown): Fault {
	return error instanceof Fault ? error : new Fault('internal', 'unexpected error', error);
}

/** For a `catch` that expects a `Fault`: whatever else was thrown is our mistake, and surfaces. */
export function expectFault(error: unknown): asserts error is Fault {
	if (!(error instanceof Fault)) throw error;
}

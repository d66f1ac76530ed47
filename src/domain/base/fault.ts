/** What can go wrong, as a closed list: every kind has a sentence in every language. */
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
	/** Whether it was done is not known. */
	'unconfirmed',
	/** Not this page was refused, but the whole browser: by the system. */
	'system',
	/** It is there, and did not start. */
	'unreadable',
	/** A newer version of this app made it. */
	'newer',
	/** Another tab, with an older version of this app, keeps it. */
	'blocked',
	/** It was there, and somebody deleted it. */
	'cleared',
	'internal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What has the fault: each speaks of itself (docs/spec/guard.md, GO3). */
export const FAULT_SOURCES = [
	'camera',
	'recorder',
	'player',
	/** The database of footage. */
	'footage',
	/** The vault. */
	'keys',
	/** All other databases: choices, events, journal, reserve. */
	'settings',
	/** Relay, other devices, and the certificates of both. */
	'connection',
	'app',
] as const;

export type FaultSource = (typeof FAULT_SOURCES)[number];

/** The one exception class. Messages carry ids and sizes, never keys, tokens, names or footage. */
export class Fault extends Error {
	override readonly name = 'Fault';
	readonly kind: FaultKind;
	readonly source: FaultSource;

	constructor(kind: FaultKind, message: string, cause?: unknown, source: FaultSource = 'app') {
		super(message, cause === undefined ? undefined : { cause });
		this.kind = kind;
		this.source = source;
	}

	/** The same, of a part that did not say so itself. */
	of(source: FaultSource): Fault {
		if (this.source !== 'app') return this;
		return new Fault(this.kind, this.message, this.cause, source);
	}
}

/** What escaped everybody's attention is `internal`; it keeps its cause. */
export function faultOf(error: unknown): Fault {
	return error instanceof Fault ? error : new Fault('internal', 'an unforeseen error', error);
}

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
	'internal',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** The one exception class. Messages carry ids and sizes, never keys, tokens, names or footage. */
export class Fault extends Error {
	override readonly name = 'Fault';
	readonly kind: FaultKind;

	constructor(kind: FaultKind, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : { cause });
		this.kind = kind;
	}
}

/** What escaped everybody's attention is `internal`; it keeps its cause. */
export function faultOf(error: unknown): Fault {
	return error instanceof Fault ? error : new Fault('internal', 'an unforeseen error', error);
}

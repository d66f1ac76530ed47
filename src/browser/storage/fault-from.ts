import { Fault, type FaultKind } from '#domain/base/fault.ts';

/** Error names of IndexedDB and Dexie, and our fault kinds (docs/spec/store.md, ST30). */
const KINDS: ReadonlyMap<unknown, FaultKind> = new Map<string, FaultKind>(
	Object.entries({
		DatabaseClosedError: 'unavailable',
		InvalidStateError: 'unavailable',
		OpenFailedError: 'unavailable',
		PrematureCommitError: 'unavailable',
		TransactionInactiveError: 'unavailable',
		UnknownError: 'unavailable',
		AbortError: 'unavailable',
		TimeoutError: 'timeout',
		NotReadableError: 'corrupt',
		NotFoundError: 'corrupt',
		DataError: 'corrupt',
		ConstraintError: 'conflict',
		DataCloneError: 'unsupported',
		VersionError: 'newer',
		MissingAPIError: 'unsupported',
		NotSupportedError: 'unsupported',
		SecurityError: 'denied',
		NotAllowedError: 'denied',
	}),
);

/** Errors of an unreadable value while the database and transaction are alive. */
const UNREADABLE = [
	'UnknownError',
	'DataError',
	'DataCloneError',
	'NotReadableError',
	'NotFoundError',
];

/** Dexie's errors whose cause is more specific. */
const WRAPPERS = ['OpenFailedError', 'AbortError', 'BulkError'];

interface Named {
	readonly name?: unknown;
	readonly message?: unknown;
	/** Of an open that failed, or an aborted transaction. */
	readonly inner?: unknown;
	/** Of a `BulkError`. */
	readonly failures?: unknown;
}

/**
 * The value, or `undefined` if this row is unreadable. Other errors are rethrown: a dead connection
 * must not look like damage.
 */
export async function readable(row: PromiseLike<unknown>): Promise<unknown> {
	try {
		return await row;
	} catch (error) {
		if (isNamed(error) && UNREADABLE.some((name) => name === error.name)) return undefined;
		throw error;
	}
}

/** `faultFrom` and `readable` are the only code that looks at a database's error names. */
export function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	if (isQuota(error)) return new Fault('quota', 'browser storage quota exceeded', error);
	const { name } = (error ?? {}) as Named;
	const cause = causeOf(error);
	if (isNamed(cause) && WRAPPERS.some((wrapper) => wrapper === name)) return faultFrom(cause);
	return new Fault(KINDS.get(name) ?? 'internal', `the database said ${String(name)}`, error);
}

/**
 * Dexie reports quota as an AbortError with it as inner error or only in its message; the browser
 * by name.
 */
function isQuota(error: unknown, depth = 0): boolean {
	if (!isNamed(error) || depth > 4) return false;
	if (error.name === 'QuotaExceededError') return true;
	if (typeof error.message === 'string' && error.message.startsWith('QuotaExceededError'))
		return true;
	return isQuota(causeOf(error), depth + 1);
}

function causeOf(error: unknown): unknown {
	if (!isNamed(error)) return undefined;
	return Array.isArray(error.failures) ? error.failures[0] : error.inner;
}

function isNamed(error: unknown): error is Named {
	return typeof error === 'object' && error !== null;
}

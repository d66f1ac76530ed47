import { Fault, type FaultKind } from '#domain/base/fault.ts';

/** Error names of IndexedDB, Dexie and browser storage, and our fault kinds. */
const KINDS: Readonly<Record<string, FaultKind>> = {
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
	VersionError: 'newer',
	MissingAPIError: 'unsupported',
	NotSupportedError: 'unsupported',
	SecurityError: 'denied',
	NotAllowedError: 'denied',
};

/** Errors of an unreadable value while the database and transaction are alive. */
const UNREADABLE = [
	'UnknownError',
	'DataError',
	'DataCloneError',
	'NotReadableError',
	'NotFoundError',
];

interface Named {
	readonly name?: unknown;
	readonly message?: unknown;
	readonly inner?: unknown;
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

/** `faultFrom` and `readable` are the only code in the store that looks at error names. */
export function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	if (isQuota(error)) return new Fault('quota', 'browser storage quota exceeded', error);
	const { name, inner } = (error ?? {}) as Named;
	// Dexie wraps the cause of a failed open; the cause is more specific.
	if (name === 'OpenFailedError' && isNamed(inner)) return faultFrom(inner);
	const kind = typeof name === 'string' ? (KINDS[name] ?? 'internal') : 'internal';
	return new Fault(kind, `the database said ${String(name)}`, error);
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
	return isQuota(error.inner, depth + 1);
}

function isNamed(error: unknown): error is Named {
	return typeof error === 'object' && error !== null;
}

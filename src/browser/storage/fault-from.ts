import { Fault, type FaultKind } from '#domain/base/fault.ts';

/** What IndexedDB, Dexie and the browsers' storage call things, and what we make of it. */
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

/** A value that cannot be read, though the database and the transaction are alive. */
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
 * The value, or `undefined` where this row cannot be read. Whatever else goes wrong is thrown: a
 * dead connection must not look like damage.
 */
export async function readable(row: PromiseLike<unknown>): Promise<unknown> {
	try {
		return await row;
	} catch (error) {
		if (isNamed(error) && UNREADABLE.some((name) => name === error.name)) return undefined;
		throw error;
	}
}

/** Here and above are the only places of the store that read error names. */
export function faultFrom(error: unknown): Fault {
	if (error instanceof Fault) return error;
	if (isQuota(error)) return new Fault('quota', 'the browser has no room for more', error);
	const { name, inner } = (error ?? {}) as Named;
	// Dexie wraps what made an open fail; the cause says more than the wrapping.
	if (name === 'OpenFailedError' && isNamed(inner)) return faultFrom(inner);
	const kind = typeof name === 'string' ? (KINDS[name] ?? 'internal') : 'internal';
	return new Fault(kind, `the database said ${String(name)}`, error);
}

/** Dexie: an AbortError whose inner error, or only its message, names the quota. Bare: a name. */
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

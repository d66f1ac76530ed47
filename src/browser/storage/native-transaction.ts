/**
 * A transaction without Dexie's tables: they cost about a millisecond each time, as much as
 * encrypting a segment. `work` waits for nothing but requests of the transaction. Resolves when it
 * is complete: on disk. Throws what `work` or the browser threw; then nothing was written.
 */
export async function inTransaction<T>(
	database: IDBDatabase | null,
	mode: IDBTransactionMode,
	tables: readonly string[],
	work: (transaction: IDBTransaction) => Promise<T>,
	stop: AbortSignal,
): Promise<T> {
	// Dexie closes it by itself when another tab deletes or upgrades the database.
	if (database === null) throw new DOMException('the database was closed', 'InvalidStateError');
	const transaction = database.transaction([...tables], mode, { durability: 'strict' });
	const ended = new Promise<void>((done, fail) => {
		transaction.oncomplete = () => done();
		transaction.onabort = () =>
			fail(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError'));
	});
	ended.catch(() => undefined);
	const abort = (): void => {
		try {
			transaction.abort();
		} catch {
			// It has just ended by itself.
		}
	};
	stop.addEventListener('abort', abort);
	let result: T;
	try {
		result = await work(transaction);
	} catch (error) {
		abort();
		await ended.catch(() => undefined);
		// Why the browser aborted it says more than that the requests were aborted with it.
		throw transaction.error ?? error;
	}
	try {
		// Saves waiting for the answers to the last requests.
		if (mode === 'readwrite') transaction.commit();
	} catch {
		// It has ended by itself, or this browser cannot.
	}
	await ended;
	return result;
}

/** The result of a request. A row that cannot be read does not end the transaction. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, fail) => {
		request.onsuccess = () => done(request.result);
		request.onerror = (event) => {
			event.preventDefault();
			event.stopPropagation();
			fail(request.error ?? new DOMException('the request failed', 'UnknownError'));
		};
	});
}

/** `null`: nothing can be in it. `open`: without its two ends. */
export function rangeOf(
	lower: IDBValidKey,
	upper: IDBValidKey,
	[lowerOpen, upperOpen]: readonly [boolean, boolean],
): IDBKeyRange | null {
	const order = indexedDB.cmp(lower, upper);
	if (order > 0 || (order === 0 && (lowerOpen || upperOpen))) return null;
	return IDBKeyRange.bound(lower, upper, lowerOpen, upperOpen);
}

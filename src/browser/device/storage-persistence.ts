import type { DataLoss, StoragePersistence, Trace } from '#ports/storage/persistence.ts';
import { clearedFrom, traceFrom } from '#protocol/trace.ts';

/**
 * Under storage pressure browsers evict IndexedDB, caches and service workers, but not
 * localStorage.
 */
const TRACE_KEY = 'spycam-trace';
const CLEARED_KEY = 'spycam-cleared';
const ANSWER_TIMEOUT_MS = 5000;

export class BrowserStoragePersistence implements StoragePersistence {
	async usedBytes(): Promise<number | null> {
		return withDeadline(
			() => navigator.storage.estimate(),
			({ usage }) => usage ?? null,
			null,
		);
	}

	async persisted(): Promise<boolean | null> {
		return withDeadline(
			() => navigator.storage.persisted(),
			(answer): boolean | null => answer,
			null,
		);
	}

	/** No deadline: the browser may ask the user. */
	async persist(): Promise<boolean> {
		try {
			return await navigator.storage.persist();
		} catch {
			return false;
		}
	}

	trace(): Trace | null {
		return traceFrom(readStored(TRACE_KEY));
	}

	writeTrace(trace: Trace | null): void {
		writeStored(TRACE_KEY, trace);
	}

	dataLoss(): DataLoss | null {
		return clearedFrom(readStored(CLEARED_KEY));
	}

	writeDataLoss(cleared: DataLoss | null): void {
		writeStored(CLEARED_KEY, cleared);
	}
}

function readStored(name: string): unknown {
	try {
		return JSON.parse(localStorage.getItem(name) ?? 'null');
	} catch {
		return null;
	}
}

function writeStored(name: string, what: Trace | DataLoss | null): void {
	try {
		if (what === null) localStorage.removeItem(name);
		else localStorage.setItem(name, JSON.stringify(what));
	} catch {
		// Without localStorage, eviction cannot be detected later.
	}
}

/** Resolves with `otherwise` on error or after the deadline. */
async function withDeadline<A, T>(
	ask: () => Promise<A>,
	take: (answer: A) => T,
	otherwise: T,
): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<T>((done) => {
		timer = setTimeout(() => done(otherwise), ANSWER_TIMEOUT_MS);
	});
	try {
		return await Promise.race([ask().then(take), late]);
	} catch {
		return otherwise;
	} finally {
		clearTimeout(timer);
	}
}

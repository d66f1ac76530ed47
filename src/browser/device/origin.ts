import type { DataLoss, StoragePersistence, Trace } from '#ports/storage/persistence.ts';
import { clearedFrom, traceFrom } from '#protocol/trace.ts';

/** Browsers clear IndexedDB, caches and workers for want of room; localStorage they leave. */
const TRACE = 'spycam-trace';
const CLEARED = 'spycam-cleared';
const DEADLINE_MS = 5000;

export class BrowserOrigin implements StoragePersistence {
	async usedBytes(): Promise<number | null> {
		return soon(
			() => navigator.storage.estimate(),
			({ usage }) => usage ?? null,
			null,
		);
	}

	async persisted(): Promise<boolean | null> {
		return soon(
			() => navigator.storage.persisted(),
			(answer): boolean | null => answer,
			null,
		);
	}

	/** No deadline: a person may be asked, and takes the time it takes. */
	async persist(): Promise<boolean> {
		try {
			return await navigator.storage.persist();
		} catch {
			return false;
		}
	}

	trace(): Trace | null {
		return traceFrom(noted(TRACE));
	}

	writeTrace(trace: Trace | null): void {
		note(TRACE, trace);
	}

	dataLoss(): DataLoss | null {
		return clearedFrom(noted(CLEARED));
	}

	writeDataLoss(cleared: DataLoss | null): void {
		note(CLEARED, cleared);
	}
}

function noted(name: string): unknown {
	try {
		return JSON.parse(localStorage.getItem(name) ?? 'null');
	} catch {
		return null;
	}
}

function note(name: string, what: Trace | DataLoss | null): void {
	try {
		if (what === null) localStorage.removeItem(name);
		else localStorage.setItem(name, JSON.stringify(what));
	} catch {
		// Without localStorage nobody can tell later what the browser took.
	}
}

/** What the browser answers in time, else `otherwise`. */
async function soon<A, T>(ask: () => Promise<A>, take: (answer: A) => T, otherwise: T): Promise<T> {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<T>((done) => {
		timer = setTimeout(() => done(otherwise), DEADLINE_MS);
	});
	try {
		return await Promise.race([ask().then(take), late]);
	} catch {
		return otherwise;
	} finally {
		clearTimeout(timer);
	}
}

import type Dexie from 'dexie';
import type { Transaction } from 'dexie';
import { Fault, type FaultSource } from '#domain/base/fault.ts';
import { faultFrom } from './fault-from.ts';
import { DatabaseOpening } from './database-opening.ts';
import { inTransaction } from './native-transaction.ts';

const DEADLINE_MS = 5000;
const TRIES = 3;
/** Time limit for opening; doubles with each attempt. */
const OPEN_TIMEOUT_MS = 20_000;
const MAX_OPENING_MS = 10 * 60_000;

/**
 * A self-healing database connection. Browsers close connections at any time (storage pressure, a
 * crashed storage process, the person clearing data) or never answer: then the connection is
 * replaced and the transaction retried. So transactions must be idempotent, unless `writes` is
 * `once`.
 */
export class DatabaseConnection<D extends Dexie> {
	readonly #make: () => D;
	readonly #source: FaultSource;
	readonly #deadlineMs: number;
	readonly #writes: 'retried' | 'once';
	#opened: DatabaseOpening<D> | null = null;
	#patienceMs = OPEN_TIMEOUT_MS;
	/** The database was open before. */
	#known = false;
	#disposed = false;

	/**
	 * `source`: attached to faults. `writes`: `once` retries a write only if its transaction did not
	 * begin; otherwise it may have been committed although it failed.
	 */
	constructor(
		make: () => D,
		source: FaultSource,
		deadlineMs = DEADLINE_MS,
		writes: 'retried' | 'once' = 'retried',
	) {
		this.#make = make;
		this.#source = source;
		this.#deadlineMs = deadlineMs;
		this.#writes = writes;
	}

	read<T>(tables: readonly string[], work: (database: D) => PromiseLike<T>): Promise<T> {
		return this.#run('r', (database, begun, stop) =>
			transact(database, 'r', tables, begun(work), stop),
		);
	}

	/** Resolves when the transaction is complete: with strict durability, on disk. */
	write<T>(tables: readonly string[], work: (database: D) => PromiseLike<T>): Promise<T> {
		return this.#run('rw', (database, begun, stop) =>
			transact(database, 'rw', tables, begun(work), stop),
		);
	}

	/** `read` and `write` without Dexie's tables, for what is written every second. */
	native<T>(
		mode: 'r' | 'rw',
		tables: readonly string[],
		work: (transaction: IDBTransaction) => Promise<T>,
	): Promise<T> {
		const native = mode === 'r' ? 'readonly' : 'readwrite';
		return this.#run(mode, (database, begun, stop) => {
			const opened = database.backendDB() as IDBDatabase | null;
			return inTransaction(opened, native, tables, begun(work), stop);
		});
	}

	dispose(): void {
		this.#disposed = true;
		if (this.#opened !== null) this.#drop(this.#opened);
	}

	async #run<T>(
		mode: 'r' | 'rw',
		transaction: (database: D, begun: Begun, stop: AbortSignal) => Promise<T>,
	): Promise<T> {
		for (let tried = 1; ; tried += 1) {
			if (this.#disposed) throw new Fault('aborted', 'the database connection was disposed');
			this.#opened ??= this.#open();
			const opened = this.#opened;
			const attempt = { begun: false };
			const begun: Begun = (work) => (given) => {
				attempt.begun = true;
				return work(given);
			};
			const start = async (stop: AbortSignal): Promise<T> => {
				const database = await opened.wait();
				stop.throwIfAborted();
				return transaction(database, begun, stop);
			};
			try {
				return await this.#within(start);
			} catch (error) {
				const fault = faultFrom(error).of(this.#source);
				if (fault.kind !== 'unavailable' && fault.kind !== 'timeout') {
					// A failed open must not be cached; on any other failure the connection is fine.
					opened.done.catch(() => this.#drop(opened));
					throw fault;
				}
				if (!this.#opensStill(opened)) this.#drop(opened);
				const final = mode === 'rw' && this.#writes === 'once' && attempt.begun;
				if (tried === TRIES || final) throw fault;
			}
		}
	}

	/**
	 * Only one open at a time. A slow one (an upgrade with much footage) is not restarted by retries.
	 */
	#open(): DatabaseOpening<D> {
		const opening = new DatabaseOpening(this.#make(), this.#source, this.#known);
		void opening.done
			.then(() => {
				this.#known = true;
				this.#patienceMs = OPEN_TIMEOUT_MS;
			})
			.catch(() => undefined);
		return opening;
	}

	/** Aborts a transaction that hangs, so that the next attempt does not queue behind it. */
	async #within<T>(start: (stop: AbortSignal) => Promise<T>): Promise<T> {
		const stop = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_, fail) => {
			timer = setTimeout(() => {
				fail(new Fault('timeout', `no answer from the database in ${this.#deadlineMs} ms`));
				stop.abort();
			}, this.#deadlineMs);
		});
		try {
			return await Promise.race([start(stop.signal), late]);
		} finally {
			clearTimeout(timer);
		}
	}

	#opensStill({ pending, sinceMs }: DatabaseOpening<D>): boolean {
		if (!pending) return false;
		if (performance.now() - sinceMs < this.#patienceMs) return true;
		this.#patienceMs = Math.min(2 * this.#patienceMs, MAX_OPENING_MS);
		return false;
	}

	#drop(opened: DatabaseOpening<D>): void {
		if (this.#opened === opened) this.#opened = null;
		opened.done.then(
			(database) => database.close(),
			() => undefined,
		);
	}
}

/** Notes that `work` was called, so that its transaction began. */
type Begun = <A, R>(work: (given: A) => R) => (given: A) => R;

async function transact<D extends Dexie, T>(
	database: D,
	mode: 'r' | 'rw',
	tables: readonly string[],
	work: (database: D) => PromiseLike<T>,
	stop: AbortSignal,
): Promise<T> {
	// Dexie tracks native promises only in functions declared `async`.
	const scope = async (transaction: Transaction): Promise<T> => {
		stop.addEventListener('abort', () => {
			try {
				if (transaction.active) transaction.abort();
			} catch {
				// The transaction has just ended by itself, and Dexie does not know yet.
			}
		});
		return await work(database);
	};
	return await database.transaction(mode, [...tables], scope);
}

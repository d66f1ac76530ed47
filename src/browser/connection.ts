import type Dexie from 'dexie';
import type { Transaction } from 'dexie';
import { Fault } from '#domain/fault.ts';
import { faultFrom } from './fault-from.ts';

const DEADLINE_MS = 5000;
const TRIES = 3;

/**
 * A database that dies and comes back. Browsers close connections under our feet (storage pressure,
 * a crashed storage process, the person clearing data), and sometimes just never answer: then the
 * connection is replaced and the transaction tried again. So a transaction must be harmless twice.
 */
export class Connection<D extends Dexie> {
	readonly #make: () => D;
	readonly #deadlineMs: number;
	#opened: Promise<D> | null = null;
	#disposed = false;

	constructor(make: () => D, deadlineMs = DEADLINE_MS) {
		this.#make = make;
		this.#deadlineMs = deadlineMs;
	}

	read<T>(tables: readonly string[], work: (database: D) => PromiseLike<T>): Promise<T> {
		return this.#run('r', tables, work);
	}

	/** Resolves when the transaction is complete: with strict durability, on disk. */
	write<T>(tables: readonly string[], work: (database: D) => PromiseLike<T>): Promise<T> {
		return this.#run('rw', tables, work);
	}

	dispose(): void {
		this.#disposed = true;
		this.#drop(this.#opened);
	}

	async #run<T>(
		mode: 'r' | 'rw',
		tables: readonly string[],
		work: (database: D) => PromiseLike<T>,
	): Promise<T> {
		for (let tried = 1; ; tried += 1) {
			if (this.#disposed) throw new Fault('aborted', 'the database was released');
			this.#opened ??= this.#open();
			const opened = this.#opened;
			try {
				return await this.#within((stop) => transact(opened, mode, tables, work, stop));
			} catch (error) {
				const fault = faultFrom(error);
				if (fault.kind !== 'unavailable' && fault.kind !== 'timeout') {
					// A failed open must not be remembered; whatever else failed, the connection is fine.
					opened.catch(() => this.#drop(opened));
					throw fault;
				}
				this.#drop(opened);
				if (tried === TRIES) throw fault;
			}
		}
	}

	async #open(): Promise<D> {
		const database = this.#make();
		const { name, verno } = database;
		// Dexie would open a newer database as it is, and even add to it what it misses.
		const known = await indexedDB.databases();
		const found = known.find((other) => other.name === name)?.version ?? 0;
		if (Math.floor(found / 10) > verno) {
			throw new Fault('unsupported', `${name} was made by a newer version of this app`);
		}
		await database.open();
		// Dexie calls a database open whose first transaction failed, and then knows none of its tables.
		if ((database as { core?: unknown }).core === undefined) {
			database.close();
			throw new Fault('unavailable', `${name} opened and died`);
		}
		return database;
	}

	/** What hangs is stopped: its transaction is aborted, so that the next try does not queue behind it. */
	async #within<T>(start: (stop: AbortSignal) => Promise<T>): Promise<T> {
		const stop = new AbortController();
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_, fail) => {
			timer = setTimeout(() => {
				fail(new Fault('timeout', `no answer in ${this.#deadlineMs} ms`));
				stop.abort();
			}, this.#deadlineMs);
		});
		try {
			return await Promise.race([start(stop.signal), late]);
		} finally {
			clearTimeout(timer);
		}
	}

	#drop(opened: Promise<D> | null): void {
		if (this.#opened === opened) this.#opened = null;
		opened?.then(
			(database) => database.close(),
			() => undefined,
		);
	}
}

async function transact<D extends Dexie, T>(
	opened: Promise<D>,
	mode: 'r' | 'rw',
	tables: readonly string[],
	work: (database: D) => PromiseLike<T>,
	stop: AbortSignal,
): Promise<T> {
	const database = await opened;
	stop.throwIfAborted();
	// Dexie follows native promises only into functions that are async by their syntax.
	const scope = async (transaction: Transaction): Promise<T> => {
		stop.addEventListener('abort', () => {
			try {
				if (transaction.active) transaction.abort();
			} catch {
				// It ended by itself in this very moment, and Dexie has not heard yet.
			}
		});
		return await work(database);
	};
	return await database.transaction(mode, [...tables], scope);
}

import type Dexie from 'dexie';
import { Fault, type FaultKind, type FaultSource } from '#domain/base/fault.ts';
import { reportDataLoss } from './data-loss-source.ts';

/** A tab of our own closes its connection at once; longer than this nobody waits for another. */
const BLOCKED_MS = 1500;
/** The same where nobody said that there is one. */
const UNSAID_MS = 3000;

/**
 * Where every database begins: never one of a newer app, never silent where another tab is in the
 * way (ST26, ST27).
 */
export class DatabaseOpening<D extends Dexie> {
	readonly database: D;
	readonly sinceMs = performance.now();
	readonly done: Promise<D>;
	pending = true;
	readonly #source: FaultSource;
	readonly #blocked: Promise<never>;
	#block: (fault: Fault) => void = () => undefined;

	/** `known`: it was open here before, so that one made anew was deleted meanwhile. */
	constructor(database: D, source: FaultSource, known: boolean) {
		this.database = database;
		this.#source = source;
		database.on('populate', () => {
			if (known || !this.pending) reportDataLoss(source);
		});
		this.#blocked = new Promise((_, fail) => {
			this.#block = fail;
		});
		database.on('blocked', () => this.#blockedAfter(BLOCKED_MS));
		this.done = this.#open();
		this.done.catch(() => undefined);
		this.#blocked.catch(() => undefined);
	}

	/** Open, or `blocked` as soon as that is known: it goes on opening all the same. */
	wait(): Promise<D> {
		return Promise.race([this.done, this.#blocked]);
	}

	async #open(): Promise<D> {
		const { name, verno } = this.database;
		try {
			// Dexie would open a newer database as it is, and even add to it what it misses.
			const known = await indexedDB.databases();
			const found = known.find((other) => other.name === name)?.version ?? 0;
			if (Math.floor(found / 10) > verno) {
				throw this.#fault('newer', 'was made by a newer version of this app');
			}
			// A page that was left while it waited keeps the browser from saying so to the next one.
			if (found > 0 && Math.floor(found / 10) < verno) this.#blockedAfter(UNSAID_MS);
			await this.database.open();
			// Dexie calls a database open whose first transaction failed, and then knows none of its
			// tables.
			if ((this.database as { core?: unknown }).core === undefined) {
				this.database.close();
				throw this.#fault('unavailable', 'opened and died');
			}
			return this.database;
		} finally {
			this.pending = false;
		}
	}

	#blockedAfter(ms: number): void {
		setTimeout(() => {
			if (this.pending) this.#block(this.#fault('blocked', 'is kept closed by another tab'));
		}, ms);
	}

	#fault(kind: FaultKind, said: string): Fault {
		return new Fault(kind, `${this.database.name} ${said}`, undefined, this.#source);
	}
}

import type Dexie from 'dexie';
import { Fault, type FaultKind, type FaultSource } from '#domain/base/fault.ts';
import { reportDataLoss } from './data-loss-source.ts';

/** Our own tabs close their connection at once, so a longer wait means that another tab blocks. */
const BLOCKED_MS = 1500;
/** The same without a `blocked` event. */
const SILENT_BLOCKED_MS = 3000;

/**
 * Opens a database: never one of a newer app version, and reports another tab in the way (ST26,
 * ST27).
 */
export class DatabaseOpening<D extends Dexie> {
	readonly database: D;
	readonly sinceMs = performance.now();
	readonly done: Promise<D>;
	pending = true;
	readonly #source: FaultSource;
	readonly #blocked: Promise<never>;
	#block: (fault: Fault) => void = () => undefined;

	/** `known`: it was open before, so that one created now means that it was deleted meanwhile. */
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

	/** Resolves when open. Throws `blocked` as soon as that is known, while opening continues. */
	wait(): Promise<D> {
		return Promise.race([this.done, this.#blocked]);
	}

	async #open(): Promise<D> {
		const { name, verno } = this.database;
		try {
			// Dexie would open a newer database as it is, and even add missing tables to it.
			const known = await indexedDB.databases();
			const found = known.find((other) => other.name === name)?.version ?? 0;
			if (Math.floor(found / 10) > verno) {
				throw this.#fault('newer', 'was made by a newer version of this app');
			}
			// A page left while waiting makes the browser omit `blocked` for the next one.
			if (found > 0 && Math.floor(found / 10) < verno) this.#blockedAfter(SILENT_BLOCKED_MS);
			await this.database.open();
			// Dexie reports a database as open whose first transaction failed, and then knows no tables.
			if ((this.database as { core?: unknown }).core === undefined) {
				this.database.close();
				throw this.#fault('unavailable', 'was closed right after opening');
			}
			return this.database;
		} finally {
			this.pending = false;
		}
	}

	#blockedAfter(ms: number): void {
		setTimeout(() => {
			if (this.pending) this.#block(this.#fault('blocked', 'is blocked by another tab'));
		}, ms);
	}

	#fault(kind: FaultKind, said: string): Fault {
		return new Fault(kind, `${this.database.name} ${said}`, undefined, this.#source);
	}
}

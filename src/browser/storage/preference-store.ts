import Dexie, { type Table } from 'dexie';
import { preferencesFrom, type Preferences } from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

const DOCUMENT = 'preferences';
export const PREFERENCES = 'spycam-preferences';

export class PreferenceDatabase extends Dexie {
	readonly documents: Table<unknown, string>;

	constructor(name: string) {
		super(name, { chromeTransactionDurability: 'strict', cache: 'disabled' });
		this.version(1).stores({ documents: '' });
		this.documents = this.table('documents');
	}
}

/**
 * One document in its own database: localStorage reaches the disk seconds later, and damaged
 * footage must not cost the person's choices. Throws `Fault`: `timeout`, `unavailable`, `quota`,
 * `unsupported`.
 */
export class DexiePreferenceStore implements PreferenceStore {
	readonly #connection: DatabaseConnection<PreferenceDatabase>;
	/** As last read or written here: the database may be deleted while a camera records (GO5). */
	#last: Preferences | null = null;

	constructor(name = PREFERENCES) {
		this.#connection = new DatabaseConnection(() => new PreferenceDatabase(name), 'settings');
	}

	async read(): Promise<Preferences> {
		const found = await this.#connection.read(['documents'], ({ documents }) => stored(documents));
		if (found === undefined && this.#restorable !== null) return this.write({});
		return (this.#last = preferencesFrom(found));
	}

	async write(change: Partial<Preferences>): Promise<Preferences> {
		const next = await this.#connection.write(['documents'], async ({ documents }) => {
			const before = (await stored(documents)) ?? this.#restorable;
			const next = preferencesFrom({ ...preferencesFrom(before), ...change });
			await documents.put(next, DOCUMENT);
			return next;
		});
		return (this.#last = next);
	}

	/** `null`: nothing records, so a deletion stands. */
	get #restorable(): Preferences | null {
		const records =
			this.#last?.armed === true || (this.#last?.plan.when ?? 'by-hand') !== 'by-hand';
		return records ? this.#last : null;
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

function stored(documents: Table<unknown, string>): Promise<unknown> {
	return readable(documents.get(DOCUMENT));
}

import Dexie, { type Table } from 'dexie';
import {
	changedPreferences,
	preferencesFrom,
	type Preferences,
	type StoredDocument,
} from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

const DOCUMENT = 'preferences';
const GOOD = 'preferences, as last understood';
const NOTHING: StoredDocument = { stored: undefined, good: undefined };
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
 * footage must not cost the person's choices. Beside it is what was last understood of it. Throws
 * `Fault`: `timeout`, `unavailable`, `quota`, `unsupported`.
 */
export class DexiePreferenceStore implements PreferenceStore {
	ignored: readonly string[] = [];
	readonly #connection: DatabaseConnection<PreferenceDatabase>;
	/** As last read or written here: the database may be deleted while a camera records (GO5). */
	#last: StoredDocument | null = null;

	constructor(name = PREFERENCES) {
		this.#connection = new DatabaseConnection(() => new PreferenceDatabase(name), 'settings');
	}

	async read(): Promise<Preferences> {
		const found = await this.#connection.read(['documents'], ({ documents }) => kept(documents));
		if (found === null && this.#restorable !== null) return this.write({});
		return this.#known(found ?? NOTHING);
	}

	write(change: Partial<Preferences>): Promise<Preferences> {
		return this.#write(change, false);
	}

	accept(): Promise<Preferences> {
		return this.#write({}, true);
	}

	async #write(change: Partial<Preferences>, accept: boolean): Promise<Preferences> {
		const next = await this.#connection.write(['documents'], async ({ documents }) => {
			const before = (await kept(documents)) ?? this.#restorable ?? NOTHING;
			const next = changedPreferences(before, change, accept);
			await documents.put(next.stored, DOCUMENT);
			await documents.put(next.good, GOOD);
			return next;
		});
		return this.#known(next);
	}

	#known(document: StoredDocument): Preferences {
		const { values, ignored } = preferencesFrom(document);
		this.#last = document;
		this.ignored = ignored;
		return values;
	}

	/** `null`: nothing records, so a deletion stands. */
	get #restorable(): StoredDocument | null {
		if (this.#last === null) return null;
		const { armed, plan } = preferencesFrom(this.#last).values;
		return armed || plan.when !== 'by-hand' ? this.#last : null;
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

/** `null`: nothing is stored. */
async function kept(documents: Table<unknown, string>): Promise<StoredDocument | null> {
	const [stored, good] = [
		await readable(documents.get(DOCUMENT)),
		await readable(documents.get(GOOD)),
	];
	return stored === undefined && good === undefined ? null : { stored, good };
}

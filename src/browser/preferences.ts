import Dexie, { type Table } from 'dexie';
import { preferencesFrom, type Preferences } from '#protocol/preferences.ts';
import type { PreferenceStore } from '#ports/preferences.ts';
import { Connection } from './connection.ts';
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
 * One document in a database of its own: localStorage would reach the disk seconds later, and damage
 * to the footage must not cost the person's choices. Throws `Fault`: `timeout`, `unavailable`,
 * `quota`, `unsupported`.
 */
export class DexiePreferences implements PreferenceStore {
	readonly #connection: Connection<PreferenceDatabase>;

	constructor(name = PREFERENCES) {
		this.#connection = new Connection(() => new PreferenceDatabase(name));
	}

	read(): Promise<Preferences> {
		return this.#connection.read(['documents'], ({ documents }) => stored(documents));
	}

	write(change: Partial<Preferences>): Promise<Preferences> {
		return this.#connection.write(['documents'], async ({ documents }) => {
			const next = preferencesFrom({ ...(await stored(documents)), ...change });
			await documents.put(next, DOCUMENT);
			return next;
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

async function stored(documents: Table<unknown, string>): Promise<Preferences> {
	return preferencesFrom(await readable(documents.get(DOCUMENT)));
}

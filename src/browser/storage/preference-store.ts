import Dexie, { type Table } from 'dexie';
import {
	CAMERA_FIELDS,
	changedPreferences,
	DEVICE_FIELDS,
	preferencesFrom,
	splitDocument,
	type CameraPreferences,
	type DevicePreferences,
	type PreferenceFields,
	type StoredDocument,
	type ValuesOf,
} from '#protocol/preferences.ts';
import type { PreferenceStore, PreferenceStores } from '#ports/storage/preference-store.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

/** Once all settings of the device and its one camera. */
const DEVICE = 'preferences';
const FIRST_CAMERA = 'camera 1';
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
 * Documents in a database of their own: localStorage reaches the disk seconds later, and damaged
 * footage must not cost the person's choices. Beside each is what was last understood of it. Throws
 * `Fault`: `timeout`, `unavailable`, `quota`, `unsupported`.
 */
export class DexiePreferences implements PreferenceStores {
	readonly device: PreferenceStore<DevicePreferences>;
	readonly #connection: DatabaseConnection<PreferenceDatabase>;
	/** As last read or written here: the database may be deleted while a camera records (GO5). */
	readonly #last = new Map<string, StoredDocument>();

	constructor(name = PREFERENCES) {
		this.#connection = new DatabaseConnection(() => new PreferenceDatabase(name), 'settings');
		this.device = new DexieDocument(DEVICE, DEVICE_FIELDS, this.#connection, this.#last);
	}

	camera(number: number): PreferenceStore<CameraPreferences> {
		const name = `camera ${number}`;
		return new DexieDocument(name, CAMERA_FIELDS, this.#connection, this.#last);
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

class DexieDocument<F extends PreferenceFields> implements PreferenceStore<ValuesOf<F>> {
	ignored: readonly string[] = [];
	readonly #name: string;
	readonly #fields: F;
	readonly #connection: DatabaseConnection<PreferenceDatabase>;
	readonly #last: Map<string, StoredDocument>;

	constructor(
		name: string,
		fields: F,
		connection: DatabaseConnection<PreferenceDatabase>,
		last: Map<string, StoredDocument>,
	) {
		this.#name = name;
		this.#fields = fields;
		this.#connection = connection;
		this.#last = last;
	}

	async read(): Promise<ValuesOf<F>> {
		const { own, old } = await this.#connection.read(['documents'], ({ documents }) =>
			this.#stored(documents),
		);
		const found = own ?? old?.camera ?? null;
		if (found === null && this.#records) return this.write({});
		return this.#known(found ?? NOTHING);
	}

	write(change: Partial<ValuesOf<F>>): Promise<ValuesOf<F>> {
		return this.#write(change, false);
	}

	accept(): Promise<ValuesOf<F>> {
		return this.#write({}, true);
	}

	async #write(change: Partial<ValuesOf<F>>, accept: boolean): Promise<ValuesOf<F>> {
		const next = await this.#connection.write(['documents'], async ({ documents }) => {
			const { own, old } = await this.#stored(documents);
			if (own === null && this.#records) await this.#restoreOthers(documents);
			if (old !== null) await put(documents, DEVICE, old.rest);
			const last = this.#records ? this.#last.get(this.#name) : undefined;
			const before = own ?? old?.camera ?? last ?? NOTHING;
			const next = changedPreferences(this.#fields, before, change, accept);
			await put(documents, this.#name, next);
			return next;
		});
		return this.#known(next);
	}

	/** Read, and not moved yet: a write may be refused on a full disk, and the camera must start. */
	async #stored(documents: Table<unknown, string>) {
		const own = await documentOf(documents, this.#name);
		const first = own === null && this.#name === FIRST_CAMERA;
		const device = first ? await documentOf(documents, DEVICE) : null;
		const old = device && splitDocument(device);
		return { own, old: old?.camera ? old : null };
	}

	#known(document: StoredDocument): ValuesOf<F> {
		const { values, ignored } = preferencesFrom(this.#fields, document);
		this.#last.set(this.#name, document);
		this.ignored = ignored;
		return values;
	}

	/** A camera should record; else a deletion stands. */
	get #records(): boolean {
		return [...this.#last].some(([name, document]) => {
			if (name === DEVICE) return false;
			const { armed, plan } = preferencesFrom(CAMERA_FIELDS, document).values;
			return armed || plan.when !== 'by-hand';
		});
	}

	/** All at once: the page may be reloaded before each has been read. */
	async #restoreOthers(documents: Table<unknown, string>): Promise<void> {
		for (const [name, document] of this.#last) {
			const missing = name !== this.#name && document.stored !== undefined;
			if (missing && (await documentOf(documents, name)) === null)
				await put(documents, name, document);
		}
	}
}

/** `null`: not stored. */
async function documentOf(
	documents: Table<unknown, string>,
	name: string,
): Promise<StoredDocument | null> {
	const stored = await readable(documents.get(name));
	const good = await readable(documents.get(goodOf(name)));
	return stored === undefined && good === undefined ? null : { stored, good };
}

async function put(
	documents: Table<unknown, string>,
	name: string,
	{ stored, good }: StoredDocument,
): Promise<void> {
	await documents.put(stored, name);
	if (good !== undefined) await documents.put(good, goodOf(name));
}

function goodOf(name: string): string {
	return `${name}, as last understood`;
}

import type { VaultConnection, VaultDatabase } from './vault-database.ts';

/** Writes come in bursts; copy once they pause. */
const AFTER_MS = 500;
/** More than was counted since the copy was made, so that no number is reused. */
const COUNTS_SKIPPED = 1000;

/**
 * A copy of the vault's rows in memory, because somebody may delete the database under a recording
 * camera. CryptoKeys stay as they are, so nothing becomes readable.
 */
export class VaultCopy {
	readonly #connection: VaultConnection;
	#rows: ReadonlyMap<string, readonly unknown[]> | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(connection: VaultConnection) {
		this.#connection = connection;
	}

	/** Makes the first copy. */
	async begin(): Promise<void> {
		if (this.#rows === null) await this.#refresh();
	}

	/** After each write. */
	changed(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#refresh(), AFTER_MS);
	}

	/** Never throws: without a copy only `putBack` is lost. */
	async #refresh(): Promise<void> {
		const { db } = this.#connection;
		try {
			const rows = await this.#connection.do(() =>
				db.transaction('r', db.tables, () =>
					Promise.all(db.tables.map((table) => table.toArray() as PromiseLike<unknown[]>)),
				),
			);
			const copy = new Map(db.tables.map(({ name }, at) => [name, rows[at] ?? []]));
			// Keep the old copy when the database was emptied meanwhile.
			if ((copy.get('identity')?.length ?? 0) > 0) this.#rows = copy;
		} catch {
			// A row is unreadable.
		}
	}

	forget(): void {
		clearTimeout(this.#timer);
		this.#rows = null;
	}

	/** Throws as `Vault` does. */
	putBack(): Promise<'there' | 'put back' | 'lost'> {
		const rows = this.#rows;
		return this.#connection.write(async (db) => {
			if ((await db.identity.count()) > 0) return 'there';
			if (rows === null) return 'lost';
			for (const table of db.tables) await table.bulkPut([...(rows.get(table.name) ?? [])]);
			await skipCounts(db);
			return 'put back';
		});
	}

	dispose(): void {
		clearTimeout(this.#timer);
	}
}

async function skipCounts(db: VaultDatabase): Promise<void> {
	const own = await db.counts.get('own');
	if (own !== undefined) await db.counts.put({ ...own, count: own.count + COUNTS_SKIPPED });
}

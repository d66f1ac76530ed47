import type { VaultConnection, VaultDatabase } from './vault-database.ts';

/** Writes follow each other; the last of them counts. */
const AFTER_MS = 500;
/** What was counted since the copy was made, by far. */
const COUNTS_SKIPPED = 1000;

/**
 * The rows of a vault as they were last seen, in memory: somebody may delete the database under a
 * camera that records. Keys lie here as they lie there, so nothing becomes readable by it.
 */
export class VaultCopy {
	readonly #connection: VaultConnection;
	#rows: ReadonlyMap<string, readonly unknown[]> | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(connection: VaultConnection) {
		this.#connection = connection;
	}

	/** The first time it is read. */
	async begin(): Promise<void> {
		if (this.#rows === null) await this.#look();
	}

	/** Something was written. */
	changed(): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#look(), AFTER_MS);
	}

	/** Never throws: without a copy nothing can be put back, and nothing else is worse. */
	async #look(): Promise<void> {
		const { db } = this.#connection;
		try {
			const rows = await this.#connection.do(() =>
				db.transaction('r', db.tables, () =>
					Promise.all(db.tables.map((table) => table.toArray() as PromiseLike<unknown[]>)),
				),
			);
			const copy = new Map(db.tables.map(({ name }, at) => [name, rows[at] ?? []]));
			// One that was emptied meanwhile is what the copy is for.
			if ((copy.get('identity')?.length ?? 0) > 0) this.#rows = copy;
		} catch {
			// A row that cannot be read.
		}
	}

	forget(): void {
		clearTimeout(this.#timer);
		this.#rows = null;
	}

	/** Throws what the vault throws. */
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

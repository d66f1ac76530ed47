import { expectFault } from '#domain/base/fault.ts';
import { VAULT_TABLES, type VaultConnection, type VaultDatabase } from './vault-database.ts';

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

	/** A failure is not the caller's: without a copy only `putBack` is lost. */
	async #refresh(): Promise<void> {
		try {
			const copy = await this.#connection.read(VAULT_TABLES, async ({ tables }) => {
				const rows = tables.map((table) => table.toArray() as PromiseLike<unknown[]>);
				const found = await Promise.all(rows);
				return new Map(tables.map(({ name }, at) => [name, found[at] ?? []]));
			});
			// Keep the old copy when the database was emptied meanwhile.
			if ((copy.get('identity')?.length ?? 0) > 0) this.#rows = copy;
		} catch (error) {
			// A row is unreadable.
			expectFault(error);
		}
	}

	forget(): void {
		clearTimeout(this.#timer);
		this.#rows = null;
	}

	/** Throws as `Vault` does. */
	putBack(): Promise<'there' | 'put back' | 'lost'> {
		const rows = this.#rows;
		return this.#connection.write(VAULT_TABLES, async (db) => {
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

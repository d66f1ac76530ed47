import Dexie, { type Table } from 'dexie';
import type { SettingChange } from '#domain/storage/setting-change.ts';
import { usageBucketOf, type StorageUsage } from '#domain/storage/usage.ts';
import { hourOf, mergedDeletion, type Deletion } from '#domain/storage/deletion.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import { changeFrom, deletionFrom, storageUsageFrom } from '#protocol/ledger.ts';
import { DatabaseConnection } from './database-connection.ts';
import { readable } from './fault-from.ts';

const MAX_DELETIONS = 1000;
const MAX_CHANGES = 200;
const FILLINGS_KEPT_MS = 31 * 86_400_000;

class LedgerDatabase extends Dexie {
	readonly deletions: Table<unknown, [rule: string, hour: number]>;
	readonly fillings: Table<unknown, number>;
	readonly changes: Table<unknown, number>;

	constructor(name: string) {
		super(name, { cache: 'disabled' });
		this.version(1).stores({
			deletions: '[rule+hour],lastMs',
			fillings: 'bucketMs',
			changes: '++id,atMs',
		});
		this.deletions = this.table('deletions');
		this.fillings = this.table('fillings');
		this.changes = this.table('changes');
	}
}

/** In its own database: a damaged journal must not cost footage, and vice versa. */
export class DexieLedger implements Ledger {
	readonly #connection: DatabaseConnection<LedgerDatabase>;

	constructor(name = 'spycam-ledger') {
		this.#connection = new DatabaseConnection(() => new LedgerDatabase(name), 'settings');
	}

	async noteDeletion(deletion: Deletion): Promise<void> {
		const key: [string, number] = [deletion.rule, hourOf(deletion)];
		await this.#connection.write(['deletions'], async ({ deletions }) => {
			const before = deletionFrom(await readable(deletions.get(key)));
			const entry = before === null ? deletion : mergedDeletion(before, deletion);
			await deletions.put({ ...entry, hour: key[1] });
			await trim(deletions, 'lastMs', MAX_DELETIONS);
		});
	}

	async deletions(limit: number): Promise<Deletion[]> {
		const rows = await this.#connection.read(['deletions'], ({ deletions }) =>
			deletions.orderBy('lastMs').reverse().limit(limit).toArray(),
		);
		return rows.map(deletionFrom).filter((entry) => entry !== null);
	}

	async noteUsage(usage: StorageUsage): Promise<void> {
		const bucketMs = usageBucketOf(usage.atMs);
		await this.#connection.write(['fillings'], async ({ fillings }) => {
			await fillings.put({ ...usage, bucketMs });
			await fillings
				.where(':id')
				.below(bucketMs - FILLINGS_KEPT_MS)
				.delete();
		});
	}

	async usageSince(fromMs: number): Promise<StorageUsage[]> {
		const rows = await this.#connection.read(['fillings'], ({ fillings }) =>
			fillings.where(':id').aboveOrEqual(usageBucketOf(fromMs)).toArray(),
		);
		return rows.map(storageUsageFrom).filter((usage) => usage !== null);
	}

	async noteChange(change: SettingChange): Promise<void> {
		await this.#connection.write(['changes'], async ({ changes }) => {
			await changes.add({ ...change });
			await trim(changes, 'atMs', MAX_CHANGES);
		});
	}

	async changes(limit: number): Promise<SettingChange[]> {
		const rows = await this.#connection.read(['changes'], ({ changes }) =>
			changes.orderBy('atMs').reverse().limit(limit).toArray(),
		);
		return rows.map(changeFrom).filter((change) => change !== null);
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

/** Keeps the newest `limit` rows by `index`. */
async function trim<K>(table: Table<unknown, K>, index: string, limit: number): Promise<void> {
	const surplus = (await table.count()) - limit;
	if (surplus <= 0) return;
	await table.bulkDelete(await table.orderBy(index).limit(surplus).primaryKeys());
}

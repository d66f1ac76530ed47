import Dexie, { type Table } from 'dexie';
import type { SettingChange } from '#domain/storage/change.ts';
import { bucketOf, type Filling } from '#domain/storage/filling.ts';
import { hourOf, joined, type Deletion } from '#domain/storage/journal.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import { changeFrom, deletionFrom, fillingFrom } from '#protocol/ledger.ts';
import { Connection } from './connection.ts';
import { readable } from './fault-from.ts';

const MOST_DELETIONS = 1000;
const MOST_CHANGES = 200;
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

/** In a database of its own: a damaged journal must cost no footage, and footage no journal. */
export class DexieLedger implements Ledger {
	readonly #connection: Connection<LedgerDatabase>;

	constructor(name = 'spycam-ledger') {
		this.#connection = new Connection(() => new LedgerDatabase(name), 'settings');
	}

	async noteDeletion(deletion: Deletion): Promise<void> {
		const key: [string, number] = [deletion.rule, hourOf(deletion)];
		await this.#connection.write(['deletions'], async ({ deletions }) => {
			const before = deletionFrom(await readable(deletions.get(key)));
			const entry = before === null ? deletion : joined(before, deletion);
			await deletions.put({ ...entry, hour: key[1] });
			await trim(deletions, 'lastMs', MOST_DELETIONS);
		});
	}

	async deletions(most: number): Promise<Deletion[]> {
		const rows = await this.#connection.read(['deletions'], ({ deletions }) =>
			deletions.orderBy('lastMs').reverse().limit(most).toArray(),
		);
		return rows.map(deletionFrom).filter((entry) => entry !== null);
	}

	async noteFilling(filling: Filling): Promise<void> {
		const bucketMs = bucketOf(filling.atMs);
		await this.#connection.write(['fillings'], async ({ fillings }) => {
			await fillings.put({ ...filling, bucketMs });
			await fillings
				.where(':id')
				.below(bucketMs - FILLINGS_KEPT_MS)
				.delete();
		});
	}

	async fillings(fromMs: number): Promise<Filling[]> {
		const rows = await this.#connection.read(['fillings'], ({ fillings }) =>
			fillings.where(':id').aboveOrEqual(bucketOf(fromMs)).toArray(),
		);
		return rows.map(fillingFrom).filter((filling) => filling !== null);
	}

	async noteChange(change: SettingChange): Promise<void> {
		await this.#connection.write(['changes'], async ({ changes }) => {
			await changes.add({ ...change });
			await trim(changes, 'atMs', MOST_CHANGES);
		});
	}

	async changes(most: number): Promise<SettingChange[]> {
		const rows = await this.#connection.read(['changes'], ({ changes }) =>
			changes.orderBy('atMs').reverse().limit(most).toArray(),
		);
		return rows.map(changeFrom).filter((change) => change !== null);
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

/** The newest `most` by `index` stay. */
async function trim<K>(table: Table<unknown, K>, index: string, most: number): Promise<void> {
	const surplus = (await table.count()) - most;
	if (surplus <= 0) return;
	await table.bulkDelete(await table.orderBy(index).limit(surplus).primaryKeys());
}

import type { CameraId } from '#domain/base/ids.ts';
import type { InspectedRun, StoreInspector } from '#ports/footage/store-inspector.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { FOOTAGE, FootageDatabase, pagesOfRun } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { rebuildRun } from './index-repair.ts';
import { asFields, decodePage, decodeRun, type IndexPage } from './rows.ts';
import { lengthOf } from './stored-bytes.ts';

/** Footage database access for the store check. Rules: docs/spec/check.md. */
export class DexieStoreInspector implements StoreInspector {
	readonly #connection: DatabaseConnection<FootageDatabase>;

	constructor(name = FOOTAGE) {
		this.#connection = new DatabaseConnection(() => new FootageDatabase(name), 'footage');
	}

	async newestPlace(): Promise<number> {
		const [newest] = await this.#connection.read(['bytes'], ({ bytes }) =>
			bytes.toCollection().reverse().limit(1).primaryKeys(),
		);
		return newest ?? 0;
	}

	async runKeys(): Promise<{ camera: CameraId; runNo: number }[]> {
		const keys = await this.#connection.read(['runs'], ({ runs }) =>
			runs.toCollection().primaryKeys(),
		);
		return keys.map(([camera, runNo]) => ({ camera, runNo }));
	}

	inspectRun(camera: CameraId, runNo: number): Promise<InspectedRun | null> {
		return this.#connection.read(['runs', 'pages'], async ({ runs, pages }) => {
			const run = decodeRun(await readable(runs.get([camera, runNo])));
			if (run === null) return null;
			const rows = await pages
				.where(':id')
				.between(...pagesOfRun([camera, runNo]))
				.toArray();
			const whole = rows.map(decodePage).filter((page): page is IndexPage => page !== null);
			return { run, entries: whole.flatMap(({ parsed }) => parsed) };
		});
	}

	places(after: number, upTo: number, limit: number): Promise<number[]> {
		return this.#connection.read(['bytes'], ({ bytes }) =>
			bytes.where(':id').between(after, upTo, false, true).limit(limit).primaryKeys(),
		);
	}

	async sizeAt(place: number): Promise<number | null> {
		const row = await this.#connection.read(['bytes'], ({ bytes }) => readable(bytes.get(place)));
		return lengthOf(asFields(row)?.['bytes']);
	}

	rebuildRun(camera: CameraId, runNo: number): Promise<boolean> {
		return this.#connection.write(['runs', 'pages'], (database) =>
			rebuildRun(database, [camera, runNo]),
		);
	}

	deleteBytes(places: readonly number[]): Promise<number> {
		return this.#connection.write(['bytes'], async ({ bytes }) => {
			let freed = 0;
			for (const place of places) {
				const row = await readable(bytes.get(place));
				freed += lengthOf(asFields(row)?.['bytes']) ?? 0;
				await bytes.delete(place);
			}
			return freed;
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

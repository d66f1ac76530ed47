import type { CameraId } from '#domain/base/ids.ts';
import type { Examined, Examining } from '#ports/footage/examining.ts';
import { Connection } from '#browser/storage/connection.ts';
import { FOOTAGE, FootageDatabase, pagesOfRun } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { remakeRun } from './mending.ts';
import { asFields, decodePage, decodeRun, type Page } from './rows.ts';
import { lengthOf } from './stored-bytes.ts';

/** The rows of the footage database, for the check. Rules: docs/spec/check.md. */
export class DexieExamining implements Examining {
	readonly #connection: Connection<FootageDatabase>;

	constructor(name = FOOTAGE) {
		this.#connection = new Connection(() => new FootageDatabase(name), 'footage');
	}

	async newestPlace(): Promise<number> {
		const [newest] = await this.#connection.read(['bytes'], ({ bytes }) =>
			bytes.toCollection().reverse().limit(1).primaryKeys(),
		);
		return newest ?? 0;
	}

	async keys(): Promise<{ camera: CameraId; runNo: number }[]> {
		const keys = await this.#connection.read(['runs'], ({ runs }) =>
			runs.toCollection().primaryKeys(),
		);
		return keys.map(([camera, runNo]) => ({ camera, runNo }));
	}

	examine(camera: CameraId, runNo: number): Promise<Examined | null> {
		return this.#connection.read(['runs', 'pages'], async ({ runs, pages }) => {
			const run = decodeRun(await readable(runs.get([camera, runNo])));
			if (run === null) return null;
			const rows = await pages
				.where(':id')
				.between(...pagesOfRun([camera, runNo]))
				.toArray();
			const whole = rows.map(decodePage).filter((page): page is Page => page !== null);
			return { run, entries: whole.flatMap(({ parsed }) => parsed) };
		});
	}

	places(after: number, upTo: number, most: number): Promise<number[]> {
		return this.#connection.read(['bytes'], ({ bytes }) =>
			bytes.where(':id').between(after, upTo, false, true).limit(most).primaryKeys(),
		);
	}

	async sizeAt(place: number): Promise<number | null> {
		const row = await this.#connection.read(['bytes'], ({ bytes }) => readable(bytes.get(place)));
		return lengthOf(asFields(row)?.['bytes']);
	}

	remake(camera: CameraId, runNo: number): Promise<boolean> {
		return this.#connection.write(['runs', 'pages'], (database) =>
			remakeRun(database, [camera, runNo]),
		);
	}

	erase(places: readonly number[]): Promise<number> {
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

import type { CameraId } from '#domain/base/ids.ts';
import type {
	StoredThumbnail,
	ThumbnailStore,
	FirstOrLast,
} from '#ports/footage/thumbnail-store.ts';
import { DatabaseConnection } from '#browser/storage/database-connection.ts';
import { FOOTAGE, FootageDatabase } from './database.ts';
import { readable } from '#browser/storage/fault-from.ts';
import { asBytes, asFields, decodeRemoval } from '#domain/footage/rows.ts';
import { spanContains } from '#domain/footage/span.ts';

/** A week of one every five seconds, about half a gigabyte. */
const MAX_THUMBNAILS = 120_000;
/** How many writes between counts, and how many are deleted at once. */
const BATCH = 200;

/** Thumbnails in IndexedDB. Rules: docs/spec/thumbnails.md. */
export class DexieThumbnailStore implements ThumbnailStore {
	readonly #connection: DatabaseConnection<FootageDatabase>;
	readonly #max: number;
	#sinceCount = BATCH;

	constructor(name = FOOTAGE, max = MAX_THUMBNAILS) {
		this.#connection = new DatabaseConnection(() => new FootageDatabase(name), 'footage');
		this.#max = max;
	}

	async put(camera: CameraId, { wallUs, bytes }: StoredThumbnail): Promise<void> {
		this.#sinceCount += 1;
		const full = this.#sinceCount >= Math.min(BATCH, this.#max);
		await this.#connection.write(['thumbs'], async ({ thumbs }) => {
			await thumbs.add({ camera, wallUs, bytes: bytes.slice().buffer });
			if (!full) return;
			const surplus = (await thumbs.count()) - this.#max;
			if (surplus <= 0) return;
			const oldest = await thumbs.orderBy(':id').limit(surplus).primaryKeys();
			await thumbs.bulkDelete(oldest);
		});
		if (full) this.#sinceCount = 0;
	}

	find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null> {
		return this.#connection.read(['thumbs', 'removals'], async ({ thumbs, removals }) => {
			const range = thumbs
				.where('[camera+wallUs]')
				.between([camera, fromUs], [camera, untilUs], true, true);
			const inOrder = which === 'first' ? range : range.reverse();
			const [place] = await inOrder.limit(1).primaryKeys();
			if (place === undefined) return null;
			const row = asFields(await readable(thumbs.get(place)));
			const bytes = asBytes(row?.['bytes']);
			const wallUs = Number(row?.['wallUs']);
			if (bytes === null || !Number.isSafeInteger(wallUs)) return null;
			const removed = (await removals.where({ camera }).toArray()).map(decodeRemoval);
			const hidden = removed.some((one) => one !== null && spanContains(one, wallUs));
			return hidden ? null : { wallUs, bytes };
		});
	}

	size(): Promise<{ count: number; bytes: number }> {
		return this.#connection.read(['thumbs'], async ({ thumbs }) => {
			const newest = await thumbs.orderBy(':id').reverse().limit(100).toArray();
			const bytes = newest.reduce<number>(
				(sum, row) => sum + (asBytes(asFields(row)?.['bytes'])?.length ?? 0),
				0,
			);
			const count = await thumbs.count();
			return { count, bytes: Math.round((bytes / Math.max(1, newest.length)) * count) };
		});
	}

	dispose(): void {
		this.#connection.dispose();
	}
}

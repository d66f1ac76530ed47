import type { CameraId } from '#domain/base/ids.ts';
import { decodeThumbnail } from '#domain/footage/rows.ts';
import { spanContains } from '#domain/footage/span.ts';
import type { FootageRows } from '#ports/footage/footage-rows.ts';
import type {
	FirstOrLast,
	StoredThumbnail,
	ThumbnailStore,
} from '#ports/footage/thumbnail-store.ts';
import { removalsOf } from './rows-at.ts';

/** A week of one every five seconds, about half a gigabyte. */
const MAX_THUMBNAILS = 120_000;
/** How many writes between counts, and about how many are deleted at once. */
const BATCH = 200;
const MOST_AT_ONCE = 64;
/** How many rows stand for all when bytes are counted. */
const SAMPLE = 100;

/** Thumbnails beside the footage that they show. Rules: docs/spec/thumbnails.md. */
export class SealedThumbnails implements ThumbnailStore {
	readonly #rows: FootageRows;
	readonly #max: number;
	#sinceCount = BATCH;

	constructor(rows: FootageRows, max = MAX_THUMBNAILS) {
		this.#rows = rows;
		this.#max = max;
	}

	async put(camera: CameraId, { wallUs, bytes }: StoredThumbnail): Promise<void> {
		this.#sinceCount += 1;
		const counting = this.#sinceCount >= Math.min(BATCH, this.#max);
		await this.#rows.write(['thumbs'], async (rows) => {
			await rows.add('thumbs', { camera, wallUs, bytes: bytes.slice().buffer });
			if (!counting) return;
			const surplus = (await rows.countThumbnails()) - this.#max;
			if (surplus > 0) await rows.deleteOldestThumbnails(surplus);
		});
		if (counting) this.#sinceCount = 0;
	}

	find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null> {
		const take = which === 'first' ? { first: 1 } : { last: 1 };
		return this.#rows.read(['thumbs', 'removals'], async (rows) => {
			const [found] = await rows.thumbnails({ camera, fromUs, untilUs }, take);
			const thumbnail = decodeThumbnail(found?.row);
			if (thumbnail === null) return null;
			const removed = await removalsOf(rows, camera);
			return removed.some((span) => spanContains(span, thumbnail.wallUs)) ? null : thumbnail;
		});
	}

	between(camera: CameraId, fromUs: number, untilUs: number): Promise<StoredThumbnail[]> {
		return this.#rows.read(['thumbs', 'removals'], async (rows) => {
			const found = await rows.thumbnails({ camera, fromUs, untilUs }, { first: MOST_AT_ONCE });
			const removed = await removalsOf(rows, camera);
			return found.flatMap(({ row }) => {
				const thumbnail = decodeThumbnail(row);
				const hidden = removed.some((span) => spanContains(span, thumbnail?.wallUs ?? 0));
				return thumbnail === null || hidden ? [] : [thumbnail];
			});
		});
	}

	size(): Promise<{ count: number; bytes: number }> {
		return this.#rows.read(['thumbs'], async (rows) => {
			const newest = await rows.thumbnails('all', { last: SAMPLE });
			const bytes = newest.reduce(
				(sum, { row }) => sum + (decodeThumbnail(row)?.bytes.length ?? 0),
				0,
			);
			const count = await rows.countThumbnails();
			return { count, bytes: Math.round((bytes / Math.max(1, newest.length)) * count) };
		});
	}
}

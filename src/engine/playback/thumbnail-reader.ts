import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { ThumbnailStore, FirstOrLast } from '#ports/footage/thumbnail-store.ts';
import type { JoinedThumbnails } from './joined-thumbnails.ts';
import type { Opener } from '#engine/sealing/opener.ts';

/** An older thumbnail does not represent the requested time. */
const NEAR_US = 15_000_000;

export interface OpenedThumbnail {
	/** Wall time of the frame it shows, µs since 1970. */
	readonly wallUs: number;
	readonly jpeg: Bytes;
}

type Source = Pick<ThumbnailStore, 'find'> & Partial<Pick<JoinedThumbnails, 'load'>>;

/** Opens thumbnails for the screen. */
export class ThumbnailReader {
	readonly #thumbnails: Source;
	readonly #opener: Pick<Opener, 'openSidecar'>;

	constructor(thumbnails: Source, opener: Pick<Opener, 'openSidecar'>) {
		this.#thumbnails = thumbnails;
		this.#opener = opener;
	}

	/** The thumbnail at or shortly before a moment; `null`: none, or it does not open. */
	near(camera: CameraId, wallUs: number, withinUs = NEAR_US): Promise<OpenedThumbnail | null> {
		return this.#open(camera, 'last', Math.max(0, wallUs - withinUs), wallUs);
	}

	/** The first thumbnail in a span. */
	first(camera: CameraId, fromUs: number, untilUs: number): Promise<OpenedThumbnail | null> {
		return this.#open(camera, 'first', fromUs, untilUs);
	}

	/**
	 * Gets the first thumbnail of each `stepUs` in a span at once, where they are elsewhere: `first`
	 * has them then.
	 */
	async load(camera: CameraId, fromUs: number, untilUs: number, stepUs: number): Promise<void> {
		try {
			await this.#thumbnails.load?.(camera, fromUs, untilUs, stepUs);
		} catch (error) {
			expectFault(error);
		}
	}

	async #open(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<OpenedThumbnail | null> {
		try {
			const stored = await this.#thumbnails.find(camera, which, fromUs, untilUs);
			if (stored === null) return null;
			const { body } = await this.#opener.openSidecar('thumbnail', camera, stored);
			return { wallUs: stored.wallUs, jpeg: body };
		} catch (error) {
			if (error instanceof Fault) return null;
			throw error;
		}
	}
}

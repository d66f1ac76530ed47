import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { isWhole } from '#domain/footage/joined.ts';
import { spanContains } from '#domain/footage/span.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type {
	FirstOrLast,
	StoredThumbnail,
	ThumbnailStore,
} from '#ports/footage/thumbnail-store.ts';
import type { RemoteThumbnails } from './remote-thumbnails.ts';

export interface JoinedThumbnailsTools {
	readonly here: Pick<ThumbnailStore, 'find'>;
	readonly footage: Pick<Footage, 'runs'>;
	/** `null`: they would not answer now. */
	readonly elsewhere: () => Promise<RemoteThumbnails | null>;
}

/** Thumbnails wherever they are: here first, and elsewhere only what this device has not (PB35). */
export class JoinedThumbnails {
	readonly #tools: JoinedThumbnailsTools;

	constructor(tools: JoinedThumbnailsTools) {
		this.#tools = tools;
	}

	async find(
		camera: CameraId,
		which: FirstOrLast,
		fromUs: number,
		untilUs: number,
	): Promise<StoredThumbnail | null> {
		const { here, footage } = this.#tools;
		const near = await here.find(camera, which, fromUs, untilUs);
		if (near !== null) return near;
		const runs = await footage.runs(camera);
		if (isWhole(runs, fromUs, untilUs)) return null;
		const found = await this.#elsewhere((all) => all.find(camera, which, fromUs, untilUs));
		const removed = runs.some(({ holes }) =>
			holes.some((hole) => hole.why === 'deleted' && spanContains(hole, found?.wallUs ?? -1)),
		);
		return removed ? null : (found ?? null);
	}

	/** So that `find` has at once what a stretch of the ribbon shows. */
	async load(camera: CameraId, fromUs: number, untilUs: number, stepUs: number): Promise<void> {
		const runs = await this.#tools.footage.runs(camera);
		if (isWhole(runs, fromUs, untilUs)) return;
		await this.#elsewhere((all) => all.load(camera, fromUs, untilUs, stepUs));
	}

	async #elsewhere<T>(ask: (all: RemoteThumbnails) => Promise<T>): Promise<T | null> {
		try {
			const all = await this.#tools.elsewhere();
			return all && (await ask(all));
		} catch (error) {
			expectFault(error);
			return null;
		}
	}
}

import type { CameraId } from '#domain/base/ids.ts';
import type { OpenedThumbnail } from '#engine/playback/thumbnail-reader.ts';
import { thumbnailStepMs } from '#domain/timeline/ribbon.ts';
import { FifoCache } from './fifo-cache.ts';
import type { Engine } from '#state/app/engine.ts';

export interface DecodedThumbnail {
	/** Wall time of its frame. */
	readonly ms: number;
	readonly picture: ImageBitmap;
}

interface RibbonSlot {
	readonly key: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** Thumbnails of current footage arrive a little later: when to retry. */
const AGAIN_MS = 5000;

/** Bitmaps in memory; about 80 kB each. */
const MAX_THUMBNAILS = 160;

/** Thumbnails of one camera, loaded as they become visible, latest request first. */
export class ThumbnailCache {
	/** The thumbnail at the playhead while scrubbing. */
	under = $state.raw<DecodedThumbnail | null>(null);
	/** Rises whenever a thumbnail of the ribbon has loaded. */
	version = $state(0);
	readonly #engine: Engine;
	#camera: CameraId | null = null;
	readonly #kept = new FifoCache<DecodedThumbnail | null>(MAX_THUMBNAILS);
	/** Rises when all that was asked for until then is out of date. */
	#round = 0;
	#wanted: RibbonSlot[] = [];
	#loading = false;
	#handMs: number | null = null;
	#following = false;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	open(camera: CameraId): void {
		this.#camera = camera;
	}

	close(): void {
		this.#camera = null;
		this.#wanted = [];
		this.#handMs = null;
		this.under = null;
		for (const thumbnail of this.#kept.values()) thumbnail?.picture.close();
		this.#kept.clear();
		this.#round += 1;
	}

	/** The playhead's time; `null`: scrubbing ended. */
	follow(ms: number | null): void {
		this.#handMs = ms;
		if (ms === null) this.under = null;
		else if (!this.#following) void this.#follow();
	}

	/** Loaded thumbnails for the ribbon's slots; missing ones are requested. */
	inRange(fromMs: number, toMs: number, msPerPx: number, widthPx: number): DecodedThumbnail[] {
		const step = thumbnailStepMs(msPerPx, widthPx);
		const found: DecodedThumbnail[] = [];
		const wanted: RibbonSlot[] = [];
		for (let at = Math.floor(fromMs / step) * step; at < toMs; at += step) {
			const key = `${at}/${step}`;
			const kept = this.#kept.get(key);
			if (kept) found.push(kept);
			else if (kept === undefined) wanted.push({ key, fromMs: at, untilMs: at + step - 1 });
		}
		this.#wanted = wanted;
		if (wanted.length > 0 && !this.#loading) void this.#load();
		return found;
	}

	/** Call after footage was deleted or restored. */
	forget(): void {
		this.#kept.clear();
		this.#round += 1;
		this.version += 1;
	}

	async #follow(): Promise<void> {
		this.#following = true;
		for (let seenMs: number | null = null; this.#handMs !== null && this.#handMs !== seenMs;) {
			seenMs = this.#handMs;
			const thumbnail = await this.#near(seenMs);
			if (this.#isHeld()) this.under = thumbnail;
			else thumbnail?.picture.close();
		}
		this.#following = false;
	}

	#isHeld(): boolean {
		return this.#handMs !== null;
	}

	async #load(): Promise<void> {
		this.#loading = true;
		for (;;) {
			// From the middle, where people look.
			const [next] = this.#wanted.splice(this.#wanted.length >> 1, 1);
			if (next === undefined) break;
			// A redraw asked again for the one that was being loaded.
			if (this.#kept.get(next.key) !== undefined) continue;
			const round = this.#round;
			const thumbnail = await this.#first(next);
			if (round !== this.#round) {
				thumbnail?.picture.close();
				continue;
			}
			this.#kept.set(next.key, thumbnail);
			if (thumbnail === null && Date.now() < next.untilMs + AGAIN_MS) this.#askAgain(next.key);
			this.version += 1;
		}
		this.#loading = false;
	}

	#askAgain(key: string): void {
		setTimeout(() => {
			if (this.#kept.get(key) === null) this.#kept.delete(key);
			this.version += 1;
		}, AGAIN_MS);
	}

	async #near(ms: number): Promise<DecodedThumbnail | null> {
		const camera = this.#camera;
		const preview = camera && (await this.#engine.thumbnails.near(camera, ms * 1000));
		const thumbnail = preview && (await decoded(preview));
		if (camera === this.#camera) return thumbnail;
		thumbnail?.picture.close();
		return this.#near(ms);
	}

	async #first({ fromMs, untilMs }: RibbonSlot): Promise<DecodedThumbnail | null> {
		const { thumbnails } = this.#engine;
		const preview =
			this.#camera && (await thumbnails.first(this.#camera, fromMs * 1000, untilMs * 1000));
		return preview && decoded(preview);
	}
}

async function decoded({ wallUs, jpeg }: OpenedThumbnail): Promise<DecodedThumbnail | null> {
	try {
		const picture = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
		return { ms: wallUs / 1000, picture };
	} catch {
		return null;
	}
}

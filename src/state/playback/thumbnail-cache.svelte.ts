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

/** What a part of the ribbon shows. */
export interface ThumbnailSlot {
	readonly fromMs: number;
	readonly untilMs: number;
	readonly picture: ImageBitmap;
}

/** Thumbnails of current footage arrive a little later: when to retry. */
const AGAIN_MS = 5000;

/** Bitmaps in memory; about 80 kB each. */
const MAX_THUMBNAILS = 160;

/** A slot without a thumbnail borrows one from at most this many slots away. */
const BORROW_SLOTS = 2;

/** Shows the thumbnail nearest to a moment that moves. The latest moment wins. */
class NearestThumbnail {
	shown = $state.raw<DecodedThumbnail | null>(null);
	readonly #find: (ms: number) => Promise<DecodedThumbnail | null>;
	#ms: number | null = null;
	#busy = false;

	constructor(find: (ms: number) => Promise<DecodedThumbnail | null>) {
		this.#find = find;
	}

	/** `null`: none is wanted any more. */
	follow(ms: number | null): void {
		this.#ms = ms;
		if (ms === null) this.shown = null;
		else if (!this.#busy) void this.#run();
	}

	async #run(): Promise<void> {
		this.#busy = true;
		for (let seenMs: number | null = null; this.#ms !== null && this.#ms !== seenMs;) {
			seenMs = this.#ms;
			const thumbnail = await this.#find(seenMs);
			if (this.#isWanted()) this.shown = thumbnail;
			else thumbnail?.picture.close();
		}
		this.#busy = false;
	}

	#isWanted(): boolean {
		return this.#ms !== null;
	}
}

/** Thumbnails of one camera, loaded as they become visible, latest request first. */
export class ThumbnailCache {
	readonly #hand = new NearestThumbnail((ms) => this.#near(ms));
	readonly #pointer = new NearestThumbnail((ms) => this.#near(ms));
	/** Rises whenever a thumbnail of the ribbon has loaded. */
	version = $state(0);
	readonly #engine: Engine;
	#camera: CameraId | null = null;
	readonly #kept = new FifoCache<DecodedThumbnail | null>(MAX_THUMBNAILS);
	/** Rises when all that was asked for until then is out of date. */
	#round = 0;
	#wanted: RibbonSlot[] = [];
	#loading = false;
	/** What was asked for at once last. */
	#stretch: (Omit<RibbonSlot, 'key'> & { stepMs: number; round: number }) | null = null;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	open(camera: CameraId): void {
		this.#camera = camera;
	}

	close(): void {
		this.#camera = null;
		this.#wanted = [];
		this.follow(null);
		this.point(null);
		for (const thumbnail of this.#kept.values()) thumbnail?.picture.close();
		this.#kept.clear();
		this.#round += 1;
	}

	/** The thumbnail at the playhead while scrubbing. */
	get under(): DecodedThumbnail | null {
		return this.#hand.shown;
	}

	/** The playhead's time; `null`: scrubbing ended. */
	follow(ms: number | null): void {
		this.#hand.follow(ms);
	}

	/** The thumbnail at the pointer. */
	get pointed(): DecodedThumbnail | null {
		return this.#pointer.shown;
	}

	/** The time under a pointer that hovers; `null`: it has left. */
	point(ms: number | null): void {
		this.#pointer.follow(ms);
	}

	/**
	 * What the ribbon's slots show; missing thumbnails are requested. A slot without one shows the
	 * nearest that is known (TL24).
	 */
	inRange(fromMs: number, toMs: number, msPerPx: number, widthPx: number): ThumbnailSlot[] {
		const step = thumbnailStepMs(msPerPx, widthPx);
		const found: ThumbnailSlot[] = [];
		const wanted: RibbonSlot[] = [];
		for (let at = Math.floor(fromMs / step) * step; at < toMs; at += step) {
			const key = `${at}/${step}`;
			const kept = this.#kept.get(key);
			if (kept === undefined) wanted.push({ key, fromMs: at, untilMs: at + step - 1 });
			const shown = kept ?? this.#nearestTo(at, BORROW_SLOTS * step);
			if (shown) found.push({ fromMs: at, untilMs: at + step, picture: shown.picture });
		}
		this.#wanted = wanted;
		if (wanted.length > 0 && !this.#loading) void this.#load();
		return found;
	}

	#nearestTo(ms: number, withinMs: number): DecodedThumbnail | null {
		let best: DecodedThumbnail | null = null;
		let bestMs = withinMs;
		for (const kept of this.#kept.values()) {
			if (!kept || Math.abs(kept.ms - ms) > bestMs) continue;
			[best, bestMs] = [kept, Math.abs(kept.ms - ms)];
		}
		return best;
	}

	/** Call after footage was deleted or restored. */
	forget(): void {
		this.#kept.clear();
		this.#round += 1;
		this.version += 1;
	}

	async #load(): Promise<void> {
		this.#loading = true;
		for (;;) {
			this.#loadStretch();
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

	/** What is not here of all that is in sight comes in one request. */
	#loadStretch(): void {
		const camera = this.#camera;
		const [first] = this.#wanted;
		const last = this.#wanted.at(-1);
		if (camera === null || first === undefined || last === undefined) return;
		const [fromMs, untilMs, stepMs] = [
			first.fromMs,
			last.untilMs,
			first.untilMs + 1 - first.fromMs,
		];
		const before = this.#stretch;
		const same = before?.round === this.#round && before.stepMs === stepMs;
		if (same && before.fromMs <= fromMs && before.untilMs >= untilMs) return;
		this.#stretch = { fromMs, untilMs, stepMs, round: this.#round };
		const { thumbnails } = this.#engine;
		void thumbnails.load(camera, fromMs * 1000, untilMs * 1000, stepMs * 1000);
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

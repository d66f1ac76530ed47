import type { CameraId } from '#domain/base/ids.ts';
import type { Preview } from '#engine/playback/previews.ts';
import { pictureStep } from '#domain/timeline/ribbon.ts';
import { Shelf } from './shelf.ts';
import type { Engine } from '#state/app/engine.ts';

export interface Glimpse {
	/** Wall time of the frame it shows. */
	readonly ms: number;
	readonly picture: ImageBitmap;
}

interface Slot {
	readonly key: string;
	readonly fromMs: number;
	readonly untilMs: number;
}

/** Of what is being recorded the picture comes a little later. */
const AGAIN_MS = 5000;

/** Pictures in memory; about 80 kB each. */
const MOST_KEPT = 160;

/** Thumbnails of one camera, opened as they come into sight, the newest wish first. */
export class Glimpses {
	/** The picture under the scrubbing hand. */
	under = $state.raw<Glimpse | null>(null);
	/** Rises when a picture of the ribbon has come. */
	come = $state(0);
	readonly #engine: Engine;
	#camera: CameraId | null = null;
	readonly #kept = new Shelf<Glimpse | null>(MOST_KEPT);
	#wanted: Slot[] = [];
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
		for (const glimpse of this.#kept.values()) glimpse?.picture.close();
		this.#kept.clear();
	}

	/** The hand is there; `null`: it has let go. */
	follow(ms: number | null): void {
		this.#handMs = ms;
		if (ms === null) this.under = null;
		else if (!this.#following) void this.#follow();
	}

	/** What there is for the slots of a ribbon; what is missing comes. */
	along(fromMs: number, toMs: number, msPerPx: number, widthPx: number): Glimpse[] {
		const step = pictureStep(msPerPx, widthPx);
		const found: Glimpse[] = [];
		const wanted: Slot[] = [];
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

	/** Footage was deleted or came back. */
	forget(): void {
		this.#kept.clear();
		this.come += 1;
	}

	async #follow(): Promise<void> {
		this.#following = true;
		for (let seenMs: number | null = null; this.#handMs !== null && this.#handMs !== seenMs;) {
			seenMs = this.#handMs;
			const glimpse = await this.#near(seenMs);
			if (this.#isHeld()) this.under = glimpse;
			else glimpse?.picture.close();
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
			const glimpse = await this.#first(next);
			this.#kept.set(next.key, glimpse);
			if (glimpse === null && Date.now() < next.untilMs + AGAIN_MS) this.#askAgain(next.key);
			this.come += 1;
		}
		this.#loading = false;
	}

	#askAgain(key: string): void {
		setTimeout(() => {
			if (this.#kept.get(key) === null) this.#kept.delete(key);
			this.come += 1;
		}, AGAIN_MS);
	}

	async #near(ms: number): Promise<Glimpse | null> {
		const preview = this.#camera && (await this.#engine.previews.near(this.#camera, ms * 1000));
		return preview && decoded(preview);
	}

	async #first({ fromMs, untilMs }: Slot): Promise<Glimpse | null> {
		const { previews } = this.#engine;
		const preview =
			this.#camera && (await previews.first(this.#camera, fromMs * 1000, untilMs * 1000));
		return preview && decoded(preview);
	}
}

async function decoded({ wallUs, jpeg }: Preview): Promise<Glimpse | null> {
	try {
		const picture = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
		return { ms: wallUs / 1000, picture };
	} catch {
		return null;
	}
}

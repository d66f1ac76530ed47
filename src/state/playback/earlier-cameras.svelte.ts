import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Origin } from '#domain/footage/origin.ts';
import { wholeCoverage } from '#engine/playback/day-playlist.ts';
import type { Engine } from '#state/app/engine.ts';
import { FifoCache } from './fifo-cache.ts';

/** A camera that is no longer of the home, and what it saved. */
export interface EarlierCamera {
	readonly id: CameraId;
	readonly name: string | null;
	readonly origins: readonly Origin[];
	/** Wall time, ms, of the oldest and newest kept frame. */
	readonly sinceMs: number;
	readonly untilMs: number;
	/** Object URL of its newest thumbnail. */
	readonly picture: string | null;
}

/** How soon it is looked again after something changed. */
const AGAIN_MS = 2000;
const MAX_PICTURES = 50;

/** PB43: cameras that left the home and have footage somewhere; `null` while loading. */
export class EarlierCameras {
	cameras = $state.raw<readonly EarlierCamera[] | null>(null);
	readonly #engine: Engine;
	readonly #pictures = new FifoCache<string>(MAX_PICTURES);
	#off: () => void = () => undefined;
	#cancel: (() => void) | null = null;
	#closed = false;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	watch(): void {
		const { origins, cameraDirectory, clock } = this.#engine;
		const later = (): void => {
			this.#cancel ??= clock.after(AGAIN_MS, () => {
				this.#cancel = null;
				void this.#refresh();
			});
		};
		const stops = [origins.on(later), cameraDirectory.on(later)];
		this.#off = () => {
			for (const stop of stops) stop();
		};
		void this.#refresh();
	}

	close(): void {
		this.#closed = true;
		this.#off();
		this.#cancel?.();
		for (const url of this.#pictures.values()) URL.revokeObjectURL(url);
	}

	#isClosed(): boolean {
		return this.#closed;
	}

	async #refresh(): Promise<void> {
		const { origins, footage, clock } = this.#engine;
		try {
			const found: EarlierCamera[] = [];
			for (const { id, name, former, origins: at } of await origins.cameras()) {
				if (!former) continue;
				const kept = wholeCoverage(await footage.runs(id), clock.wallMs() * 1000).footage;
				const [first, last] = [kept[0], kept.at(-1)];
				if (first === undefined || last === undefined) continue;
				const untilMs = last.endUs / 1000;
				found.push({
					...{ id, name, origins: at, untilMs },
					sinceMs: first.startUs / 1000,
					picture: await this.#picture(id, untilMs),
				});
			}
			if (!this.#closed) this.cameras = found.toSorted((a, b) => b.untilMs - a.untilMs);
		} catch (error) {
			expectFault(error);
			this.cameras ??= [];
		}
	}

	/** The newest one does not change: it records nothing more. */
	async #picture(camera: CameraId, untilMs: number): Promise<string | null> {
		const known = this.#pictures.get(camera);
		if (known !== undefined) return known;
		const found = await this.#engine.thumbnails.near(camera, untilMs * 1000);
		// Closed, nobody would revoke it.
		if (found === null || this.#isClosed()) return null;
		const url = URL.createObjectURL(new Blob([found.jpeg], { type: 'image/jpeg' }));
		this.#pictures.set(camera, url);
		return url;
	}
}

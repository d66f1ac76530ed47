import type { CameraId } from '#domain/base/ids.ts';
import { daysOf, firstEndingAfter } from '#domain/timeline/ribbon.ts';
import type { Span } from '#domain/footage/span.ts';
import { wholeCoverage } from '#engine/playback/day-playlist.ts';
import type { Engine } from '#state/app/engine.ts';
import { FifoCache } from './fifo-cache.ts';

export interface LibraryCamera {
	readonly id: CameraId;
	readonly name: string | null;
	/** Wall time, ms, of the oldest and newest kept frame. */
	readonly sinceMs: number;
	readonly untilMs: number;
	/** The newest days with footage, newest first. */
	readonly days: readonly LibraryDay[];
}

export interface LibraryDay {
	/** Start of its footage, ms. */
	readonly firstMs: number;
	/** Object URL of a thumbnail. */
	readonly picture: string | null;
}

/** Days shown; the calendar has all of them. */
const MAX_DAYS = 7;
/** Thumbnails do not change; only a camera that just started recording lacks one. */
const AGAIN_MS = 10_000;

/**
 * Cameras with footage on this device; `null` while loading. The home screen shows it, so it asks
 * nobody else.
 */
export class Library {
	cameras = $state.raw<readonly LibraryCamera[] | null>(null);
	readonly #engine: Engine;
	readonly #pictures = new FifoCache<{ url: string | null; askedMs: number }>(200);
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	watch(): void {
		this.#off = this.#engine.segments.watch(() => void this.#refresh());
		void this.#refresh();
	}

	close(): void {
		this.#off();
		for (const { url } of this.#pictures.values()) if (url !== null) URL.revokeObjectURL(url);
	}

	async #refresh(): Promise<void> {
		const { segments, localDevice } = this.#engine;
		const { state } = localDevice;
		const own = state.kind === 'ready' ? [...state.cameras, ...state.removed] : [];
		try {
			const found: LibraryCamera[] = [];
			for (const id of await segments.cameras()) {
				const name = own.find((camera) => camera.id === id)?.name ?? null;
				const runs = (await segments.runs(id)).filter(({ lastSeq }) => lastSeq > 0);
				if (runs.length === 0) continue;
				const { footage: kept } = wholeCoverage(runs, this.#engine.clock.wallMs() * 1000);
				found.push({
					...{ id, name },
					sinceMs: Math.min(...runs.map(({ startUs }) => startUs)) / 1000,
					untilMs: Math.max(...runs.map(({ endUs }) => endUs)) / 1000,
					days: await this.#days(id, kept),
				});
			}
			this.cameras = found;
		} catch {
			this.cameras ??= [];
		}
	}

	async #days(camera: CameraId, footage: readonly Span[]): Promise<LibraryDay[]> {
		const { calendar } = this.#engine;
		const fromMs = (footage[0]?.startUs ?? 0) / 1000;
		const toMs = (footage.at(-1)?.endUs ?? 0) / 1000;
		const found: LibraryDay[] = [];
		const newest = Math.max(fromMs, toMs - 62 * 86_400_000);
		for (const { startMs, endMs } of [...daysOf(newest, toMs - 1, calendar)].reverse()) {
			const first = footage[firstEndingAfter(footage, startMs * 1000)];
			if (first === undefined || first.startUs >= endMs * 1000) continue;
			const firstMs = Math.max(startMs, first.startUs / 1000);
			found.push({ firstMs, picture: await this.#picture(camera, firstMs, endMs) });
			if (found.length === MAX_DAYS) break;
		}
		return found;
	}

	/** The day's first thumbnail; retried only while there is none. */
	async #picture(camera: CameraId, fromMs: number, toMs: number): Promise<string | null> {
		const key = `${camera} ${fromMs}`;
		const known = this.#pictures.get(key);
		const now = this.#engine.clock.monotonicMs();
		if (known && (known.url !== null || now - known.askedMs < AGAIN_MS)) return known.url;
		const preview = await this.#engine.thumbnails.first(camera, fromMs * 1000, toMs * 1000);
		const url = preview && URL.createObjectURL(new Blob([preview.jpeg], { type: 'image/jpeg' }));
		this.#pictures.set(key, { url, askedMs: now });
		return url;
	}
}

import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { SavedCamera } from '#domain/footage/origin.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import { hasSound } from '#domain/media/silence.ts';
import { coveredDays, type CoveredDay } from '#domain/timeline/covered-days.ts';
import { wholeCoverage } from '#engine/playback/day-playlist.ts';
import type { MarkControls } from '#engine/sync/marks/footage-marks.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import { subscribed } from '#state/app/subscribed.ts';
import type { Engine } from '#state/app/engine.ts';
import { relayAnswer, type RelayAnswer } from './saved-origins.svelte.ts';

/** What one camera saved, wherever that is. */
export interface ShelfCamera extends SavedCamera {
	/** Sorted and disjoint; at least one span. */
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
	/** Some of it has sound. */
	readonly sound: boolean;
	readonly pins: readonly Span[];
}

/** Days offered at once; the calendar of a camera has all of them. */
const MAX_DAYS = 31;

export function daysOfFootage(
	{ calendar }: Pick<Engine, 'calendar'>,
	footage: readonly Span[],
): CoveredDay[] {
	return coveredDays(footage, calendar, MAX_DAYS);
}

/** The parts of spans that lie on a day, ms. */
export function spansOf(
	spans: readonly Span[],
	{ startMs, endMs }: Pick<CoveredDay, 'startMs' | 'endMs'>,
): { readonly fromMs: number; readonly toMs: number }[] {
	return spans
		.map(({ startUs, endUs }) => ({
			fromMs: Math.max(startMs, startUs / 1000),
			toMs: Math.min(endMs, endUs / 1000),
		}))
		.filter(({ fromMs, toMs }) => fromMs < toMs);
}

/** A picture of a camera's day; `null`: there is none. */
export async function firstPicture(
	{ thumbnails }: Pick<Engine, 'thumbnails'>,
	camera: CameraId,
	{ firstMs, endMs }: Pick<CoveredDay, 'firstMs' | 'endMs'>,
): Promise<Blob | null> {
	const found = await thumbnails.first(camera, firstMs * 1000, endMs * 1000);
	return found && new Blob([found.jpeg], { type: 'image/jpeg' });
}

/** All footage of the home, by camera and by day. */
export class Shelf {
	/** `null`: not read yet. */
	cameras = $state.raw<readonly ShelfCamera[] | null>(null);
	/** Why it could not be read; the next change reads again. */
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;
	#marks: MarkControls | null = null;
	#closed = false;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = subscribed(
			...[engine.origins, engine.messenger, engine.members, engine.cameraDirectory],
		);
	}

	/** What stands between this device and what the relay has. */
	get relay(): RelayAnswer {
		this.#subscribe();
		return relayAnswer(this.#engine);
	}

	/** Cameras of other devices of the home, of which nothing that was saved is to be had. */
	get without(): readonly WatchedCamera[] {
		this.#subscribe();
		return this.#engine.cameraDirectory.cameras.filter(
			({ id, own, blank }) => !own && !blank && this.cameras?.some((one) => one.id === id) !== true,
		);
	}

	watch(): void {
		this.#off = this.#engine.footage.watch(() => void this.refresh());
		void this.refresh();
	}

	close(): void {
		this.#closed = true;
		this.#off();
	}

	/** The newest days on which any camera saved something; of each part, the largest share. */
	get days(): readonly CoveredDay[] {
		const all = (this.cameras ?? []).flatMap(({ footage }) => daysOfFootage(this.#engine, footage));
		return all
			.filter(({ startMs }, n) => all.findIndex((other) => other.startMs === startMs) === n)
			.map((day) => {
				const same = all.filter(({ startMs }) => startMs === day.startMs);
				return {
					...day,
					firstMs: Math.min(...same.map(({ firstMs }) => firstMs)),
					shares: day.shares.map((_, n) => Math.max(...same.map(({ shares }) => shares[n] ?? 0))),
				};
			})
			.sort((a, b) => b.startMs - a.startMs)
			.slice(0, MAX_DAYS);
	}

	/** Pins elsewhere come when they are heard of. */
	async #markControls(): Promise<MarkControls> {
		const marks = await this.#engine.marks();
		if (this.#closed || this.#marks === marks) return marks;
		this.#marks = marks;
		const [off, offMarks] = [this.#off, marks.on(() => void this.refresh())];
		this.#off = () => {
			off();
			offMarks();
		};
		return marks;
	}

	/** Never throws: `fault` says what went wrong. */
	async refresh(): Promise<void> {
		const { footage, origins, clock } = this.#engine;
		try {
			const marks = await this.#markControls();
			const found: ShelfCamera[] = [];
			for (const camera of await origins.cameras()) {
				const { id } = camera;
				const runs = await footage.runs(id);
				const { footage: kept, gaps } = wholeCoverage(runs, clock.wallMs() * 1000);
				if (kept.length === 0) continue;
				const sound = runs.some(({ mime }) => hasSound(mime));
				found.push({ ...camera, footage: kept, gaps, sound, pins: await marks.pins(id) });
			}
			this.cameras = found.toSorted((a, b) => Number(a.former) - Number(b.former));
			this.fault = null;
		} catch (error) {
			this.fault = faultOf(error);
		}
	}
}

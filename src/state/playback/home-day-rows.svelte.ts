import type { CameraId } from '#domain/base/ids.ts';
import { merged } from '#domain/footage/coverage.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import { footageFrom, hasFootageAt, LAST_FRAME_MS } from '#domain/timeline/in-step.ts';
import type { Engine } from '#state/app/engine.ts';
import { DayEvents } from './day-events.svelte.ts';
import { spanAt } from './footage-calendar.ts';
import { spansOf, type ShelfCamera } from './shelf.svelte.ts';

/** Footage of one camera, and what happened there on the day at the hand. */
export interface DayRow {
	readonly camera: ShelfCamera;
	readonly events: DayEvents;
}

interface LocalDay {
	readonly startMs: number;
	readonly endMs: number;
}

/** Those without a name come last. */
const byName = (a: ShelfCamera, b: ShelfCamera): number =>
	Number(a.name === null) - Number(b.name === null) || (a.name ?? '').localeCompare(b.name ?? '');

/** What the cameras of the home have: a row for each with footage. */
export class DayRows {
	all = $state.raw<readonly DayRow[]>([]);
	/** Footage of any camera: sorted and disjoint. */
	footage = $state.raw<readonly Span[]>([]);
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	update(cameras: readonly ShelfCamera[]): void {
		const next = cameras.toSorted(byName).map((camera) => ({
			...{ camera, events: this.of(camera.id)?.events ?? this.#eventsOf(camera.id) },
		}));
		for (const { camera, events } of this.all)
			if (!next.some((row) => row.camera.id === camera.id)) events.close();
		this.all = next;
		this.footage = merged(cameras.flatMap(({ footage }) => footage));
	}

	close(): void {
		for (const { events } of this.all) events.close();
	}

	/** Reads the events of the day at the hand. */
	follow(ms: number): void {
		for (const { events } of this.all) events.follow(ms);
	}

	of(id: CameraId): DayRow | null {
		return this.all.find(({ camera }) => camera.id === id) ?? null;
	}

	footageOf(id: CameraId): readonly Span[] {
		return this.of(id)?.camera.footage ?? [];
	}

	covers(id: CameraId, ms: number): boolean {
		return hasFootageAt(this.footageOf(id), ms);
	}

	gapAt(id: CameraId, ms: number): Gap | null {
		return spanAt(this.of(id)?.camera.gaps ?? [], ms);
	}

	/** Where a camera's next footage after a moment begins; `null`: there is none. */
	nextFootage(id: CameraId, ms: number): number | null {
		const next = footageFrom(this.footageOf(id), ms);
		return next && next.startUs / 1000;
	}

	/** Where a camera's footage before a moment ends; `null`: there is none. */
	lastFootage(id: CameraId, ms: number): number | null {
		const last = this.footageOf(id).findLast(({ startUs }) => startUs <= ms * 1000);
		return last ? Math.min(ms, last.endUs / 1000) : null;
	}

	/** Cameras with footage on a day. */
	on(day: LocalDay): readonly ShelfCamera[] {
		return this.all
			.map(({ camera }) => camera)
			.filter(({ footage }) => spansOf(footage, day).length > 0);
	}

	/** A moment on the previous day with footage. */
	dayBefore({ startMs }: LocalDay): number | null {
		const before = this.footage.findLast(({ startUs }) => startUs < startMs * 1000);
		return before ? Math.min(before.endUs / 1000, startMs) - LAST_FRAME_MS : null;
	}

	dayAfter({ endMs }: LocalDay): number | null {
		const after = this.footage.find(({ endUs }) => endUs > endMs * 1000);
		return after ? Math.max(after.startUs / 1000, endMs) : null;
	}

	/** The nearest event of any camera before (-1) or after (1) a moment; `null`: none. */
	async nearestEvent(
		handMs: number,
		by: 1 | -1,
		range: { readonly fromMs: number; readonly toMs: number },
	): Promise<{ readonly ms: number; readonly events: DayEvents } | null> {
		const found = await Promise.all(
			this.all.map(async ({ events }) => ({ events, ms: await events.near(handMs, by, range) })),
		);
		const there = found.flatMap(({ events, ms }) => (ms === null ? [] : [{ events, ms }]));
		return there.sort((a, b) => (a.ms - b.ms) * by)[0] ?? null;
	}

	#eventsOf(id: CameraId): DayEvents {
		const made = new DayEvents(this.#engine);
		made.open(id);
		return made;
	}
}

import type { CameraId } from '#domain/base/ids.ts';
import {
	handAt,
	handStep,
	hasFootageAt,
	MAX_PICTURES,
	picturesOf,
	skipTarget,
	type HandClock,
} from '#domain/timeline/in-step.ts';
import type { Engine } from '#state/app/engine.ts';
import { momentsOfTime, monthOf, startOfDay, type CalendarMonth } from './footage-calendar.ts';
import { storedChoice, storeChoice, type DayChoice } from './home-day-choice.ts';
import { DayPicture } from './home-day-picture.svelte.ts';
import { DayRows } from './home-day-rows.svelte.ts';
import type { MovingControls } from './playback.svelte.ts';
import { Ribbon } from './ribbon.svelte.ts';
import { Shelf, type ShelfCamera } from './shelf.svelte.ts';

/** How often the hand moves, and the pictures are compared with it. */
const TICK_MS = 60;
/** After a jump, the hand waits for the slowest picture at most this long. */
const PATIENCE_MS = 1500;
/** Opened without a time, this much before the end. */
const BEFORE_END_MS = 10_000;
/** What was passed is said for this long. */
const SAID_MS = 5000;

/** Saved footage of the whole home under one hand. Rules: docs/spec/playback.md, PB50 to PB59. */
export class HomeDay implements MovingControls {
	readonly ribbon: Ribbon;
	readonly shelf: Shelf;
	readonly rows: DayRows;
	pictures = $state.raw<readonly DayPicture[]>([]);
	/** The one camera that is heard; `null`: none. */
	heard = $state<CameraId | null>(null);
	/** The hand waits for the pictures. */
	waiting = $state(false);
	/** What the hand has just passed, because no picture had footage there. */
	skipped = $state.raw<{ readonly fromMs: number; readonly toMs: number } | null>(null);
	#moving = $state(false);
	#rate = $state(1);
	#choice: DayChoice;
	#clock: HandClock = { wallMs: 0, sinceMs: 0, rate: 0 };
	#patientMs = -Infinity;
	/** Start of the day whose cameras are on show. */
	#dayMs = Number.NaN;
	readonly #engine: Engine;
	readonly #atMs: number | null;
	#off: () => void = () => undefined;

	/** `atMs`: where the hand is first; `null`: near the end. `first`: cameras to show first. */
	constructor(engine: Engine, atMs: number | null, first: readonly CameraId[]) {
		this.#engine = engine;
		this.#atMs = atMs;
		this.ribbon = new Ribbon(engine.calendar);
		this.shelf = new Shelf(engine);
		this.rows = new DayRows(engine);
		const stored = storedChoice();
		this.#choice = first.length === 0 ? stored : { ...stored, first };
	}

	watch(): void {
		this.#off = this.#engine.clock.every(TICK_MS, () => this.#tick());
		this.shelf.watch();
	}

	close(): void {
		this.#off();
		this.shelf.close();
		for (const picture of this.pictures) picture.close();
		this.rows.close();
	}

	get state() {
		const kind = this.#moving ? ('playing' as const) : ('paused' as const);
		const none = this.rows.footage.length === 0;
		return { kind, wallMs: none ? null : this.ribbon.handMs, rate: this.#rate };
	}

	get handMs(): number {
		return this.ribbon.handMs;
	}

	/** The local day at the hand. */
	get day(): { readonly startMs: number; readonly endMs: number } {
		const { calendar } = this.#engine;
		const { year, month, day } = calendar.fieldsOf(this.handMs);
		return {
			startMs: calendar.dayStart(year, month, day),
			endMs: calendar.dayStart(year, month, day + 1),
		};
	}

	/** Cameras with footage on that day. */
	get present(): readonly ShelfCamera[] {
		return this.rows.on(this.day);
	}

	/** Call whenever `shelf.cameras` has changed. */
	update(cameras: readonly ShelfCamera[]): void {
		const first = this.rows.all.length === 0;
		this.rows.update(cameras);
		const { footage } = this.rows;
		const fromMs = (footage[0]?.startUs ?? 0) / 1000;
		const toMs = (footage.at(-1)?.endUs ?? 0) / 1000;
		if (first && toMs > 0) {
			const atMs = this.#atMs ?? Math.max(fromMs, toMs - BEFORE_END_MS);
			this.ribbon.follow(fromMs, toMs, Math.min(Math.max(atMs, fromMs), toMs));
			this.#stand(this.ribbon.handMs);
		} else this.ribbon.follow(fromMs, toMs, null);
		if (toMs > 0) this.#arrange();
	}

	/** Shows a camera as a picture, the last one in place if there is no room; or puts it away. */
	choose(id: CameraId): void {
		const shown = this.pictures.map((picture) => picture.id);
		const away = this.#choice.away.filter((other) => other !== id);
		if (shown.includes(id)) {
			if (shown.length === 1) return;
			this.#choice = { first: shown.filter((other) => other !== id), away: [...away, id] };
		} else this.#choice = { first: [...shown.slice(0, MAX_PICTURES - 1), id], away };
		storeChoice(this.#choice);
		this.#arrange(true);
	}

	listen(id: CameraId | null): void {
		this.heard = id;
	}

	toggle(): void {
		if (this.#moving) this.pause();
		else this.play();
	}

	play(): void {
		if (this.#moving || this.rows.footage.length === 0) return;
		const { handMs } = this;
		const nowMs = this.#engine.clock.monotonicMs();
		this.skipped = null;
		this.#moving = true;
		this.#patientMs = nowMs + PATIENCE_MS;
		for (const picture of this.pictures) {
			const { kind } = picture.seen(this.rows.footageOf(picture.id), handMs, nowMs);
			if (kind === 'failed') void picture.goTo(handMs);
		}
	}

	pause(): void {
		if (!this.#moving) return;
		const ms = handAt(this.#clock, this.#engine.clock.monotonicMs());
		this.#moving = false;
		this.#goTo(ms);
	}

	rate(rate: number): void {
		this.#rate = rate;
		this.#stand(this.handMs);
	}

	skip(ms: number): Promise<void> {
		return this.rest(this.ribbon.hold(skipTarget(this.rows.footage, this.handMs + ms, ms > 0)));
	}

	/** A frame of the first picture that has footage here; the others follow it. */
	step(by: 1 | -1): void {
		this.pause();
		const { handMs } = this;
		const lead = this.pictures.find(({ id }) => this.rows.covers(id, handMs)) ?? this.pictures[0];
		void lead?.step(by).then((ms) => {
			if (ms === null || this.#moving || this.handMs !== handMs) return;
			this.#show(ms);
			for (const picture of this.pictures) if (picture !== lead) void picture.goTo(ms);
		});
	}

	/** While the hand is dragged. */
	scrub(ms: number): void {
		this.skipped = null;
		for (const picture of this.pictures) picture.scrub(ms, this.ribbon.spanMs);
		this.#follow(ms);
	}

	/** When the hand comes to rest. */
	rest(ms: number): Promise<void> {
		this.skipped = null;
		this.ribbon.letGo();
		this.#goTo(ms);
		return Promise.resolve();
	}

	/** To the next (1) or previous (-1) event of any camera; `false`: none. */
	async toEvent(by: 1 | -1): Promise<boolean> {
		const { handMs } = this;
		const nearest = await this.rows.nearestEvent(handMs, by, this.ribbon);
		if (nearest === null) return false;
		await this.rest(this.ribbon.hold(nearest.ms));
		nearest.events.landed(nearest.ms, this.handMs);
		return true;
	}

	/** A moment on the previous day with footage. */
	get dayBeforeMs(): number | null {
		return this.rows.dayBefore(this.day);
	}

	get dayAfterMs(): number | null {
		return this.rows.dayAfter(this.day);
	}

	dayOf(ms: number): number {
		return startOfDay(this.#engine.calendar, ms);
	}

	momentsOf(dayMs: number, time: string): readonly number[] {
		return momentsOfTime(this.#engine.calendar, dayMs, time);
	}

	hasFootage(ms: number): boolean {
		return hasFootageAt(this.rows.footage, ms);
	}

	month(ms: number, shift: number): CalendarMonth {
		return monthOf(this.#engine.calendar, this.rows.footage, ms, shift);
	}

	#tick(): void {
		if (!this.#moving || this.ribbon.heldMs !== null) return;
		const nowMs = this.#engine.clock.monotonicMs();
		const handMs = handAt(this.#clock, nowMs);
		const seen = this.pictures.map((picture) =>
			picture.seen(this.rows.footageOf(picture.id), handMs, nowMs),
		);
		const step = handStep(seen, handMs, nowMs < this.#patientMs);
		this.waiting = step.do === 'wait';
		switch (step.do) {
			case 'fail':
				this.pause();
				return;
			case 'end': {
				// Another day's cameras may have more.
				const more = this.rows.footage.find(({ startUs }) => startUs > handMs * 1000);
				if (more) this.#skipTo(handMs, more.startUs / 1000);
				else this.pause();
				return;
			}
			case 'skip':
				this.#skipTo(handMs, step.toMs);
				return;
			case 'wait':
				this.#stand(handMs);
				break;
			case 'run':
				this.#patientMs = -Infinity;
				if (this.#clock.rate === 0)
					this.#clock = { wallMs: handMs, sinceMs: nowMs, rate: this.#rate };
				for (const [n, picture] of this.pictures.entries()) {
					const one = seen[n];
					if (one) picture.follow(one, handMs, this.#rate, nowMs);
				}
		}
		if (this.skipped !== null && handMs > this.skipped.toMs + SAID_MS) this.skipped = null;
		this.#show(handMs);
	}

	#pictureOf(id: CameraId): DayPicture | undefined {
		return this.pictures.find((picture) => picture.id === id);
	}

	#skipTo(fromMs: number, toMs: number): void {
		this.#goTo(toMs);
		this.skipped = { fromMs, toMs };
	}

	/** Hand and pictures to a moment. */
	#goTo(wantedMs: number): void {
		const { fromMs, toMs } = this.ribbon;
		// At the very end the last frame is shown, not that there is nothing after it.
		const ms = Math.max(fromMs, Math.min(wantedMs, toMs - 1));
		this.#stand(ms);
		this.waiting = false;
		this.#patientMs = this.#engine.clock.monotonicMs() + PATIENCE_MS;
		this.#show(ms);
		for (const picture of this.pictures) void picture.goTo(ms);
	}

	#stand(ms: number): void {
		this.#clock = { wallMs: ms, sinceMs: this.#engine.clock.monotonicMs(), rate: 0 };
	}

	#show(ms: number): void {
		if (!this.#moving) this.#stand(ms);
		this.ribbon.follow(this.ribbon.fromMs, this.ribbon.toMs, ms);
		this.#follow(ms);
	}

	/** The hand is at a moment: its events, and its day's cameras. */
	#follow(ms: number): void {
		this.rows.follow(ms);
		if (this.ribbon.heldMs === null && this.dayOf(ms) !== this.#dayMs) this.#arrange();
	}

	/** PB51: the pictures of the day at the hand; those that stay go on as they are. */
	#arrange(anew = false): void {
		const { startMs } = this.day;
		const present = this.present.map(({ id }) => id);
		const cameras = this.rows.all.map(({ camera: { id } }) => ({
			id,
			covered: present.includes(id),
		}));
		const { first, away } = this.#choice;
		const shown = this.pictures.map(({ id }) => id);
		// Another camera that begins to record takes no place, only a free one.
		const asked = anew || startMs !== this.#dayMs ? first : [...shown, ...first];
		this.#dayMs = startMs;
		const ids = picturesOf(cameras, asked, away);
		this.rows.follow(this.handMs);
		// On a day without footage the pictures stay.
		if (ids.length === 0) return;
		if (ids.length === shown.length && ids.every((id, n) => id === shown[n])) return;
		const handMs = (): number => handAt(this.#clock, this.#engine.clock.monotonicMs());
		const next = ids.map((id) => this.#pictureOf(id) ?? new DayPicture(this.#engine, id, handMs));
		for (const picture of this.pictures) if (!next.includes(picture)) picture.close();
		this.pictures = next;
		if (this.heard !== null && !ids.includes(this.heard)) this.heard = null;
	}
}

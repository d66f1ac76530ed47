import { subscribed } from '#state/app/subscribed.ts';
import { expectFault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import { wholeCoverage } from '#engine/playback/day-playlist.ts';
import {
	INITIAL_STATE,
	type PlayerControls,
	type PlayerState,
} from '#engine/playback/player-state.ts';
import type { Engine } from '#state/app/engine.ts';
import { ThumbnailCache } from './thumbnail-cache.svelte.ts';
import { DayEvents } from './day-events.svelte.ts';
import {
	momentsOfTime,
	monthOf,
	spanAt,
	startOfDay,
	type CalendarMonth,
} from './footage-calendar.ts';
import { SpanSelection } from './span-selection.svelte.ts';
import { Ribbon } from './ribbon.svelte.ts';

/** Distance from the end at which footage is certainly saved. */
const SHORT_MS = 1000;
const BEFORE_END_US = 10_000_000;
/**
 * Delay before another day opens, which takes half a second: scrubbing past it must not pay that.
 */
const SLOW_MS = 120;
/** How often it is looked what there is, before anything of it is played. */
const LIST_MS = 2000;

/** The live picture may cover saved footage; scrubbing leaves it. */
export interface LiveOverlay {
	on(): boolean;
	leave(): void;
	/**
	 * PB40: nothing is played before somebody leaves the live picture: playing footage from elsewhere
	 * costs its bytes, and is a look at it.
	 */
	readonly waits: boolean;
}

/** Moves through saved footage: of one camera, or of several in step. */
export interface MovingControls {
	readonly state: Pick<PlayerState, 'kind' | 'wallMs' | 'rate'> | null;
	toggle(): void;
	/** By so much time, ms; forward or back. */
	skip(ms: number): Promise<void>;
	/** To the next or the previous frame. */
	step(by: 1 | -1): void;
	rate(rate: number): void;
}

const NO_LIVE_OVERLAY: LiveOverlay = {
	on: () => false,
	leave: () => undefined,
	waits: false,
};

/** One player on one `<video>`, for the page that shows it. */
export class Playback implements MovingControls {
	#player = $state.raw<PlayerControls | null>(null);
	/** The URL names an unknown camera. */
	unknown = $state(false);
	readonly #engine: Engine;
	#subscribe: () => void = () => undefined;
	#camera: CameraId | null = null;
	#closed = false;
	#off: () => void = () => undefined;
	/** What there is, while the player has not been asked for any of it. */
	#listed = $state.raw<PlayerState | null>(null);
	#stopListing: () => void = () => undefined;
	#video: HTMLVideoElement | null = null;
	#aimMs: number | null = null;
	#beginning: Promise<void> | null = null;

	readonly ribbon: Ribbon;
	readonly selection: SpanSelection;
	readonly thumbnails: ThumbnailCache;
	readonly dayEvents: DayEvents;
	#slow: ReturnType<typeof setTimeout> | undefined;

	readonly #now: LiveOverlay;

	constructor(engine: Engine, now: LiveOverlay = NO_LIVE_OVERLAY) {
		this.#engine = engine;
		this.#now = now;
		this.ribbon = new Ribbon(engine.calendar);
		this.thumbnails = new ThumbnailCache(engine);
		this.dayEvents = new DayEvents(engine);
		this.selection = new SpanSelection(engine, this.ribbon, async () => {
			this.thumbnails.forget();
			// With nothing left there is no frame to continue from.
			const gone = (this.state?.wallMs ?? null) === null;
			await (gone ? this.retry() : this.#player?.reload());
		});
	}

	get state(): PlayerState | null {
		this.#subscribe();
		return this.#player?.state ?? this.#listed;
	}

	get camera(): CameraId | null {
		return this.#camera;
	}

	/** `address`: the camera's id as in the URL. `atMs`: where to start; `null`: near the end. */
	async open(video: HTMLVideoElement, address: string, atMs: number | null): Promise<void> {
		const camera = idFrom<CameraId>(address);
		this.unknown = camera === null;
		if (camera === null || this.#closed) return;
		this.#camera = camera;
		this.#video = video;
		this.#aimMs = atMs;
		this.selection.watch(camera);
		this.thumbnails.open(camera);
		this.dayEvents.open(camera);
		if (this.#now.on() && this.#now.waits) await this.#list(camera);
		else await this.#go(atMs);
	}

	/** What there is of a camera, without playing it; kept up to date. */
	async #list(camera: CameraId): Promise<void> {
		const { clock, footage } = this.#engine;
		let cancel: (() => void) | null = null;
		const off = footage.watch(() => {
			// The first answer from elsewhere is waited for; more is not in a hurry.
			if ((this.#listed?.footage.length ?? 0) === 0) void this.#look(camera);
			else
				cancel ??= clock.after(LIST_MS, () => {
					cancel = null;
					void this.#look(camera);
				});
		});
		this.#stopListing = () => {
			off();
			cancel?.();
		};
		await this.#look(camera);
	}

	async #look(camera: CameraId): Promise<void> {
		const { clock, footage } = this.#engine;
		try {
			const runs = await footage.runs(camera);
			if (this.#player !== null || this.#closed) return;
			const found = wholeCoverage(runs, clock.wallMs() * 1000);
			const last = found.footage.at(-1);
			const kind = last === undefined ? 'empty' : 'paused';
			const wallMs = last === undefined ? null : shortlyBeforeMs(last);
			this.#listed = { ...INITIAL_STATE, kind, wallMs, ...found };
			this.#follow(this.#listed);
		} catch (error) {
			// The next change looks again.
			expectFault(error);
		}
	}

	/** To a moment, which may be the first that is played; `null`: near the end. */
	async #go(ms: number | null): Promise<void> {
		if (this.#player !== null) {
			if (ms !== null) await this.#player.seek(ms);
			return;
		}
		this.#aimMs = ms;
		this.#beginning ??= this.#begin().finally(() => (this.#beginning = null));
		await this.#beginning;
	}

	async #begin(): Promise<void> {
		const [camera, video] = [this.#camera, this.#video];
		if (camera === null || video === null) return;
		this.#listed = { ...(this.#listed ?? INITIAL_STATE), kind: 'loading' };
		const player = await this.#engine.player(video);
		const lastMs = this.#aimMs ?? (await this.#lastMoment(camera));
		if (this.#closed) {
			player.close();
			return;
		}
		this.#stopListing();
		this.#subscribe = subscribed(player);
		this.#off = player.on(() => this.#follow(player.state));
		this.#player = player;
		await player.open(camera, this.#aimMs ?? lastMs);
	}

	close(): void {
		this.#closed = true;
		this.#off();
		this.#stopListing();
		clearTimeout(this.#slow);
		this.selection.close();
		this.thumbnails.close();
		this.dayEvents.close();
		this.#player?.close();
	}

	async play(): Promise<void> {
		if (this.#now.on()) await this.#leaveNow(0);
		await this.#player?.play();
	}

	pause(): void {
		this.#player?.pause();
	}

	async seek(wallMs: number): Promise<void> {
		if (this.#now.on()) this.#now.leave();
		await this.#go(wallMs);
	}

	async skip(ms: number): Promise<void> {
		if (this.#now.on()) await (ms < 0 ? this.#leaveNow(ms) : undefined);
		else await this.#player?.skip(ms);
	}

	toggle(): void {
		if (this.state?.kind === 'playing') this.pause();
		else void this.play();
	}

	step(by: 1 | -1): void {
		if (this.#now.on()) void this.#leaveNow(0);
		else void this.#player?.step(by);
	}

	rate(rate: number): void {
		this.#player?.rate(rate);
	}

	/** While scrubbing: shows what is near at once, and another day when the playhead slows down. */
	scrub(ms: number): void {
		if (this.#now.on()) this.#now.leave();
		this.thumbnails.follow(ms);
		clearTimeout(this.#slow);
		const day = this.state?.day;
		const near = day && day.startUs <= ms * 1000 && ms * 1000 < day.endUs;
		if (near) void this.#go(ms);
		else this.#slow = setTimeout(() => void this.#go(ms), SLOW_MS);
	}

	/** When scrubbing ends: shows the exact frame, or in a gap the next footage. */
	async rest(ms: number): Promise<void> {
		clearTimeout(this.#slow);
		if (this.#now.on()) this.#now.leave();
		await this.#go(ms);
		if (this.ribbon.heldMs !== ms) return;
		this.ribbon.letGo();
		this.thumbnails.follow(null);
	}

	/** To the next (1) or previous (-1) event that is not merely technical; `false`: none. */
	async toEvent(by: 1 | -1): Promise<boolean> {
		const { handMs, fromMs, toMs } = this.ribbon;
		const ms = await this.dayEvents.near(handMs, by, { fromMs, toMs });
		if (ms === null) return false;
		await this.rest(this.ribbon.hold(ms));
		this.dayEvents.landed(ms, this.ribbon.handMs);
		return true;
	}

	/** Moves an end of the selection under a finger; the picture shows that moment. */
	dragEnd(side: 'start' | 'end', ms: number): void {
		const atMs = this.selection.move(side, ms);
		if (atMs !== null) this.scrub(this.ribbon.hold(atMs));
	}

	/** Moves an end of the selection, and shows it: its picture, and where it is on the ribbon. */
	moveEnd(side: 'start' | 'end', ms: number): void {
		const atMs = this.selection.move(side, ms);
		if (atMs === null) return;
		this.selection.show();
		void this.rest(this.ribbon.hold(atMs));
	}

	/** A moment on the previous day with footage. */
	get dayBeforeMs(): number | null {
		const { day, footage } = this.state ?? {};
		const before = day && footage?.findLast(({ startUs }) => startUs < day.startUs);
		return before ? Math.min(before.endUs, day.startUs) / 1000 - 1000 : null;
	}

	get dayAfterMs(): number | null {
		const { day, footage } = this.state ?? {};
		const after = day && footage?.find(({ endUs }) => endUs > day.endUs);
		return after ? Math.max(after.startUs, day.endUs) / 1000 : null;
	}

	/** The first moment of a day. */
	dayOf(ms: number): number {
		return startOfDay(this.#engine.calendar, ms);
	}

	/** One moment, or two where the time occurs twice (TL15). */
	momentsOf(dayMs: number, time: string): readonly number[] {
		return momentsOfTime(this.#engine.calendar, dayMs, time);
	}

	hasFootage(ms: number): boolean {
		return spanAt(this.state?.footage ?? [], ms) !== null;
	}

	/** The calendar page of a month, relative to the month that contains `ms`. */
	month(ms: number, shift: number): CalendarMonth {
		return monthOf(this.#engine.calendar, this.state?.footage ?? [], ms, shift);
	}

	/** The gap that contains a moment. */
	gapAt(ms: number): Gap | null {
		return spanAt(this.state?.gaps ?? [], ms);
	}

	async retry(): Promise<void> {
		const camera = this.#camera;
		if (camera === null) return;
		const atMs = this.state?.wallMs ?? (await this.#lastMoment(camera));
		if (this.#player === null) await this.#go(atMs ?? null);
		else await this.#player.open(camera, atMs);
	}

	async #lastMoment(camera: CameraId): Promise<number | undefined> {
		const last = (await this.#engine.footage.runs(camera)).findLast(({ lastSeq }) => lastSeq > 0);
		return last && shortlyBeforeMs(last);
	}

	/** To the footage saved last, or the given offset before it. */
	async #leaveNow(ms: number): Promise<void> {
		this.#now.leave();
		await this.#go(Math.max(this.ribbon.fromMs, this.ribbon.toMs - SHORT_MS + ms));
	}

	/** Moves the ribbon with the playback position, and extends it with new footage. */
	#follow({ wallMs, footage, gaps }: PlayerState): void {
		const toMs = (footage.at(-1)?.endUs ?? 0) / 1000;
		this.ribbon.gaps = gaps;
		this.ribbon.follow(
			(footage[0]?.startUs ?? 0) / 1000,
			toMs,
			this.#now.on() && wallMs !== null ? toMs : wallMs,
		);
		if (wallMs !== null) this.dayEvents.follow(wallMs);
	}
}

/** Slightly before the end, so that there is something to play. */
function shortlyBeforeMs({ startUs, endUs }: Span): number {
	return Math.max(startUs, endUs - BEFORE_END_US) / 1000;
}

import type { CameraId } from '#domain/base/ids.ts';
import type { Span } from '#domain/footage/span.ts';
import { hasFootageAt, pictureStep, type StepPicture } from '#domain/timeline/in-step.ts';
import type { PlayerControls, PlayerState } from '#engine/playback/player-state.ts';
import type { Engine } from '#state/app/engine.ts';
import { subscribed } from '#state/app/subscribed.ts';
import { ThumbnailCache, type DecodedThumbnail } from './thumbnail-cache.svelte.ts';

/** Until the first seek has been timed. */
const SEEK_MS = 300;
const MAX_SEEK_MS = 3000;
/** A picture that plays and paints nothing for so long stands still, at rate 1. */
const STALLED_MS = 1500;
/** The same is not asked for again within this. */
const AGAIN_MS = 500;
/** What has failed is tried again after this, while the hand moves on. */
const RETRY_MS = 10_000;
/** The frame at a moment begins at most this much earlier. */
const FRAME_MS = 2000;
/** A frame is off by up to its own length when it is measured; several in a row tell. */
const SMOOTHING = 0.3;
/** While the hand drags at a scale this fine, thumbnails are too far apart. */
const FINE_MS = 600_000;
const SLOW_MS = 120;

/** One camera's picture among several: its player follows a hand that is not its own. */
export class DayPicture {
	readonly id: CameraId;
	readonly thumbnails: ThumbnailCache;
	/** By how much it is ahead of the hand while both move; `null`: not known, or not moving. */
	driftMs = $state<number | null>(null);
	#player = $state.raw<PlayerControls | null>(null);
	/** Requests to the player that are under way. */
	#pending = $state(0);
	readonly #engine: Engine;
	readonly #handMs: () => number;
	#subscribe: () => void = () => undefined;
	#off: () => void = () => undefined;
	#slow: () => void = () => undefined;
	#closed = false;
	#wantedMs: number;
	#seekMs = SEEK_MS;
	/** What was sought last, as long as nothing was played since. */
	#soughtMs: number | null = null;
	#frameMs: number | null = null;
	/** When the newest frame was painted, or playing was asked for; monotonic. */
	#sinceMs = 0;
	#asked = { what: '', atMs: -Infinity };
	#failedMs: number | null = null;

	/** `handMs`: where the hand is now. */
	constructor(engine: Engine, id: CameraId, handMs: () => number) {
		this.#engine = engine;
		this.id = id;
		this.#handMs = handMs;
		this.#wantedMs = handMs();
		this.thumbnails = new ThumbnailCache(engine);
	}

	get state(): PlayerState | null {
		this.#subscribe();
		return this.#player?.state ?? null;
	}

	/** It opens or seeks. */
	get busy(): boolean {
		return this.#pending > 0 || this.#player === null;
	}

	/** A thumbnail, when it is nearer to the hand than the frame on show. */
	get glimpse(): DecodedThumbnail | null {
		const { under } = this.thumbnails;
		if (under === null) return null;
		const away = (ms: number): number => Math.abs(ms - this.#wantedMs);
		return away(under.ms) < away(this.state?.wallMs ?? 0) ? under : null;
	}

	/** Plays in this element from now on. */
	async open(video: HTMLVideoElement): Promise<void> {
		const player = await this.#engine.player(video);
		if (this.#closed) {
			player.close();
			return;
		}
		this.#subscribe = subscribed(player);
		this.#off = player.on(() => this.#measure(player.state));
		this.#player = player;
		this.thumbnails.open(this.id);
		const ms = this.#wantedMs;
		await this.#request(() => player.open(this.id, ms));
		// The hand has moved meanwhile.
		if (ms !== this.#wantedMs) await this.goTo(this.#wantedMs);
		else this.#soughtMs = ms;
	}

	close(): void {
		this.#closed = true;
		this.#off();
		this.#slow();
		this.thumbnails.close();
		this.#player?.close();
	}

	/** Stands at a moment. */
	async goTo(ms: number): Promise<void> {
		this.#slow();
		this.#wantedMs = ms;
		this.#player?.pause();
		this.thumbnails.follow(ms);
		await this.#seek(ms);
		if (ms === this.#wantedMs) this.thumbnails.follow(null);
	}

	/** While the hand drags over `spanMs` of time: thumbnails at once, frames when it slows down. */
	scrub(ms: number, spanMs: number): void {
		this.#wantedMs = ms;
		this.thumbnails.follow(ms);
		this.#player?.pause();
		this.#slow();
		if (spanMs <= FINE_MS) void this.#seek(ms);
		else this.#slow = this.#engine.clock.after(SLOW_MS, () => void this.#seek(ms));
	}

	/** Steps a frame; where that leads, or `null`. */
	async step(by: 1 | -1): Promise<number | null> {
		const player = this.#player;
		if (player === null) return null;
		await this.#request(() => player.step(by));
		this.#soughtMs = null;
		return player.state.wallMs;
	}

	/** As it is while the hand is at `handMs`. `nowMs`: monotonic. */
	seen(footage: readonly Span[], handMs: number, nowMs: number): StepPicture {
		const state = this.#player?.state;
		const rate = state?.rate ?? 1;
		const common = { footage, seekMs: this.#seekMs, rate };
		if (state === undefined || this.#pending > 0) return { ...common, kind: 'busy', atMs: null };
		const { kind, wallMs } = state;
		if (kind === 'error' || kind === 'empty') return { ...common, kind: 'failed', atMs: null };
		if (kind === 'loading' || kind === 'seeking') return { ...common, kind: 'busy', atMs: null };
		if (kind !== 'playing') return { ...common, kind: 'still', atMs: this.#stillMs(wallMs) };
		const stalled = nowMs - this.#sinceMs > STALLED_MS * Math.max(1, 1 / rate);
		if (stalled) return { ...common, kind: 'moving', atMs: wallMs };
		if (this.driftMs === null) return { ...common, kind: 'new', atMs: null };
		return { ...common, kind: 'moving', atMs: handMs + this.driftMs };
	}

	/** Does what keeps it with a hand that moves at `rate`. */
	follow(seen: StepPicture, handMs: number, rate: number, nowMs: number): void {
		const player = this.#player;
		if (player === null) return;
		this.#wantedMs = handMs;
		if (seen.kind === 'failed') {
			this.#failedMs ??= nowMs;
			const due = nowMs - this.#failedMs >= RETRY_MS && hasFootageAt(seen.footage, handMs);
			if (due) void this.#seek(handMs);
			return;
		}
		this.#failedMs = null;
		const step = pictureStep(seen, handMs, rate);
		if (step.do === 'nothing') return;
		if (step.do === 'rate') {
			player.rate(step.rate);
			return;
		}
		const soon = nowMs - this.#asked.atMs < AGAIN_MS;
		if (soon && this.#asked.what === step.do) return;
		this.#asked = { what: step.do, atMs: nowMs };
		switch (step.do) {
			case 'play':
				if (player.state.rate !== rate) player.rate(rate);
				this.driftMs = null;
				this.#sinceMs = nowMs;
				void player.play();
				break;
			case 'pause':
				player.pause();
				this.driftMs = null;
				break;
			case 'seek':
				void this.#seek(step.toMs);
		}
	}

	async #seek(ms: number): Promise<void> {
		const player = this.#player;
		if (player === null) return;
		const begunMs = this.#engine.clock.monotonicMs();
		this.#failedMs = null;
		await this.#request(() => player.seek(ms));
		if (this.#pending > 0) return;
		const tookMs = this.#engine.clock.monotonicMs() - begunMs;
		this.#seekMs = Math.min(MAX_SEEK_MS, (this.#seekMs + tookMs) / 2);
		this.#soughtMs = ms;
	}

	async #request(work: () => Promise<void>): Promise<void> {
		this.#pending += 1;
		this.driftMs = null;
		this.#soughtMs = null;
		await work();
		this.#pending -= 1;
		this.#sinceMs = this.#engine.clock.monotonicMs();
	}

	/** Where a picture that stands is: at what was sought, unless that led elsewhere. */
	#stillMs(wallMs: number | null): number | null {
		const soughtMs = this.#soughtMs;
		if (wallMs === null || soughtMs === null) return wallMs;
		return wallMs <= soughtMs && wallMs > soughtMs - FRAME_MS ? soughtMs : wallMs;
	}

	#measure({ kind, wallMs }: PlayerState): void {
		if (wallMs === this.#frameMs) return;
		this.#frameMs = wallMs;
		if (kind !== 'playing' || wallMs === null || this.#pending > 0) return;
		this.#soughtMs = null;
		this.#sinceMs = this.#engine.clock.monotonicMs();
		const driftMs = wallMs - this.#handMs();
		const before = this.driftMs ?? driftMs;
		// A picture that has just passed a gap is elsewhere at once.
		const leaps = Math.abs(driftMs - before) > 1000;
		this.driftMs = leaps ? driftMs : before + (driftMs - before) * SMOOTHING;
	}
}

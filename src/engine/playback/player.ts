import { Listeners } from '#domain/base/listeners.ts';
import { expectFault, Fault, faultOf } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PlaybackScreen, PlaybackScreenEvent } from '#ports/media/playback-screen.ts';
import { Deadline } from './deadline.ts';
import { SeekResolver, type SeekResolverTools, type SeekTarget } from './seek-resolver.ts';
import { GapNotice } from './gap-notice.ts';
import { INITIAL_STATE, type PlayerControls, type PlayerState } from './player-state.ts';
import { wholeCoverage } from './day-playlist.ts';
import { startOfGroup, ShownPlaylist } from './shown-playlist.ts';
import { gapBefore, resolveSeek, type PlaybackPosition, type SeekRequest } from './seek-request.ts';

export interface PlayerTools extends SeekResolverTools {
	readonly clock: Clock;
	readonly screen: PlaybackScreen;
}

const FIRST_FRAME_MS = 10_000;
const SEEK_MS = 5_000;
/** How often a growing day is refreshed. */
const REFRESH_MS = 2_000;
/** PB14: how long a frozen picture is tolerated while playing. */
const FROZEN_MS = 10_000;
const WATCH_MS = 2_000;
/** Media that does not decode is excluded; this many in a row are an error (PB13). */
const MAX_MEDIA_FAILURES = 3;
/** Shorter than a frame of any profile: a skip this small moves by one frame at most. */
const STEP_MS = 20;
const MAX_STEP_MS = 1000;
/** PB10: groups excluded for one request before it becomes an error. */
const MAX_EXCLUSIONS = 20;

/** Plays one camera's footage. Rules: docs/spec/playback.md. */
export class Player implements PlayerControls {
	readonly #tools: PlayerTools;
	readonly #listeners = new Listeners();
	#state = INITIAL_STATE;
	#resolver: SeekResolver | null = null;
	#shown: ShownPlaylist | null = null;
	#wantsMotion = false;
	#pending: SeekRequest | null = null;
	#work: Promise<void> | null = null;
	#mediaFailures = 0;
	readonly #gapNotice = new GapNotice();
	#deadline: Deadline | null = null;
	#cancelRefresh: (() => void) | null = null;
	/** Requested position not shown yet: a retry seeks to it. */
	#aimUs: number | null = null;
	#frameMs = 0;
	#unlisten: (() => void)[] = [];

	constructor(tools: PlayerTools) {
		this.#tools = tools;
	}

	get state(): PlayerState {
		return this.#state;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	async open(camera: CameraId, atMs?: number): Promise<void> {
		this.close();
		const { clock, screen, footage } = this.#tools;
		const resolver = new SeekResolver(this.#tools, camera);
		this.#resolver = resolver;
		screen.preload();
		this.#unlisten = [
			screen.on((event) => this.#onScreen(event)),
			footage.watch(() => this.#onChange(resolver)),
			clock.every(WATCH_MS, () => this.#watch()),
		];
		const from = atMs === undefined ? null : { wallUs: atMs * 1000 };
		await this.#request({ from, byUs: 0 });
	}

	async play(): Promise<void> {
		this.#wantsMotion = true;
		await this.#request({ from: null, byUs: 0 });
	}

	pause(): void {
		this.#wantsMotion = false;
		this.#tools.screen.pause();
		if (this.#state.kind === 'playing') this.#set({ kind: 'paused' });
	}

	seek(wallMs: number): Promise<void> {
		return this.#request({ from: { wallUs: wallMs * 1000 }, byUs: 0 });
	}

	skip(ms: number): Promise<void> {
		return this.#request({ from: null, byUs: ms * 1000 });
	}

	async step(by: 1 | -1): Promise<void> {
		this.pause();
		const { wallMs } = this.#state;
		if (by < 0) {
			// Just before this frame starts, the previous frame is shown.
			await this.skip(-1);
			return;
		}
		for (let ms = STEP_MS; ms <= MAX_STEP_MS; ms += STEP_MS) {
			// Measured from the start of the current frame: a seek inside it would end there again.
			await this.skip(ms);
			if (this.#state.wallMs !== wallMs || this.#state.kind === 'error') return;
		}
	}

	async reload(): Promise<void> {
		const { wallMs } = this.#state;
		this.#resolver?.invalidate();
		this.#shown = null;
		if (wallMs !== null) await this.seek(wallMs);
	}

	rate(rate: number): void {
		this.#tools.screen.rate(rate);
		this.#set({ rate });
	}

	close(): void {
		for (const stop of this.#unlisten) stop();
		this.#unlisten = [];
		this.#cancelRefresh?.();
		this.#cancelRefresh = null;
		this.#resolver = null;
		this.#pending = null;
		this.#wantsMotion = false;
		this.#deadline?.cancel();
		this.#shown = null;
		this.#aimUs = null;
		this.#mediaFailures = 0;
		this.#tools.screen.clear();
		this.#set({ ...INITIAL_STATE, rate: this.#state.rate });
	}

	async #request({ from, byUs }: SeekRequest): Promise<void> {
		if (this.#resolver === null) return;
		const before = from === null ? this.#pending : null;
		this.#pending = { from: before?.from ?? from, byUs: (before?.byUs ?? 0) + byUs };
		// One at a time: a request in flight paints its frame, so that scrubbing shows progress.
		while (this.#work !== null || this.#hasPending()) {
			this.#work ??= this.#processRequests(this.#resolver).finally(() => (this.#work = null));
			await this.#work;
		}
		if (this.#shown?.starved === true && this.#wantsMotion) await this.#goRound(this.#shown);
	}

	async #processRequests(resolver: SeekResolver): Promise<void> {
		while (this.#pending !== null && this.#resolver === resolver) {
			const request = this.#pending;
			this.#pending = null;
			try {
				await this.#process(resolver, request);
			} catch (error) {
				if (this.#resolver !== resolver) return;
				// A failure is irrelevant once something newer is requested.
				if (!this.#hasPending()) this.#giveUp(faultOf(error));
			}
		}
	}

	async #process(resolver: SeekResolver, given: SeekRequest): Promise<void> {
		for (let [request, tries] = [given, 1]; ; tries += 1) {
			const { failure } = this.#shown ?? {};
			if (failure) await this.#excludeFailed(resolver, failure.fault);
			if (request.from !== null && 'wallUs' in request.from) this.#aimUs = request.from.wallUs;
			const target = await resolveSeek(resolver, request, this.#position());
			if (this.#resolver !== resolver) return;
			if (target === null) {
				this.#showNothing(resolver);
				return;
			}
			try {
				await this.#bring(resolver, request, target);
				if (this.#resolver !== resolver) return;
				this.#aimUs = null;
				await this.#settle(target);
				return;
			} catch (error) {
				if (this.#resolver !== resolver) return;
				const moment =
					this.#shown?.playlist === target.playlist &&
					this.#shown.offsetAt(target.point.positionUs);
				if (!(error instanceof Fault) || tries > MAX_EXCLUSIONS) throw error;
				if (!(await this.#excludeFailed(resolver, error))) throw error;
				if (moment && (request.from === null || request.byUs !== 0))
					request = { from: moment, byUs: 0 };
			}
		}
	}

	#showNothing(resolver: SeekResolver): void {
		this.#shown = null;
		this.#wantsMotion = false;
		this.#tools.screen.clear();
		this.#draw(resolver);
		this.#set({ kind: 'empty', wallMs: null, origin: null, gap: null, fault: null });
	}

	/** Shows the target frame. */
	async #bring(
		resolver: SeekResolver,
		{ from, byUs }: SeekRequest,
		{ playlist, point }: SeekTarget,
	): Promise<void> {
		const shown = this.#shown;
		const here = shown?.playlist === playlist && shown.playable;
		const gap = gapBefore(resolver, { from, byUs }, point.wallUs, this.#nowUs());
		this.#gapNotice.reset(point.positionUs);
		if (here && Math.abs(shown.positionUs - point.positionUs) < 2) {
			if (from !== null) this.#set({ gap });
			return;
		}
		const kind = this.#state.kind === 'loading' ? 'loading' : gap === null ? 'seeking' : 'gap';
		this.#set({ kind, gap, fault: null });
		if (here) {
			shown.ended = false;
			// If it fails from here on, the playlist is loaded again.
			shown.live = false;
			await this.#within(SEEK_MS, (signal) =>
				this.#tools.screen.seek(shown.secondsOf(point.positionUs), signal),
			);
			shown.live = true;
			return;
		}
		const next = new ShownPlaylist(playlist, point.positionUs);
		this.#shown = next;
		this.#draw(resolver);
		await this.#within(FIRST_FRAME_MS, (signal) =>
			this.#tools.screen.show(playlist, next.secondsOf(point.positionUs), signal),
		);
		next.live = true;
	}

	/** Plays, or pauses at the target. */
	async #settle({ end }: SeekTarget): Promise<void> {
		const { screen } = this.#tools;
		if (this.#shown?.ended === true && end) this.#wantsMotion = false;
		if (this.#wantsMotion) {
			await this.#within(SEEK_MS, (signal) => screen.play(signal));
			// Pause may have been pressed meanwhile.
			if (!this.#isMotionWanted()) screen.pause();
		}
		this.#frameMs = this.#tools.clock.monotonicMs();
		const still = end && this.#state.gap !== null ? 'gap' : 'paused';
		this.#set({ kind: this.#isMotionWanted() ? 'playing' : still, fault: null });
	}

	#giveUp(fault: Fault): void {
		this.#wantsMotion = false;
		this.#tools.screen.pause();
		this.#set({ kind: 'error', fault: fault.of('player') });
	}

	#position(): PlaybackPosition {
		const { wallMs } = this.#state;
		const wallUs = wallMs === null ? null : wallMs * 1000;
		return { shown: this.#shown, aimUs: this.#aimUs, wallUs, onwards: this.#wantsMotion };
	}

	#hasPending(): boolean {
		return this.#pending !== null;
	}

	#isMotionWanted(): boolean {
		return this.#wantsMotion;
	}

	/** Rebuilds the day without what just failed. `false`: there is no way around the fault. */
	async #excludeFailed(resolver: SeekResolver, fault: Fault): Promise<boolean> {
		const shown = this.#shown;
		const failure = shown?.failure;
		if (shown === null || !failure || failure.fault !== fault) return false;
		if (failure.why === 'media') {
			this.#mediaFailures += 1;
			const group = shown.groupOf(failure.key) ?? shown.groupAt(shown.positionUs);
			if (group === null || this.#mediaFailures > MAX_MEDIA_FAILURES) return false;
			resolver.exclude(group, fault.kind === 'unsupported');
		} else if (fault.kind !== 'corrupt') return false;
		const moment = shown.offsetAt(shown.positionUs);
		const playlist = await resolver.withExclusions(shown.playlist);
		if (this.#shown !== shown) return true;
		const again = moment && resolver.locate(playlist, moment);
		this.#shown = new ShownPlaylist(playlist, again?.point.positionUs ?? 0);
		this.#draw(resolver);
		return true;
	}

	#onScreen(event: PlaybackScreenEvent): void {
		const shown = this.#shown;
		if (shown === null) return;
		switch (event.kind) {
			case 'frame':
				this.#onFrame(shown, event.positionS * 1e6);
				break;
			case 'placed':
				shown.placed(event.key, event.offsetS);
				break;
			case 'failed':
				shown.failure = event;
				break;
			case 'starved':
				shown.starved = true;
				if (this.#work === null) void this.#goRound(shown);
				break;
			case 'ended':
				shown.ended = true;
				if (this.#work === null && this.#wantsMotion) void this.#request({ from: null, byUs: 0 });
				break;
			case 'moving':
				if (this.#work !== null) break;
				this.#wantsMotion = event.moving;
				if (event.moving) this.#set({ kind: 'playing' });
				else if (this.#state.kind === 'playing') this.#set({ kind: 'paused' });
				break;
		}
	}

	#onFrame(shown: ShownPlaylist, givenUs: number): void {
		const positionUs = shown.frameAt(givenUs);
		const last = shown.groupAt(shown.positionUs);
		const group = shown.groupAt(positionUs);
		const wallUs = shown.wallUsAt(positionUs);
		if (last === null || group === null || wallUs === null) return;
		shown.positionUs = positionUs;
		this.#mediaFailures = 0;
		this.#frameMs = this.#tools.clock.monotonicMs();
		const playing = this.#state.kind === 'playing';
		const gap = this.#gapNotice.next(this.#state, playing ? last : group, group, positionUs);
		this.#set({ wallMs: wallUs / 1000, gap, origin: shown.originAt(positionUs) });
	}

	/** Skips what failed, once everything before it was shown. */
	async #goRound(shown: ShownPlaylist): Promise<void> {
		const { failure } = shown;
		const group = failure === null ? null : shown.groupOf(failure.key);
		shown.starved = false;
		if (failure === null) return;
		const goesOn = group !== null && (failure.why === 'media' || failure.fault.kind === 'corrupt');
		if (goesOn) await this.#request({ from: startOfGroup(group), byUs: 0 });
		else this.#giveUp(failure.fault);
	}

	#watch(): void {
		const stillMs = this.#tools.clock.monotonicMs() - this.#frameMs;
		if (this.#work !== null || this.#state.kind !== 'playing' || stillMs < FROZEN_MS) return;
		if (this.#shown !== null) this.#shown.live = false;
		this.#giveUp(new Fault('timeout', `no new frame for ${FROZEN_MS} ms`));
	}

	#onChange(resolver: SeekResolver): void {
		resolver.stale = true;
		this.#cancelRefresh ??= this.#tools.clock.after(REFRESH_MS, () => {
			this.#cancelRefresh = null;
			void this.#refresh(resolver);
		});
	}

	async #refresh(resolver: SeekResolver): Promise<void> {
		try {
			await resolver.refreshRuns();
			if (this.#resolver !== resolver) return;
			this.#draw(resolver);
			if (this.#state.kind === 'empty') await this.#request({ from: null, byUs: 0 });
		} catch (error) {
			// The next change triggers another refresh; what is shown stays valid.
			expectFault(error);
		}
	}

	/** Updates what the timeline draws. */
	#draw(resolver: SeekResolver): void {
		const day = this.#shown?.playlist.day ?? resolver.dayOfUs(this.#nowUs());
		const { footage, gaps } = wholeCoverage(resolver.runs, this.#nowUs());
		this.#set({ day, footage, gaps, skipped: resolver.exclusions.skipped });
	}

	async #within(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
		const deadline = new Deadline();
		this.#deadline = deadline;
		await deadline.within(this.#tools.clock, ms, work).finally(() => (this.#deadline = null));
	}

	#nowUs(): number {
		return this.#tools.clock.wallMs() * 1000;
	}

	#set(change: Partial<PlayerState>): void {
		this.#state = { ...this.#state, ...change };
		this.#listeners.notify();
	}
}

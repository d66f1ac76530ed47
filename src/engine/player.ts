import { SEAM_US } from '#domain/coverage.ts';
import { Fault } from '#domain/fault.ts';
import type { CameraId } from '#domain/ids.ts';
import { keyFrom } from '#domain/playlist.ts';
import { spotAt } from '#domain/seek.ts';
import type { Gap, Span } from '#domain/timeline.ts';
import type { Clock } from '#ports/clock.ts';
import type { Screen, ScreenEvent } from '#ports/screen.ts';
import { Finding, type FindingTools, type Place, type Target } from './finding.ts';
import { coverageOf, type DayReel } from './reel.ts';
import { placeBefore, Shown } from './shown.ts';

/** What the player shows. One value; screens derive everything from it. */
export interface PlayerState {
	readonly kind: 'loading' | 'empty' | 'playing' | 'paused' | 'seeking' | 'gap' | 'error';
	/** Wall time of the frame on show, ms since 1970. */
	readonly wallMs: number | null;
	/** The gap the hand stands in or has just jumped over, for a sentence. */
	readonly gap: Gap | null;
	readonly fault: Fault | null;
	/** Segments that did not open and were skipped. */
	readonly skipped: number;
	/** The local day on show, with its footage and gaps: spans are sorted and do not touch. */
	readonly day: Span | null;
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
}

export interface PlayerControls {
	readonly state: PlayerState;
	on(listener: () => void): () => void;
	/** Opens a camera at a wall time, or at its newest footage, paused on a frame. */
	open(camera: CameraId, atMs?: number): Promise<void>;
	play(): Promise<void>;
	pause(): void;
	/** Goes to a wall time; in a gap it lands on the next footage and says why (`gap`). */
	seek(wallMs: number): Promise<void>;
	/** Back or forward over footage: gaps do not count. */
	skip(ms: number): Promise<void>;
	close(): void;
}

export interface PlayerTools extends FindingTools {
	readonly clock: Clock;
	readonly screen: Screen;
}

const FIRST_FRAME_MS = 10_000;
const SEEK_MS = 5_000;
/** A sentence about a gap that was jumped over stays for so much footage. */
const GAP_TOLD_US = 5_000_000;
/** How often a growing day is looked at. */
const REFRESH_MS = 2_000;
/** Media that does not decode is left out; so often in a row it is something else. */
const MOST_MEDIA_FAILURES = 3;

/** What is wanted next. Wishes that come while one is at work melt into one. */
interface Wish {
	/** From where: a wall time, behind a place, or (`null`) what is on show. */
	readonly from: { readonly wallUs: number } | { readonly after: Place } | null;
	/** Then so much further over footage. */
	readonly byUs: number;
}

const NOTHING: PlayerState = {
	kind: 'loading',
	wallMs: null,
	gap: null,
	fault: null,
	skipped: 0,
	day: null,
	footage: [],
	gaps: [],
};

/** Plays one camera's footage. Rules: docs/spec/playback.md. */
export class Player implements PlayerControls {
	readonly #tools: PlayerTools;
	readonly #listeners = new Set<() => void>();
	#state = NOTHING;
	#finding: Finding | null = null;
	#shown: Shown | null = null;
	#wantsMotion = false;
	#wish: Wish | null = null;
	#work: Promise<void> | null = null;
	#mediaFailures = 0;
	/** Where the gap that is being told was jumped over. */
	#gapToldUs = 0;
	#cancel: (() => void) | null = null;
	#cancelRefresh: (() => void) | null = null;
	#unlisten: (() => void)[] = [];

	constructor(tools: PlayerTools) {
		this.#tools = tools;
	}

	get state(): PlayerState {
		return this.#state;
	}

	on(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	async open(camera: CameraId, atMs?: number): Promise<void> {
		this.close();
		const { screen, segments } = this.#tools;
		const finding = new Finding(this.#tools, camera);
		this.#finding = finding;
		screen.warm();
		this.#unlisten = [
			screen.on((event) => this.#onScreen(event)),
			segments.watch(() => this.#onChange(finding)),
		];
		const from = atMs === undefined ? null : { wallUs: atMs * 1000 };
		await this.#want({ from, byUs: 0 });
	}

	async play(): Promise<void> {
		this.#wantsMotion = true;
		await this.#want({ from: null, byUs: 0 });
	}

	pause(): void {
		this.#wantsMotion = false;
		this.#tools.screen.pause();
		if (this.#state.kind === 'playing') this.#set({ kind: 'paused' });
	}

	seek(wallMs: number): Promise<void> {
		return this.#want({ from: { wallUs: wallMs * 1000 }, byUs: 0 });
	}

	skip(ms: number): Promise<void> {
		return this.#want({ from: null, byUs: ms * 1000 });
	}

	close(): void {
		for (const stop of this.#unlisten) stop();
		this.#unlisten = [];
		this.#cancelRefresh?.();
		this.#cancelRefresh = null;
		this.#finding = null;
		this.#wish = null;
		this.#wantsMotion = false;
		this.#cancel?.();
		this.#shown = null;
		this.#mediaFailures = 0;
		this.#tools.screen.clear();
		this.#set(NOTHING);
	}

	async #want({ from, byUs }: Wish): Promise<void> {
		const finding = this.#finding;
		if (finding === null) return;
		const before = from === null ? this.#wish : null;
		this.#wish = { from: before?.from ?? from, byUs: (before?.byUs ?? 0) + byUs };
		// One at a time: what is in flight paints its frame, so that a dragged hand sees where it is.
		this.#work ??= this.#fulfilAll(finding).finally(() => (this.#work = null));
		await this.#work;
		// The camera was changed while the old one's last wish was at work.
		if (this.#isWished()) await this.#want({ from: null, byUs: 0 });
	}

	async #fulfilAll(finding: Finding): Promise<void> {
		while (this.#wish !== null && this.#finding === finding) {
			const wish = this.#wish;
			this.#wish = null;
			try {
				await this.#fulfil(finding, wish);
			} catch (error) {
				if (this.#finding !== finding) return;
				const fault = error instanceof Fault ? error : new Fault('internal', 'not played', error);
				// What failed while something newer is wanted is nobody's concern.
				if (!this.#isWished()) this.#set({ kind: 'error', fault });
			}
		}
	}

	async #fulfil(finding: Finding, wish: Wish): Promise<void> {
		const { screen } = this.#tools;
		for (;;) {
			const target = await this.#targetOf(finding, wish);
			if (this.#finding !== finding) return;
			if (target === null) {
				this.#shown = null;
				screen.clear();
				await this.#cover(finding, null);
				this.#set({ kind: 'empty', wallMs: null, gap: null, fault: null });
				return;
			}
			try {
				await this.#bring(finding, wish, target);
				if (this.#finding !== finding) return;
				await this.#settle(target);
				return;
			} catch (error) {
				if (this.#finding !== finding) return;
				if (!(error instanceof Fault) || !(await this.#goesOn(finding, error))) throw error;
			}
		}
	}

	async #targetOf(finding: Finding, wish: Wish): Promise<Target | null> {
		const { from, byUs } = wish;
		const target = await this.#startOf(finding, from);
		if (target === null || byUs === 0) return target;
		return finding.leap(target, byUs);
	}

	async #startOf(finding: Finding, from: Wish['from']): Promise<Target | null> {
		const shown = this.#shown;
		if (from !== null && 'after' in from && shown !== null) {
			const here = finding.after(shown.reel, from.after);
			return here ?? (await finding.behind(shown.reel)) ?? finding.at(this.#wallUs());
		}
		if (from !== null && 'wallUs' in from) return finding.at(from.wallUs);
		if (from === null && shown !== null) {
			if (shown.ended && this.#wantsMotion) {
				const more = await finding.behind(shown.reel);
				if (more !== null) return more;
			}
			const spot = spotAt(shown.reel.groups, shown.positionUs);
			if (spot !== null) return { reel: shown.reel, spot, end: shown.ended };
		}
		return this.#state.wallMs === null ? finding.newest() : finding.at(this.#wallUs());
	}

	/** Puts the frame on the screen. */
	async #bring(finding: Finding, { from, byUs }: Wish, { reel, spot, end }: Target): Promise<void> {
		const { screen } = this.#tools;
		const shown = this.#shown;
		const stays = from === null && byUs === 0 && shown?.reel === reel && shown.failure === null;
		if (stays && Math.abs(shown.positionUs - spot.positionUs) < 2) return;
		const askedUs = from !== null && 'wallUs' in from && byUs === 0 ? from.wallUs : spot.wallUs;
		const jumps = Math.abs(spot.wallUs - askedUs) > 1;
		const gap = jumps ? finding.gapAt(askedUs, this.#nowUs()) : null;
		this.#gapToldUs = spot.positionUs;
		const kind = this.#state.kind === 'loading' ? 'loading' : gap === null ? 'seeking' : 'gap';
		this.#set({ kind, gap, fault: null });
		if (shown?.reel === reel && shown.failure === null) {
			shown.ended = false;
			const positionS = shown.secondsOf(spot.positionUs);
			await this.#within(SEEK_MS, (signal) => screen.seek(positionS, signal));
			shown.ended = end && gap === null && !this.#wantsMotion ? true : shown.ended;
			return;
		}
		const covered = this.#cover(finding, reel);
		const next = new Shown(reel, spot.positionUs);
		this.#shown = next;
		await this.#within(FIRST_FRAME_MS, (signal) =>
			screen.show(reel, next.secondsOf(spot.positionUs), signal),
		);
		await covered;
	}

	/** Moves, or stands still where it was brought. */
	async #settle({ end }: Target): Promise<void> {
		const { screen } = this.#tools;
		const { gap } = this.#state;
		if (this.#shown?.ended === true && end) this.#wantsMotion = false;
		if (this.#wantsMotion) {
			await this.#within(SEEK_MS, (signal) => screen.play(signal));
			// Somebody may have pressed pause meanwhile.
			if (!this.#isMotionWanted()) screen.pause();
		}
		const still = end && gap !== null ? 'gap' : 'paused';
		this.#set({ kind: this.#isMotionWanted() ? 'playing' : still, fault: null });
	}

	#isWished(): boolean {
		return this.#wish !== null;
	}

	#isMotionWanted(): boolean {
		return this.#wantsMotion;
	}

	/** Whether it can go on without what just failed. */
	async #goesOn(finding: Finding, fault: Fault): Promise<boolean> {
		const shown = this.#shown;
		const failure = shown?.failure;
		if (shown === null || !failure || failure.fault !== fault) return false;
		if (failure.why === 'media') {
			this.#mediaFailures += 1;
			const key = keyFrom(failure.key ?? '');
			if (key === null || this.#mediaFailures > MOST_MEDIA_FAILURES) return false;
			if (key.kind === 'init') finding.sieve.addRun(key.runNo);
			else for (const one of shown.reel.groups[key.index]?.segments ?? []) finding.sieve.add(one);
		} else if (fault.kind !== 'corrupt') return false;
		const reel = await finding.sieved(shown.reel);
		const group = shown.groupAt(shown.positionUs);
		const again = group && finding.after(reel, placeBefore(group));
		const next = new Shown(reel, again?.spot.positionUs ?? 0);
		next.failure = failure;
		this.#shown = next;
		this.#set({ skipped: finding.sieve.skipped });
		return true;
	}

	#onScreen(event: ScreenEvent): void {
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
				if (this.#work === null) void this.#goRound(shown);
				break;
			case 'ended':
				shown.ended = true;
				if (this.#work === null && this.#wantsMotion) void this.#want({ from: null, byUs: 0 });
				break;
			case 'moving':
				if (this.#work !== null) break;
				this.#wantsMotion = event.moving;
				if (event.moving) this.#set({ kind: 'playing' });
				else if (this.#state.kind === 'playing') this.#set({ kind: 'paused' });
				break;
		}
	}

	#onFrame(shown: Shown, positionUs: number): void {
		const last = shown.groupAt(shown.positionUs);
		const group = shown.groupAt(positionUs);
		const wallUs = shown.wallUsAt(positionUs);
		if (last === null || group === null || wallUs === null) return;
		shown.positionUs = positionUs;
		this.#mediaFailures = 0;
		let { gap } = this.#state;
		if (this.#state.kind === 'playing' && last.piece !== group.piece) {
			const leftUs = last.startUs + last.durationUs;
			const overUs = (leftUs + group.startUs) / 2;
			const passed = group.startUs - leftUs > SEAM_US;
			gap = passed ? gapAround(this.#state.gaps, overUs) : null;
			this.#gapToldUs = positionUs;
		} else if (Math.abs(positionUs - this.#gapToldUs) > GAP_TOLD_US) gap = null;
		this.#set({ wallMs: wallUs / 1000, gap });
	}

	/** Around what failed, when everything before it was shown. */
	async #goRound(shown: Shown): Promise<void> {
		const finding = this.#finding;
		const failure = shown.failure;
		if (finding === null || failure === null) return;
		const group = shown.groupOf(failure.key);
		try {
			if (group === null || !(await this.#goesOn(finding, failure.fault))) {
				this.#set({ kind: 'error', fault: failure.fault });
			} else {
				await this.#want({ from: { after: placeBefore(group) }, byUs: 0 });
			}
		} catch (error) {
			if (!(error instanceof Fault)) throw error;
			this.#set({ kind: 'error', fault: error });
		}
	}

	#onChange(finding: Finding): void {
		finding.stale = true;
		this.#cancelRefresh ??= this.#tools.clock.after(REFRESH_MS, () => {
			this.#cancelRefresh = null;
			void this.#refresh(finding);
		});
	}

	async #refresh(finding: Finding): Promise<void> {
		try {
			await this.#cover(finding, this.#shown?.reel ?? null);
			if (this.#state.kind === 'empty') await this.#want({ from: null, byUs: 0 });
		} catch (error) {
			// The next change asks again; what is shown stays right meanwhile.
			if (!(error instanceof Fault)) throw error;
		}
	}

	/** What the day's timeline draws. */
	async #cover(finding: Finding, reel: DayReel | null): Promise<void> {
		const runs = await finding.refreshRuns();
		const day = reel?.day ?? finding.dayOfUs(this.#nowUs());
		if (this.#finding !== finding) return;
		const { footage, gaps } = coverageOf(runs, day, this.#nowUs());
		this.#set({ day, footage, gaps, skipped: finding.sieve.skipped });
	}

	async #within(ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
		const abort = new AbortController();
		const deadline = { passed: false };
		const stop = this.#tools.clock.after(ms, () => {
			deadline.passed = true;
			abort.abort();
		});
		this.#cancel = () => abort.abort();
		try {
			await work(abort.signal);
		} catch (error) {
			throw deadline.passed ? new Fault('timeout', `no frame in ${ms} ms`, error) : error;
		} finally {
			stop();
			this.#cancel = null;
		}
	}

	#wallUs(): number {
		return (this.#state.wallMs ?? this.#tools.clock.wallMs()) * 1000;
	}

	#nowUs(): number {
		return this.#tools.clock.wallMs() * 1000;
	}

	#set(change: Partial<PlayerState>): void {
		this.#state = { ...this.#state, ...change };
		for (const listener of [...this.#listeners]) listener();
	}
}

function gapAround(gaps: readonly Gap[], us: number): Gap | null {
	return gaps.find(({ startUs, endUs }) => startUs <= us && us < endUs) ?? null;
}

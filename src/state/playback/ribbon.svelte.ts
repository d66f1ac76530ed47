import {
	aheadFor,
	handX,
	initialSpanMs,
	glideAfter,
	clampedToFootage,
	msAt,
	narrowGapNear,
	nearestZoomStop,
	visibleRangeOf,
	showsDays,
	spanning,
	adjacentZoomStop,
	ticksOf,
	xOf,
	zoomed,
	type Calendar,
	type Tick,
	type RibbonView,
} from '#domain/timeline/ribbon.ts';
import type { Gap } from '#domain/footage/span.ts';

/** Space for a label, and for a tick; pixels. */
const LABEL_PX = 64;
const STROKE_PX = 9;
/**
 * While footage plays that is still being recorded, its end grows by whole segments. The playhead
 * keeps its place unless it would move by more than this share of the width.
 */
const STEADY_SHARE = 0.06;
const KEPT_SHARE = 0.9;

/** State of one page's ribbon: the visible range and the playhead. */
export class Ribbon {
	/** Width in pixels. */
	width = $state(1);
	/** Range of the footage, which limits the playhead. */
	fromMs = $state(0);
	toMs = $state(0);
	/** Gaps of the footage, sorted. */
	gaps = $state.raw<readonly Gap[]>([]);
	/** The playhead while scrubbing; `null`: it follows playback. */
	heldMs = $state<number | null>(null);
	/** Visible time, ms. */
	spanMs = $state(initialSpanMs(0));
	/** Width of a date label; depends on the language. */
	dayLabelPx = $state(96);
	/** Wall time of the current frame. */
	shownMs = $state(0);
	/** The middle of the ribbon while it stands still below a moving playhead; else `null`. */
	fixedMs = $state<number | null>(null);
	readonly #calendar: Calendar;
	/** Time from the playhead to the end of the footage when its place was last chosen. */
	#steadyMs = 0;

	constructor(calendar: Calendar) {
		this.#calendar = calendar;
	}

	get view(): RibbonView {
		const { msPerPx } = spanning({ centreMs: 0, msPerPx: 1 }, this.width, this.spanMs);
		const offPx = handX(this.width, this.#aheadMs / msPerPx) - this.width / 2;
		return { centreMs: this.fixedMs ?? this.handMs - offPx * msPerPx, msPerPx };
	}

	get handMs(): number {
		return this.heldMs ?? this.shownMs;
	}

	/** Where the playhead is drawn. */
	get handX(): number {
		return this.xOf(this.handMs);
	}

	get #aheadMs(): number {
		const ms = Math.max(0, this.toMs - this.handMs);
		return this.heldMs === null && this.#isSteady(ms) ? this.#steadyMs : ms;
	}

	#isSteady(aheadMs: number): boolean {
		return aheadMs > 0 && Math.abs(aheadMs - this.#steadyMs) < STEADY_SHARE * this.spanMs;
	}

	/** Moves with playback, and grows with the footage. */
	follow(fromMs: number, toMs: number, shownMs: number | null): void {
		const first = this.toMs === 0;
		this.fromMs = fromMs;
		this.toMs = toMs;
		if (first) this.fit();
		if (shownMs !== null) this.shownMs = shownMs;
		const aheadMs = Math.max(0, toMs - this.handMs);
		if (!this.#isSteady(aheadMs)) this.#steadyMs = aheadMs;
	}

	xOf(ms: number): number {
		return xOf(this.view, this.width, ms);
	}

	msAt(x: number): number {
		return msAt(this.view, this.width, x);
	}

	get sight(): { readonly fromMs: number; readonly toMs: number } {
		return visibleRangeOf(this.view, this.width);
	}

	labels(): Tick[] {
		const room = showsDays(this.view, LABEL_PX) ? this.dayLabelPx : LABEL_PX;
		return ticksOf(this.view, this.width, this.#calendar, room);
	}

	strokes(): Tick[] {
		return ticksOf(this.view, this.width, this.#calendar, STROKE_PX);
	}

	/** What a tap at a moment means: a gap too narrow to hit, or the moment itself (TL21). */
	aim(ms: number): number {
		const gap = narrowGapNear(this.gaps, ms, this.view.msPerPx);
		return gap === null ? ms : gap.startUs / 1000;
	}

	/** `factor` > 1 shows less time. */
	zoom(factor: number): void {
		this.spanMs = zoomed(this.view, this.width, factor).msPerPx * this.width;
	}

	/** Zooms to the next stop, with more or less time. */
	stop(more: boolean): void {
		this.spanMs = adjacentZoomStop(this.spanMs, more);
	}

	/**
	 * Shows `spanMs` and keeps the time at `x` where it is (TL22). Returns where that puts the
	 * playhead; `null`: it stays.
	 */
	zoomAt(x: number, spanMs: number): number | null {
		const ms = this.msAt(x);
		this.spanMs = spanMs;
		const { msPerPx } = this.view;
		if (this.fixedMs !== null) {
			this.fix(ms - (x - this.width / 2) * msPerPx);
			return null;
		}
		const endX = x + (this.toMs - ms) / msPerPx;
		const toMs = this.toMs - aheadFor(this.width, endX) * msPerPx;
		return Math.abs(toMs - this.handMs) < msPerPx ? null : this.hold(toMs);
	}

	/** The stop nearest to a scale. */
	nearestStop(spanMs: number): number {
		return nearestZoomStop(spanMs);
	}

	/** Shows all footage, as long as nobody has zoomed. */
	fit(): void {
		this.spanMs = initialSpanMs(this.toMs - this.fromMs);
	}

	/** Keeps the ribbon around a moment, wherever the playhead goes; `null`: lets it go. */
	fix(ms: number | null): void {
		this.fixedMs =
			ms === null ? null : clampedToFootage({ centreMs: ms, msPerPx: 1 }, this).centreMs;
	}

	/** Whether a moment is on the ribbon, and not at its very edge. */
	shows(ms: number): boolean {
		const margin = ((1 - KEPT_SHARE) / 2) * this.width;
		const x = this.xOf(ms);
		return x >= margin && x <= this.width - margin;
	}

	/** Moves the playhead, limited to the footage. */
	hold(ms: number): number {
		this.heldMs = clampedToFootage({ centreMs: ms, msPerPx: 1 }, this).centreMs;
		return this.heldMs;
	}

	letGo(): void {
		if (this.heldMs !== null) this.#steadyMs = Math.max(0, this.toMs - this.heldMs);
		this.heldMs = null;
	}

	/** Where a flung ribbon is after `afterMs`; speed in pixels per ms, positive to the right. */
	glide(fromMs: number, speed: number, afterMs: number): { ms: number; rests: boolean } {
		const { px, rests } = glideAfter(speed, afterMs);
		const ms = this.hold(fromMs - px * this.view.msPerPx);
		return { ms, rests: rests || ms <= this.fromMs || ms >= this.toMs };
	}

	/**
	 * How far an arrow key moves the playhead: a sixtieth of the visible time, in whole seconds where
	 * possible (TL9).
	 */
	get keyStepMs(): number {
		const ms = this.spanMs / 60;
		return ms >= 1000 ? Math.round(ms / 1000) * 1000 : ms;
	}
}

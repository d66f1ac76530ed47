import {
	initialSpanMs,
	glideAfter,
	clampedToFootage,
	msAt,
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

/** Space for a label, and for a tick; pixels. */
const LABEL_PX = 64;
const STROKE_PX = 9;

/** State of one page's ribbon: the visible range and the playhead. */
export class Ribbon {
	/** Width in pixels. */
	width = $state(1);
	/** Range of the footage, which limits the playhead. */
	fromMs = $state(0);
	toMs = $state(0);
	/** The playhead while scrubbing; `null`: it follows playback. */
	heldMs = $state<number | null>(null);
	/** Visible time, ms. */
	spanMs = $state(initialSpanMs(0));
	/** Width of a date label; depends on the language. */
	dayLabelPx = $state(96);
	/** Wall time of the current frame. */
	shownMs = $state(0);
	readonly #calendar: Calendar;

	constructor(calendar: Calendar) {
		this.#calendar = calendar;
	}

	get view(): RibbonView {
		return spanning({ centreMs: this.handMs, msPerPx: 1 }, this.width, this.spanMs);
	}

	get handMs(): number {
		return this.heldMs ?? this.shownMs;
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

	/** Start of the day at the left edge, whose date stays visible. */
	edgeDayMs(): number {
		const { year, month, day } = this.#calendar.fieldsOf(this.msAt(0));
		return this.#calendar.dayStart(year, month, day);
	}

	/** `factor` > 1 shows less time. */
	zoom(factor: number): void {
		this.spanMs = zoomed(this.view, this.width, factor).msPerPx * this.width;
	}

	/** Zooms to the next stop, with more or less time. */
	stop(more: boolean): void {
		this.spanMs = adjacentZoomStop(this.spanMs, more);
	}

	/** Shows all footage, as long as nobody has zoomed. */
	fit(): void {
		this.spanMs = initialSpanMs((this.toMs - this.fromMs) * 2);
	}

	/** Moves the playhead, limited to the footage. */
	hold(ms: number): number {
		this.heldMs = clampedToFootage({ centreMs: ms, msPerPx: 1 }, this).centreMs;
		return this.heldMs;
	}

	letGo(): void {
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

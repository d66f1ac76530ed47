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

/** Room that a label takes, and that a stroke does; pixels. */
const LABEL_PX = 64;
const STROKE_PX = 9;

/** Where the ribbon of one page stands: what is in sight, and what the hand does to it. */
export class Ribbon {
	/** Pixels across. */
	width = $state(1);
	/** Of the footage: the hand does not leave it. */
	fromMs = $state(0);
	toMs = $state(0);
	/** Where the hand is while it scrubs; `null`: it follows the picture. */
	heldMs = $state<number | null>(null);
	/** Time across the ribbon. */
	spanMs = $state(initialSpanMs(0));
	/** Room that a date takes; languages differ. */
	dayLabelPx = $state(96);
	/** Wall time of the frame on show. */
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

	/** The first moment of the day on the left edge: its date stays in sight. */
	edgeDayMs(): number {
		const { year, month, day } = this.#calendar.fieldsOf(this.msAt(0));
		return this.#calendar.dayStart(year, month, day);
	}

	/** `factor` > 1 shows less time. */
	zoom(factor: number): void {
		this.spanMs = zoomed(this.view, this.width, factor).msPerPx * this.width;
	}

	/** The next stop, with more time or with less. */
	stop(more: boolean): void {
		this.spanMs = adjacentZoomStop(this.spanMs, more);
	}

	/** Before anybody has zoomed: what there is. */
	fit(): void {
		this.spanMs = initialSpanMs((this.toMs - this.fromMs) * 2);
	}

	/** The hand goes there, as far as there is footage. */
	hold(ms: number): number {
		this.heldMs = clampedToFootage({ centreMs: ms, msPerPx: 1 }, this).centreMs;
		return this.heldMs;
	}

	letGo(): void {
		this.heldMs = null;
	}

	/**
	 * Where a ribbon let go at a speed (pixels a millisecond, to the right) has come to after a
	 * while.
	 */
	glide(fromMs: number, speed: number, afterMs: number): { ms: number; rests: boolean } {
		const { px, rests } = glideAfter(speed, afterMs);
		const ms = this.hold(fromMs - px * this.view.msPerPx);
		return { ms, rests: rests || ms <= this.fromMs || ms >= this.toMs };
	}

	/**
	 * So far does a key move the hand: a sixtieth of what is in sight, in whole seconds where it can
	 * be.
	 */
	get keyStepMs(): number {
		const ms = this.spanMs / 60;
		return ms >= 1000 ? Math.round(ms / 1000) * 1000 : ms;
	}
}

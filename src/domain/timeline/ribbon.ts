/**
 * The visible part of the timeline: the playhead is the centre line, at `centreMs`. Milliseconds
 * since 1970; pixels count from the ribbon's left edge.
 */
export interface RibbonView {
	readonly centreMs: number;
	readonly msPerPx: number;
}

/** Visible time: from a second to a month. */
export const MIN_SPAN_MS = 1000;
export const MAX_SPAN_MS = 31 * 86_400_000;

export function xOf({ centreMs, msPerPx }: RibbonView, width: number, ms: number): number {
	return width / 2 + (ms - centreMs) / msPerPx;
}

export function msAt({ centreMs, msPerPx }: RibbonView, width: number, x: number): number {
	return centreMs + (x - width / 2) * msPerPx;
}

/** The visible wall time. */
export function visibleRangeOf(view: RibbonView, width: number): { fromMs: number; toMs: number } {
	return { fromMs: msAt(view, width, 0), toMs: msAt(view, width, width) };
}

/** `factor` > 1 shows less time. The playhead keeps its time. */
export function zoomed(view: RibbonView, width: number, factor: number): RibbonView {
	return spanning(view, width, (view.msPerPx * width) / factor);
}

/** Shows `spanMs` across the ribbon, within the limits. */
export function spanning({ centreMs }: RibbonView, width: number, spanMs: number): RibbonView {
	const within = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, spanMs));
	return { centreMs, msPerPx: within / Math.max(1, width) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Where the zoom buttons stop. */
const ZOOM_STOPS: readonly number[] = [
	...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
	...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE),
	...[1, 2, 6, 12].map((hours) => hours * HOUR),
	...[1, 2, 7, 14, 31].map((days) => days * DAY),
];

/** The next stop with more or less time. */
export function adjacentZoomStop(spanMs: number, more: boolean): number {
	return more
		? (ZOOM_STOPS.find((stop) => stop > spanMs * 1.01) ?? MAX_SPAN_MS)
		: (ZOOM_STOPS.findLast((stop) => stop < spanMs * 0.99) ?? MIN_SPAN_MS);
}

/** The initial zoom: all footage, but between a minute and six hours. */
export function initialSpanMs(footageMs: number): number {
	return (
		ZOOM_STOPS.find((stop) => stop >= MINUTE && (stop >= footageMs || stop === 6 * HOUR)) ??
		6 * HOUR
	);
}

/** Keeps the playhead between the first footage and the end of the last (TL3). */
export function clampedToFootage(
	view: RibbonView,
	{ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): RibbonView {
	return { ...view, centreMs: Math.min(Math.max(view.centreMs, fromMs), Math.max(fromMs, toMs)) };
}

const GLIDE_MS = 325;

/**
 * How far a flung ribbon (speed in pixels per ms) has glided after a while, and whether it has come
 * to rest.
 */
export function glideAfter(
	speed: number,
	afterMs: number,
): { readonly px: number; readonly rests: boolean } {
	const left = Math.exp(-afterMs / GLIDE_MS);
	return { px: speed * GLIDE_MS * (1 - left), rests: Math.abs(speed * left) < 0.02 };
}

/** The person's local calendar, including daylight saving time. Months and days count from 1. */
export interface Calendar {
	fieldsOf(ms: number): CalendarFields;
	/** The first moment of that day; days past the end of the month continue in the next. */
	dayStart(year: number, month: number, day: number): number;
	/**
	 * A time on the local day that contains `ms`; one skipped by the clock becomes the next that
	 * exists.
	 */
	momentOf(ms: number, hour: number, minute: number, second: number): number;
}

export interface CalendarFields {
	readonly year: number;
	readonly month: number;
	readonly day: number;
	readonly hour: number;
	readonly minute: number;
	/** Monday is 0. */
	readonly weekday: number;
}

/**
 * What a label shows: the date where a day or month starts (`date`: without the weekday), otherwise
 * the time, with seconds if needed.
 */
export type TickKind = 'month' | 'day' | 'date' | 'minute' | 'second' | 'fraction';

export interface Tick {
	readonly ms: number;
	readonly kind: TickKind;
}

const STEPS: readonly number[] = [
	...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
	...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
	...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
	...[1, 2, 7, 31].map((days) => days * DAY),
];

/** The shortest step whose ticks keep the distance. */
function stepFor(msPerPx: number, leastPx: number): number {
	return STEPS.find((step) => step / msPerPx >= leastPx) ?? 31 * DAY;
}

/** Whether ticks this far apart fall on days, labelled with the weekday. */
export function showsDays({ msPerPx }: RibbonView, leastPx: number): boolean {
	const step = stepFor(msPerPx, leastPx);
	return step >= DAY && step < 7 * DAY;
}

/**
 * Distance between thumbnails on the ribbon, ms: like labels, but no denser than thumbnails exist.
 */
export function thumbnailStepMs(msPerPx: number, widthPx: number): number {
	return Math.max(5 * SECOND, stepFor(msPerPx, widthPx));
}

/**
 * Visible ticks, sorted, at least `leastPx` apart, and independent of the scroll position. Hour
 * ticks are at full local hours, also on days of 23 and 25 hours (TL5, TL6).
 */
export function ticksOf(
	view: RibbonView,
	width: number,
	calendar: Calendar,
	leastPx: number,
): Tick[] {
	const { fromMs, toMs } = visibleRangeOf(view, width);
	const step = stepFor(view.msPerPx, leastPx);
	const ticks: Tick[] = [];
	// A label that starts outside may extend into view.
	const marginMs = leastPx * view.msPerPx;
	for (const tick of step < DAY
		? inDays(fromMs, toMs, step, calendar)
		: ofDays(fromMs, toMs, step, calendar)) {
		if (tick.ms < fromMs - marginMs || tick.ms > toMs + marginMs) continue;
		ticks.push(tick);
	}
	return ticks;
}

/**
 * Ticks within days, counted from the start of each day, so that none depends on what is visible.
 */
function* inDays(fromMs: number, toMs: number, step: number, calendar: Calendar): Generator<Tick> {
	for (const { startMs, endMs, month } of daysOf(fromMs - step, toMs + step, calendar)) {
		yield { ms: startMs, kind: month ? 'month' : 'day' };
		let lastMs = startMs;
		const firstMs = startMs + Math.max(1, Math.floor((fromMs - step - startMs) / step)) * step;
		for (let ms = step <= HOUR ? firstMs : startMs + HOUR; ms < endMs; ms += Math.min(step, HOUR)) {
			if (ms > toMs + step) break;
			// An hour that occurs twice or never must not put two ticks where there is room for one.
			if (step > HOUR && (calendar.fieldsOf(ms).hour % (step / HOUR) !== 0 || ms - lastMs < step))
				continue;
			if (endMs - ms < step) break;
			lastMs = ms;
			yield { ms, kind: kindOf(step) };
		}
	}
}

function kindOf(step: number): TickKind {
	if (step < SECOND) return 'fraction';
	return step < MINUTE ? 'second' : 'minute';
}

function* ofDays(fromMs: number, toMs: number, step: number, calendar: Calendar): Generator<Tick> {
	for (const { startMs, month, day, weekday } of daysOf(fromMs - step, toMs + step, calendar)) {
		const kept =
			step === DAY ||
			(step === 2 * DAY && day % 2 === 1 && calendar.fieldsOf(startMs + 1.5 * DAY).day !== 1) ||
			(step === 7 * DAY && weekday === 0) ||
			(step > 7 * DAY && month);
		const near = month ? 'month' : 'day';
		if (kept) yield { ms: startMs, kind: step < 7 * DAY ? near : 'date' };
	}
}

interface Day {
	readonly startMs: number;
	readonly endMs: number;
	readonly day: number;
	readonly weekday: number;
	/** The first day of a month. */
	readonly month: boolean;
}

/** The days that overlap a span. */
export function* daysOf(fromMs: number, toMs: number, calendar: Calendar): Generator<Day> {
	const first = calendar.fieldsOf(fromMs);
	for (let n = 0; ; n += 1) {
		const startMs = calendar.dayStart(first.year, first.month, first.day + n);
		if (startMs > toMs) return;
		const endMs = calendar.dayStart(first.year, first.month, first.day + n + 1);
		const { day, weekday } = calendar.fieldsOf(startMs);
		yield { startMs, endMs, day, weekday, month: day === 1 };
	}
}

/** Index of the first of sorted spans that ends after `us`, where drawing starts. */
export function firstEndingAfter(spans: readonly { readonly endUs: number }[], us: number): number {
	let low = 0;
	let high = spans.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((spans[middle]?.endUs ?? 0) > us) high = middle;
		else low = middle + 1;
	}
	return low;
}

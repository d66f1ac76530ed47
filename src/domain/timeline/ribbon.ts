/**
 * What of the timeline is in sight: the hand stands on the centre line, and so much time is under a
 * pixel. Milliseconds since 1970; pixels count from the ribbon's left edge.
 */
export interface RibbonView {
	readonly centreMs: number;
	readonly msPerPx: number;
}

/** From a second to a month across the ribbon. */
export const MIN_SPAN_MS = 1000;
export const MAX_SPAN_MS = 31 * 86_400_000;

export function xOf({ centreMs, msPerPx }: RibbonView, width: number, ms: number): number {
	return width / 2 + (ms - centreMs) / msPerPx;
}

export function msAt({ centreMs, msPerPx }: RibbonView, width: number, x: number): number {
	return centreMs + (x - width / 2) * msPerPx;
}

/** The wall time in sight. */
export function visibleRangeOf(view: RibbonView, width: number): { fromMs: number; toMs: number } {
	return { fromMs: msAt(view, width, 0), toMs: msAt(view, width, width) };
}

/** `factor` > 1 shows less time. The hand stays where it is. */
export function zoomed(view: RibbonView, width: number, factor: number): RibbonView {
	return spanning(view, width, (view.msPerPx * width) / factor);
}

/** So much time across the ribbon, within the limits. */
export function spanning({ centreMs }: RibbonView, width: number, spanMs: number): RibbonView {
	const within = Math.min(MAX_SPAN_MS, Math.max(MIN_SPAN_MS, spanMs));
	return { centreMs, msPerPx: within / Math.max(1, width) };
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the zoom buttons stop at. */
const ZOOM_STOPS: readonly number[] = [
	...[1, 2, 5, 10, 30].map((seconds) => seconds * SECOND),
	...[1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE),
	...[1, 2, 6, 12].map((hours) => hours * HOUR),
	...[1, 2, 7, 14, 31].map((days) => days * DAY),
];

/** The next span to stop at, with more time or with less. */
export function adjacentZoomStop(spanMs: number, more: boolean): number {
	return more
		? (ZOOM_STOPS.find((stop) => stop > spanMs * 1.01) ?? MAX_SPAN_MS)
		: (ZOOM_STOPS.findLast((stop) => stop < spanMs * 0.99) ?? MIN_SPAN_MS);
}

/** How much to show at first: all that there is, between a minute and six hours. */
export function initialSpanMs(footageMs: number): number {
	return (
		ZOOM_STOPS.find((stop) => stop >= MINUTE && (stop >= footageMs || stop === 6 * HOUR)) ??
		6 * HOUR
	);
}

/** The hand stays between the first footage and the end of the last. */
export function clampedToFootage(
	view: RibbonView,
	{ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): RibbonView {
	return { ...view, centreMs: Math.min(Math.max(view.centreMs, fromMs), Math.max(fromMs, toMs)) };
}

const GLIDE_MS = 325;

/**
 * How far a ribbon let go at a speed (pixels a millisecond) has glided after a while, and whether
 * it rests.
 */
export function glideAfter(
	speed: number,
	afterMs: number,
): { readonly px: number; readonly rests: boolean } {
	const left = Math.exp(-afterMs / GLIDE_MS);
	return { px: speed * GLIDE_MS * (1 - left), rests: Math.abs(speed * left) < 0.02 };
}

/** The calendar of the person, daylight saving included. Months and days count from 1. */
export interface Calendar {
	fieldsOf(ms: number): CalendarFields;
	/** The first moment of that day; days over the end of a month go on in the next one. */
	dayStart(year: number, month: number, day: number): number;
	/** A time of the day that a moment lies in; where the clock leaps over it, the next there is. */
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
 * What a label says: the date where a day or a month begins (`date`: without its weekday), else the
 * time, with seconds if need be.
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

/** Whether ticks so far apart stand at days, with their weekday. */
export function showsDays({ msPerPx }: RibbonView, leastPx: number): boolean {
	const step = stepFor(msPerPx, leastPx);
	return step >= DAY && step < 7 * DAY;
}

/**
 * How far apart the pictures of the ribbon stand, ms: as its labels would, and no denser than they
 * are made.
 */
export function thumbnailStepMs(msPerPx: number, widthPx: number): number {
	return Math.max(5 * SECOND, stepFor(msPerPx, widthPx));
}

/**
 * The ticks in sight, sorted, at least `leastPx` apart, the same ones wherever the ribbon is
 * scrolled to. Hours stand at full local hours on days of 23 and 25 hours, too.
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
	// A label that begins outside may reach into sight.
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
 * Ticks inside days, laid out from each day's own beginning, so that none depends on what is in
 * sight.
 */
function* inDays(fromMs: number, toMs: number, step: number, calendar: Calendar): Generator<Tick> {
	for (const { startMs, endMs, month } of daysOf(fromMs - step, toMs + step, calendar)) {
		yield { ms: startMs, kind: month ? 'month' : 'day' };
		let lastMs = startMs;
		const firstMs = startMs + Math.max(1, Math.floor((fromMs - step - startMs) / step)) * step;
		for (let ms = step <= HOUR ? firstMs : startMs + HOUR; ms < endMs; ms += Math.min(step, HOUR)) {
			if (ms > toMs + step) break;
			// An hour that comes twice, or never, must not put two ticks where there is room for one.
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
	/** It begins a month. */
	readonly month: boolean;
}

/** The days that touch a span. */
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

/** The first of sorted spans that end behind a moment: where drawing begins. */
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

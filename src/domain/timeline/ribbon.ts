import type { Gap } from '#domain/footage/span.ts';

/**
 * The visible part of the timeline, around the time in its middle. Milliseconds since 1970; pixels
 * count from the ribbon's left edge.
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

/** `factor` > 1 shows less time. The middle keeps its time. */
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

/** The scales that buttons, the wheel and a finished pinch come to rest at. */
const ZOOM_STOPS: readonly number[] = [
	10 * SECOND,
	...[1, 5, 10, 30].map((minutes) => minutes * MINUTE),
	...[1, 3, 6, 12].map((hours) => hours * HOUR),
	...[1, 7, 31].map((days) => days * DAY),
];

/** The next stop with more or less time. */
export function adjacentZoomStop(spanMs: number, more: boolean): number {
	return more
		? (ZOOM_STOPS.find((stop) => stop > spanMs * 1.01) ?? MAX_SPAN_MS)
		: (ZOOM_STOPS.findLast((stop) => stop < spanMs * 0.99) ?? Math.min(spanMs, 10 * SECOND));
}

/** The stop whose scale differs least, by ratio. */
export function nearestZoomStop(spanMs: number): number {
	const off = (stop: number) => Math.abs(Math.log(stop / spanMs));
	return ZOOM_STOPS.reduce((best, stop) => (off(stop) < off(best) ? stop : best));
}

/** Where the playhead rests at the newest end, and elsewhere: shares of the width. */
const [END_SHARE, CENTRE_SHARE] = [0.8, 0.5];
/** How far before the end the playhead is in the centre: share of the width. */
const APPROACH = 0.6;

/** With this share of the ribbon, footage still fits beside what is not yet. */
const FIT_SHARE = 0.9;

/** Between one and five minutes there is no stop, and a short recording would fill a fifth. */
const FIT_STOPS: readonly number[] = [
	...[1, 2, 3, 4].map((minutes) => minutes * MINUTE),
	...ZOOM_STOPS.filter((stop) => stop > MINUTE),
];

/** The initial zoom: all footage, but between a minute and a day (TL19). */
export function initialSpanMs(footageMs: number): number {
	const fits = FIT_STOPS.find((stop) => stop * FIT_SHARE >= footageMs);
	return Math.min(fits ?? DAY, DAY);
}

/**
 * Where on the ribbon the playhead is, `aheadPx` before the end of the footage (TL20). It moves
 * half as fast as time does, so that the ribbon, too, goes where the finger goes.
 */
export function handX(width: number, aheadPx: number): number {
	const share = Math.min(1, Math.max(0, aheadPx) / (APPROACH * width));
	return width * (END_SHARE - (END_SHARE - CENTRE_SHARE) * share);
}

/** How far before the end the playhead must be for the end to be at `endX`; inverse of `handX`. */
export function aheadFor(width: number, endX: number): number {
	const slowed = 1 - (END_SHARE - CENTRE_SHARE) / APPROACH;
	const [restX, centredX] = [END_SHARE * width, (CENTRE_SHARE + APPROACH) * width];
	return endX > centredX ? endX - CENTRE_SHARE * width : Math.max(0, (endX - restX) / slowed);
}

/** A drawn gap narrower than this can be missed; px. */
const NARROW_PX = 24;
const NEAR_PX = 12;

/** The narrow gap within reach of a tap (TL21), nearest first. `gaps`: sorted and disjoint. */
export function narrowGapNear(gaps: readonly Gap[], ms: number, msPerPx: number): Gap | null {
	const reachUs = NEAR_PX * msPerPx * 1000;
	let found: Gap | null = null;
	let foundUs = reachUs;
	for (let index = firstEndingAfter(gaps, ms * 1000 - reachUs); ; index += 1) {
		const gap = gaps[index];
		if (gap === undefined || gap.startUs > ms * 1000 + reachUs) return found;
		const px = (gap.endUs - gap.startUs) / 1000 / msPerPx;
		const offUs = Math.max(0, gap.startUs - ms * 1000, ms * 1000 - gap.endUs);
		// What is too narrow to be drawn is no target either.
		if (px < 0.5 || px > NARROW_PX || offUs > foundUs) continue;
		[found, foundUs] = [gap, offUs];
	}
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

import { spanContains, type Span } from '#domain/footage/span.ts';
import { firstEndingAfter } from './ribbon.ts';

/**
 * Several cameras played by one clock: what the hand does, and what each picture does to follow it.
 * Wall times are milliseconds since 1970; footage is sorted and disjoint.
 */

/** A clock of wall time. `rate` 0: it stands. */
export interface HandClock {
	readonly wallMs: number;
	/** Monotonic time at which it showed `wallMs`. */
	readonly sinceMs: number;
	readonly rate: number;
}

export function handAt({ wallMs, sinceMs, rate }: HandClock, nowMs: number): number {
	return wallMs + (nowMs - sinceMs) * rate;
}

/** One camera's picture, as far as keeping in step goes. */
export interface StepPicture {
	readonly footage: readonly Span[];
	/**
	 * `busy`: it opens or seeks. `new`: it plays, and nothing is known yet of where it is. `failed`:
	 * it does not play until somebody tries again.
	 */
	readonly kind: 'still' | 'moving' | 'new' | 'busy' | 'failed';
	/** Wall time it shows; `null`: nothing yet. */
	readonly atMs: number | null;
	/** How long a seek takes. */
	readonly seekMs: number;
	readonly rate: number;
}

export type PictureStep =
	| { readonly do: 'nothing' | 'play' | 'pause' }
	| { readonly do: 'seek'; readonly toMs: number }
	| { readonly do: 'rate'; readonly rate: number };

/** Nearer to the hand than this, a picture is left alone. */
const NEAR_MS = 30;
/** Further ahead, a picture waits for the hand; further behind, it jumps. At rate 1. */
const [AHEAD_MS, BEHIND_MS] = [250, 1000];
/** A picture that stands starts up to this far behind the hand; it catches up as it plays. */
const LATE_MS = 250;
/** A picture off by this much plays faster or slower by `MAX_NUDGE`. */
const FULL_NUDGE_MS = 400;
const MAX_NUDGE = 0.25;
const NOTHING: PictureStep = { do: 'nothing' };

/** The footage at a moment; without any, the next; `null`: after all footage. */
export function footageFrom(footage: readonly Span[], ms: number): Span | null {
	return footage[firstEndingAfter(footage, ms * 1000)] ?? null;
}

export function hasFootageAt(footage: readonly Span[], ms: number): boolean {
	const span = footageFrom(footage, ms);
	return span !== null && spanContains(span, ms * 1000);
}

/** What a picture does next to be where the hand is, while that moves at `rate`. */
export function pictureStep(picture: StepPicture, handMs: number, rate: number): PictureStep {
	const { footage, kind, atMs, seekMs } = picture;
	if (kind === 'busy' || kind === 'failed') return NOTHING;
	const span = footageFrom(footage, handMs);
	if (span === null || !spanContains(span, handMs * 1000)) {
		if (kind === 'moving' || kind === 'new') return { do: 'pause' };
		const nextMs = span === null ? null : span.startUs / 1000;
		// Ready where the gap ends.
		return nextMs === null || near(atMs, nextMs) ? NOTHING : { do: 'seek', toMs: nextMs };
	}
	const most = Math.max(1, rate);
	const landing: PictureStep = {
		do: 'seek',
		toMs: Math.min(handMs + seekMs * rate, span.endUs / 1000 - 1),
	};
	if (kind === 'new') return NOTHING;
	if (atMs === null) return landing;
	const offMs = atMs - handMs;
	if (kind === 'still') {
		if (offMs > NEAR_MS * most) return NOTHING;
		return offMs < -LATE_MS * most ? landing : { do: 'play' };
	}
	if (offMs > AHEAD_MS * most) return { do: 'pause' };
	if (offMs < -BEHIND_MS * most) return landing;
	const share = Math.min(1, Math.max(-1, offMs / (FULL_NUDGE_MS * most)));
	const wanted = Math.abs(offMs) <= NEAR_MS * most ? rate : rate * (1 - MAX_NUDGE * share);
	// Each change costs the browser something: only those that matter.
	const matters = Math.abs(wanted - picture.rate) > 0.02 * rate;
	return matters || (wanted === rate && picture.rate !== rate)
		? { do: 'rate', rate: wanted }
		: NOTHING;
}

function near(atMs: number | null, ms: number): boolean {
	return atMs !== null && Math.abs(atMs - ms) < AHEAD_MS;
}

export type HandStep =
	/** `fails`: every picture that should show something has failed. `ends`: nothing comes after. */
	| { readonly do: 'run' | 'wait' | 'fail' | 'end' }
	/** No picture has footage here: on to the next that has. */
	| { readonly do: 'skip'; readonly toMs: number };

/**
 * What the hand does next. It waits while no picture that has footage there is ready; with
 * `patient`, until all are. A picture that has none, or has failed, holds nobody up.
 */
export function handStep(
	pictures: readonly StepPicture[],
	handMs: number,
	patient: boolean,
): HandStep {
	const here = pictures.filter(({ footage }) => hasFootageAt(footage, handMs));
	if (here.length === 0) {
		const next = pictures.flatMap(({ footage }) => footageFrom(footage, handMs) ?? []);
		if (next.length === 0) return { do: 'end' };
		return { do: 'skip', toMs: Math.min(...next.map(({ startUs }) => startUs)) / 1000 };
	}
	const able = here.filter(({ kind }) => kind !== 'failed');
	if (able.length === 0) return { do: 'fail' };
	const ready = able.filter(
		({ kind, atMs }) => kind === 'new' || (kind !== 'busy' && atMs !== null),
	);
	const enough = patient ? able.length : 1;
	return { do: ready.length >= enough ? 'run' : 'wait' };
}

/** This much before its end, footage certainly has a frame. */
export const LAST_FRAME_MS = 1000;

/** Where a skip to `ms` leads: past what no camera has, to the next footage or back to the last. */
export function skipTarget(footage: readonly Span[], ms: number, onwards: boolean): number {
	const next = footageFrom(footage, ms);
	if (next !== null && spanContains(next, ms * 1000)) return ms;
	if (onwards && next !== null) return next.startUs / 1000;
	const last = footage.findLast(({ endUs }) => endUs <= ms * 1000);
	return last ? last.endUs / 1000 - LAST_FRAME_MS : ms;
}

/** Pictures that are played at once: as many as two cores decode. */
export const MAX_PICTURES = 4;

/** A camera of the home, and whether it has footage on the day on show. */
export interface Candidate<Id> {
	readonly id: Id;
	readonly covered: boolean;
}

/**
 * The cameras that are shown as pictures: those `first` asks for, in that order, then the others;
 * of each only those with footage that day, and none that was put away unless nothing else is left.
 */
export function picturesOf<Id>(
	cameras: readonly Candidate<Id>[],
	first: readonly Id[],
	away: readonly Id[],
): Id[] {
	const covered = cameras.filter((one) => one.covered).map(({ id }) => id);
	const asked = first.filter((id, n) => covered.includes(id) && first.indexOf(id) === n);
	const ordered = [...asked, ...covered.filter((id) => !asked.includes(id))];
	const kept = ordered.filter((id) => !away.includes(id));
	return (kept.length > 0 ? kept : ordered).slice(0, MAX_PICTURES);
}

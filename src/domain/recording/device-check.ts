import type { FaultKind } from '#domain/base/fault.ts';
import type { BrowserFeatures } from './browser-features.ts';

/** All trials, in the order of the page. Rules: docs/spec/device-check.md. */
export const TRIALS = [
	'lens',
	'record',
	'key-frames',
	'sound',
	'seal',
	'store',
	'open',
	'play',
	'live',
	'decode',
	'connect',
	'awake',
	'background',
	'keys',
	'kept',
	'room',
	'codecs',
	'removed',
] as const;
export type DeviceTrial = (typeof TRIALS)[number];

export type TrialOutcome = 'yes' | 'no' | 'unknown';

/** Why a trial has no answer, or why the answer is no. */
export const TRIAL_REASONS = [
	/** The camera is recording and must not be disturbed (DC4). */
	'busy',
	/** The page was hidden meanwhile (DC5). */
	'hidden',
	/** Something this trial depends on failed. */
	'before',
	/** The person did not choose it, as with sound. */
	'not-asked',
	/** The browser does not report it. */
	'silent',
] as const;
export type TrialReason = (typeof TRIAL_REASONS)[number] | FaultKind;

/** DC6: numbers, booleans, and type names as browsers spell them; nothing personal. */
export type Figures = Readonly<Record<string, number | boolean | string>>;

export interface DeviceFinding {
	readonly trial: DeviceTrial;
	readonly outcome: TrialOutcome;
	readonly why: TrialReason | null;
	readonly figures: Figures;
}

export function findingOf(
	trial: DeviceTrial,
	outcome: TrialOutcome,
	figures: Figures = {},
): DeviceFinding {
	return { trial, outcome, why: null, figures };
}

export function unknownFinding(
	trial: DeviceTrial,
	why: TrialReason,
	figures: Figures = {},
): DeviceFinding {
	return { trial, outcome: 'unknown', why, figures };
}

/** DC3: faults that mean "no". All others mean "could not tell". */
const ANSWERS: readonly FaultKind[] = ['unsupported', 'denied', 'not-found', 'quota', 'conflict'];

/** The finding of a trial that threw. */
export function failedFinding(trial: DeviceTrial, kind: FaultKind): DeviceFinding {
	const outcome = ANSWERS.includes(kind) ? 'no' : 'unknown';
	return { trial, outcome, why: kind, figures: {} };
}

/** Trials that page visibility does not affect. */
const UNAFFECTED_HIDDEN: readonly DeviceTrial[] = [
	'background',
	'keys',
	'kept',
	'room',
	'codecs',
	'removed',
];

/** DC5: hidden pages are throttled and may lose the video, so a failure proves nothing. */
export function whileHidden(finding: DeviceFinding): DeviceFinding {
	const { trial, outcome, why, figures } = finding;
	const skipped = why === 'not-asked' || why === 'busy';
	if (outcome === 'yes' || skipped || UNAFFECTED_HIDDEN.includes(trial)) return finding;
	return unknownFinding(trial, 'hidden', figures);
}

export interface LensFacts {
	readonly width: number;
	readonly height: number;
	/** Requested frame rate. */
	readonly rate: number;
	/** Frames that arrived within `ms`. */
	readonly frames: number;
	readonly ms: number;
}

export function lensFinding({ width, height, rate, frames, ms }: LensFacts): DeviceFinding {
	const seen = ms > 0 ? tenth((frames * 1000) / ms) : 0;
	return findingOf('lens', seen > 0 ? 'yes' : 'no', { width, height, asked: rate, rate: seen });
}

/** A segment after reading it back. */
export interface ReadBackSegment {
	readonly ms: number;
	readonly bytes: number;
	readonly keyFrame: boolean;
	readonly sound: boolean;
}

/** One segment could be an accident. */
const MIN_SEGMENTS = 2;

export function recordFinding(
	mime: string,
	firstMs: number | null,
	pieces: readonly ReadBackSegment[],
): DeviceFinding {
	const ms = sum(pieces.map((piece) => piece.ms));
	const bits = ms > 0 ? Math.round((sum(pieces.map(({ bytes }) => bytes)) * 8) / ms) : 0;
	const figures = { type: mime, pieces: pieces.length, seconds: tenth(ms / 1000), kbps: bits };
	const first = firstMs === null ? {} : { firstMs: Math.round(firstMs) };
	return findingOf('record', pieces.length >= MIN_SEGMENTS ? 'yes' : 'no', {
		...figures,
		...first,
	});
}

/** A killed page loses everything after the last key frame, so segments must be short. */
const MAX_SEGMENT_MS = 2500;

export function keyFrameFinding(pieces: readonly ReadBackSegment[]): DeviceFinding {
	if (pieces.length === 0) return unknownFinding('key-frames', 'before');
	const longestMs = Math.round(Math.max(...pieces.map(({ ms }) => ms)));
	const all = pieces.every(({ keyFrame }) => keyFrame);
	const good = all && longestMs <= MAX_SEGMENT_MS;
	return findingOf('key-frames', good ? 'yes' : 'no', { all, longestMs });
}

/** `heard`: whether sound was recorded; `null`: not requested. */
export function soundFinding(
	heard: boolean | null,
	pieces: readonly ReadBackSegment[],
): DeviceFinding {
	if (heard === null) return unknownFinding('sound', 'not-asked');
	const loud = pieces.filter(({ sound }) => sound).length;
	return findingOf('sound', loud > 0 ? 'yes' : 'no', { given: heard, pieces: loud });
}

/** A segment lasts about 1 s: anything slower cannot keep up. */
const MAX_PACE_MS = 1000;

export function paceFinding(trial: 'seal' | 'store', took: readonly number[]): DeviceFinding {
	if (took.length === 0) return unknownFinding(trial, 'before');
	const sorted = took.toSorted((a, b) => a - b);
	const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
	const figures = { middleMs: tenth(middle), longestMs: tenth(sorted.at(-1) ?? 0) };
	return findingOf(trial, middle < MAX_PACE_MS ? 'yes' : 'no', figures);
}

export function openFinding(opened: number, of: number, ms: number): DeviceFinding {
	if (of === 0) return unknownFinding('open', 'before');
	return findingOf('open', opened === of ? 'yes' : 'no', { opened, of, ms: Math.round(ms) });
}

/** Media time that must have played, in ms. */
export const MIN_PLAYED_MS = 1000;

export function playFinding(firstMs: number, playedMs: number): DeviceFinding {
	const figures = { firstMs: Math.round(firstMs), playedMs: Math.round(playedMs) };
	return findingOf('play', playedMs >= MIN_PLAYED_MS ? 'yes' : 'no', figures);
}

export function keptFinding(persisted: boolean | null): DeviceFinding {
	if (persisted === null) return unknownFinding('kept', 'silent');
	return findingOf('kept', persisted ? 'yes' : 'no');
}

const MB = 1_000_000;
/** About an hour at standard quality. */
const MIN_FREE_MB = 700;

export function roomFinding(
	room: { readonly quotaBytes: number; readonly usedBytes: number } | null,
): DeviceFinding {
	if (room === null) return unknownFinding('room', 'silent');
	const [offeredMB, usedMB] = [room.quotaBytes, room.usedBytes].map((one) => Math.round(one / MB));
	const figures = { offeredMB: offeredMB ?? 0, usedMB: usedMB ?? 0 };
	const good = figures.offeredMB - figures.usedMB >= MIN_FREE_MB;
	return findingOf('room', good ? 'yes' : 'no', figures);
}

export function keysFinding(strength: 'sealed' | 'readable' | 'memory'): DeviceFinding {
	return findingOf('keys', strength === 'sealed' ? 'yes' : 'no', { strength });
}

export function backgroundFinding(
	features: Pick<BrowserFeatures, 'mobile' | 'recordsHidden'>,
): DeviceFinding {
	const { mobile, recordsHidden } = features;
	return findingOf('background', recordsHidden && !mobile ? 'yes' : 'no', { phone: mobile });
}

export interface BrowserCodecs {
	/** The MP4 type MediaRecorder writes; `null`: none. */
	readonly records: string | null;
	readonly withSound: string | null;
	/** WebCodecs. */
	readonly encodes: boolean;
	readonly decodes: boolean;
	/** Media Source Extensions. */
	readonly plays: boolean;
}

export function codecsFinding({ records, withSound, ...rest }: BrowserCodecs): DeviceFinding {
	const good = (records !== null || rest.encodes) && rest.plays;
	const types = { records: records ?? 'none', withSound: withSound ?? 'none' };
	return findingOf('codecs', good ? 'yes' : 'no', { ...types, ...rest });
}

function tenth(value: number): number {
	return Math.round(value * 10) / 10;
}

function sum(values: readonly number[]): number {
	return values.reduce((all, one) => all + one, 0);
}

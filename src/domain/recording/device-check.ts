import type { FaultKind } from '#domain/base/fault.ts';
import type { Features } from './features.ts';

/** What is tried, as it stands on the page. Rules: docs/spec/device-check.md. */
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
export type Trial = (typeof TRIALS)[number];

export type Outcome = 'yes' | 'no' | 'unknown';

/** Why there is no answer, or why it is no. */
export const WHYS = [
	/** The camera records: it must not be disturbed. */
	'busy',
	/** The page was out of sight meanwhile: DC5. */
	'hidden',
	/** What this needs did not work. */
	'before',
	/** The person did not want it tried. */
	'not-asked',
	/** The browser does not say. */
	'silent',
] as const;
export type Why = (typeof WHYS)[number] | FaultKind;

/** DC6: numbers, yes and no, and types as browsers name them; never who, where, or a given name. */
export type Figures = Readonly<Record<string, number | boolean | string>>;

export interface Finding {
	readonly trial: Trial;
	readonly outcome: Outcome;
	readonly why: Why | null;
	readonly figures: Figures;
}

export function found(trial: Trial, outcome: Outcome, figures: Figures = {}): Finding {
	return { trial, outcome, why: null, figures };
}

export function untold(trial: Trial, why: Why, figures: Figures = {}): Finding {
	return { trial, outcome: 'unknown', why, figures };
}

/** A browser that says no has answered; one that says nothing, or breaks, has not. */
const ANSWERS: readonly FaultKind[] = ['unsupported', 'denied', 'not-found', 'quota', 'conflict'];

/** What a trial that failed says. */
export function failed(trial: Trial, kind: FaultKind): Finding {
	const outcome = ANSWERS.includes(kind) ? 'no' : 'unknown';
	return { trial, outcome, why: kind, figures: {} };
}

/** Whether it is in sight changes nothing about these. */
const ANYWHERE: readonly Trial[] = ['background', 'keys', 'kept', 'room', 'codecs', 'removed'];

/** DC5: a page out of sight is slowed down and loses its picture: failing says nothing then. */
export function outOfSight(finding: Finding): Finding {
	const { trial, outcome, why, figures } = finding;
	const asked = why === 'not-asked' || why === 'busy';
	if (outcome === 'yes' || asked || ANYWHERE.includes(trial)) return finding;
	return untold(trial, 'hidden', figures);
}

export interface LensFacts {
	readonly width: number;
	readonly height: number;
	/** Asked for. */
	readonly rate: number;
	/** Pictures that came in so long. */
	readonly frames: number;
	readonly ms: number;
}

export function lensFinding({ width, height, rate, frames, ms }: LensFacts): Finding {
	const seen = ms > 0 ? tenth((frames * 1000) / ms) : 0;
	return found('lens', seen > 0 ? 'yes' : 'no', { width, height, asked: rate, rate: seen });
}

/** A segment as it was read back. */
export interface Piece {
	readonly ms: number;
	readonly bytes: number;
	readonly keyFrame: boolean;
	readonly sound: boolean;
}

/** So many seconds at least are footage and no accident. */
const FEWEST_PIECES = 2;

export function recordFinding(
	mime: string,
	firstMs: number | null,
	pieces: readonly Piece[],
): Finding {
	const ms = sum(pieces.map((piece) => piece.ms));
	const bits = ms > 0 ? Math.round((sum(pieces.map(({ bytes }) => bytes)) * 8) / ms) : 0;
	const figures = { type: mime, pieces: pieces.length, seconds: tenth(ms / 1000), kbps: bits };
	const first = firstMs === null ? {} : { firstMs: Math.round(firstMs) };
	return found('record', pieces.length >= FEWEST_PIECES ? 'yes' : 'no', { ...figures, ...first });
}

/** A kill costs what lies behind the last key frame. */
const LONGEST_PIECE_MS = 2500;

export function keyFrameFinding(pieces: readonly Piece[]): Finding {
	if (pieces.length === 0) return untold('key-frames', 'before');
	const longestMs = Math.round(Math.max(...pieces.map(({ ms }) => ms)));
	const all = pieces.every(({ keyFrame }) => keyFrame);
	const good = all && longestMs <= LONGEST_PIECE_MS;
	return found('key-frames', good ? 'yes' : 'no', { all, longestMs });
}

/** `heard`: `null`, nobody asked for it. */
export function soundFinding(heard: boolean | null, pieces: readonly Piece[]): Finding {
	if (heard === null) return untold('sound', 'not-asked');
	const loud = pieces.filter(({ sound }) => sound).length;
	return found('sound', loud > 0 ? 'yes' : 'no', { given: heard, pieces: loud });
}

/** Slower than the footage itself, and it could not go on. */
const SLOW_MS = 1000;

export function paceFinding(trial: 'seal' | 'store', took: readonly number[]): Finding {
	if (took.length === 0) return untold(trial, 'before');
	const sorted = took.toSorted((a, b) => a - b);
	const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
	const figures = { middleMs: tenth(middle), longestMs: tenth(sorted.at(-1) ?? 0) };
	return found(trial, middle < SLOW_MS ? 'yes' : 'no', figures);
}

export function openFinding(opened: number, of: number, ms: number): Finding {
	if (of === 0) return untold('open', 'before');
	return found('open', opened === of ? 'yes' : 'no', { opened, of, ms: Math.round(ms) });
}

/** So much must pass on the screen, ms. */
export const PLAYED_MS = 1000;

export function playFinding(firstMs: number, playedMs: number): Finding {
	const figures = { firstMs: Math.round(firstMs), playedMs: Math.round(playedMs) };
	return found('play', playedMs >= PLAYED_MS ? 'yes' : 'no', figures);
}

export function keptFinding(persisted: boolean | null): Finding {
	if (persisted === null) return untold('kept', 'silent');
	return found('kept', persisted ? 'yes' : 'no');
}

const MB = 1_000_000;
/** An hour of the standard quality. */
const LITTLE_MB = 700;

export function roomFinding(
	room: { readonly quotaBytes: number; readonly usedBytes: number } | null,
): Finding {
	if (room === null) return untold('room', 'silent');
	const [offeredMB, usedMB] = [room.quotaBytes, room.usedBytes].map((one) => Math.round(one / MB));
	const figures = { offeredMB: offeredMB ?? 0, usedMB: usedMB ?? 0 };
	const good = figures.offeredMB - figures.usedMB >= LITTLE_MB;
	return found('room', good ? 'yes' : 'no', figures);
}

export function keysFinding(strength: 'sealed' | 'readable' | 'memory'): Finding {
	return found('keys', strength === 'sealed' ? 'yes' : 'no', { strength });
}

export function backgroundFinding(features: Pick<Features, 'mobile' | 'recordsHidden'>): Finding {
	const { mobile, recordsHidden } = features;
	return found('background', recordsHidden && !mobile ? 'yes' : 'no', { phone: mobile });
}

export interface Codecs {
	/** What the recorder writes as MP4; `null`: nothing. */
	readonly records: string | null;
	readonly withSound: string | null;
	/** WebCodecs. */
	readonly encodes: boolean;
	readonly decodes: boolean;
	/** Media Source Extensions. */
	readonly plays: boolean;
}

export function codecsFinding({ records, withSound, ...rest }: Codecs): Finding {
	const good = (records !== null || rest.encodes) && rest.plays;
	const types = { records: records ?? 'none', withSound: withSound ?? 'none' };
	return found('codecs', good ? 'yes' : 'no', { ...types, ...rest });
}

function tenth(value: number): number {
	return Math.round(value * 10) / 10;
}

function sum(values: readonly number[]): number {
	return values.reduce((all, one) => all + one, 0);
}

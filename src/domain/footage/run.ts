import type { CameraId, RunId } from '#domain/base/ids.ts';

/** Why a run ended; also the reason of the gap after it. */
export const RUN_ENDS = [
	/** A person pressed stop. */
	'stopped',
	/** Replaced by the next run on schedule; no frame is missing. */
	'rotated',
	/** The browser or device went away: kill, crash, power loss, closed tab. */
	'interrupted',
	/** The wall clock was set while recording. */
	'clock-step',
	/** Lens, quality or sound was changed. */
	'changed',
	/** The track was live but delivered no frames. */
	'stalled',
	/** The lens disappeared: unplugged, or taken by the system. */
	'unplugged',
	/** Permission was withdrawn during the run. */
	'denied',
	/** No room, even after eviction. */
	'quota',
	/** The store did not answer, or refused. */
	'store',
	/** The recorder itself failed. */
	'failed',
] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

/**
 * Why footage is missing inside a run. `deleted`: a person said so. `stalled`: the lens delivered
 * no frames, or the device slept. `evicted`: it made room, behind a pin; an earlier version wrote
 * `deleted`.
 */
export const HOLE_REASONS = ['deleted', 'damaged', 'stalled', 'evicted'] as const;
export type HoleReason = (typeof HOLE_REASONS)[number];

declare const newer: unique symbol;
/** A reason that only a newer version knows (ST33). */
export type NewerReason = string & { readonly [newer]: true };

/** A span inside a run without footage. */
export interface Hole {
	readonly startUs: number;
	readonly endUs: number;
	readonly why: HoleReason | NewerReason;
}

const KNOWN: ReadonlySet<string> = new Set([...RUN_ENDS, ...HOLE_REASONS]);

export function isKnownReason(why: string): why is RunEnd | HoleReason {
	return KNOWN.has(why);
}

/** One uninterrupted recording with one codec configuration, so one init section. */
export interface Run {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly runId: RunId;
	/** The epoch whose key seals it; constant within a run. */
	readonly epoch: number;
	/** Full MIME type with the codec string read from the init section. */
	readonly mime: string;
	/** Wall time of media time 0, microseconds since 1970: the capture time of the first frame. */
	readonly anchorUs: number;
	/** Wall time of the start of the oldest kept segment, and of the end of the newest. */
	readonly startUs: number;
	readonly endUs: number;
	/** Oldest kept and newest segment; `lastSeq` is 0 while there is only the init section. */
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Sealed bytes kept, init section included. */
	readonly bytes: number;
	readonly holes: readonly Hole[];
	/** `null` while recording, or after a crash until recovery closes it. */
	readonly ended: RunEnd | NewerReason | null;
}

export type RunStart = Pick<Run, 'camera' | 'runNo' | 'runId' | 'epoch' | 'mime' | 'anchorUs'>;

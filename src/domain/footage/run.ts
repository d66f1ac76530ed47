import type { CameraId, RunId } from '#domain/base/ids.ts';

/** Why a run ended; it becomes the reason of the gap behind it. */
export const RUN_ENDS = [
	/** A person pressed stop. */
	'stopped',
	/** Replaced on time by the next run; no frame is missing. */
	'rotated',
	/** The browser or the device went away: kill, crash, power, closed tab. */
	'interrupted',
	/** The wall clock was set while recording. */
	'clock-step',
	/** Lens, quality or sound was changed. */
	'changed',
	/** The track said "live" but no frames came. */
	'stalled',
	/** The lens went away: unplugged, taken by the system. */
	'unplugged',
	/** Permission was withdrawn in mid-run. */
	'denied',
	/** No room, and making room did not help. */
	'quota',
	/** The store did not answer or refused. */
	'store',
	/** The recorder itself failed. */
	'failed',
] as const;
export type RunEnd = (typeof RUN_ENDS)[number];

/**
 * Why footage is missing inside a run. `stalled`: the lens gave no picture, or the device slept.
 */
export const HOLE_REASONS = ['deleted', 'damaged', 'stalled'] as const;

/** A span inside a run that has no footage, or none any more. */
export interface Hole {
	readonly startUs: number;
	readonly endUs: number;
	readonly why: (typeof HOLE_REASONS)[number];
}

/** One uninterrupted recording with one codec configuration, so one init section. */
export interface Run {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly runId: RunId;
	/** Which of the camera's epoch keys seals it. A run never changes its epoch. */
	readonly epoch: number;
	/** Full MIME type with the codec string read from the init section. */
	readonly mime: string;
	/** Wall time of media time 0, microseconds since 1970: the capture time of the first frame. */
	readonly anchorUs: number;
	/** Wall time of the oldest kept segment's first frame, and of the end of the newest. */
	readonly startUs: number;
	readonly endUs: number;
	/** Oldest kept and newest segment; `lastSeq` is 0 while only the init section is there. */
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** Sealed bytes kept, init section included. */
	readonly bytes: number;
	/** Place of the init section. */
	readonly initPlace: number;
	readonly holes: readonly Hole[];
	/** `null` while it records, or after a kill until recovery closes it. */
	readonly ended: RunEnd | null;
}

/** What is known when a run begins. */
export type RunStart = Pick<Run, 'camera' | 'runNo' | 'runId' | 'epoch' | 'mime' | 'anchorUs'>;

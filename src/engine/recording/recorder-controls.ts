import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { Run, RunEnd } from '#domain/footage/run.ts';
import type { Repair } from '#domain/recording/watchdog.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { Capture, Picture } from '#ports/media/capture.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import type { Retention } from '#engine/storage/retention.ts';
import type { EncodingStats, RunWriterTools } from './run-writer.ts';

/** Where the camera of this device stands. One value; screens derive everything from it. */
export type RecorderState =
	/** No lens open. `fault`: why the last try failed. */
	| { readonly kind: 'off'; readonly fault: Fault | null }
	| { readonly kind: 'opening' }
	/** Picture on, not recording. */
	| { readonly kind: 'preview'; readonly view: LensView }
	/** Another tab of this browser records this camera. */
	| { readonly kind: 'elsewhere' }
	/** Recording was asked for; the first segment is not saved yet. */
	| { readonly kind: 'starting'; readonly view: LensView }
	| {
			readonly kind: 'recording';
			readonly view: LensView;
			readonly saved: RecordingProgress;
			readonly notes: readonly RecordingNotice[];
	  }
	/** Armed, but nothing is being saved right now; it tries again by itself. */
	| {
			readonly kind: 'blind';
			readonly why: RunEnd;
			readonly fault: Fault | null;
			readonly sinceMs: number;
			readonly view: LensView | null;
	  };

/** Things the person should know although it records. */
export type RecordingNotice = 'sound-missing' | 'muted';

export interface LensView {
	readonly picture: Picture;
	readonly lensId: string;
	readonly label: string;
	readonly sound: boolean;
	/**
	 * What the lens is called that was chosen and is not there, so that this one is used; '': nobody
	 * knows.
	 */
	readonly instead?: string | null;
}

export interface RecordingProgress {
	/** Wall time (ms) recording began, and the end of the newest saved segment. */
	readonly sinceMs: number;
	readonly untilMs: number;
	readonly segments: number;
	readonly bytes: number;
}

export interface RecorderChoice {
	readonly lensId: string | null;
	readonly lensLabel?: string | null;
	readonly profile: Profile;
	readonly sound: boolean;
}

/** What screens may ask of the recorder; `recorder.ts` owns the order in which things happen. */
export interface RecorderControls {
	readonly state: RecorderState;
	readonly camera: CameraId | null;
	/** What the person chose, whatever is recorded now. */
	readonly chosenProfile: Profile;
	/** `null`: nothing is being encoded. */
	readonly encodingStats: EncodingStats | null;
	on(listener: () => void): () => void;
	/**
	 * Opens the lens and shows the picture, where none is on. Never throws: the state says what
	 * happened.
	 */
	open(choice: RecorderChoice): Promise<void>;
	/**
	 * Changes lens, quality or sound; opens no lens that is closed; while recording the run is
	 * replaced without losing a frame where the lens stays.
	 */
	change(choice: RecorderChoice): Promise<void>;
	/** Records so many steps below what was chosen, which stays chosen. */
	degrade(step: number): Promise<void>;
	/**
	 * Replaces the run that is being recorded by a new one, without losing a frame; does nothing
	 * else.
	 */
	renewRun(): Promise<void>;
	start(): Promise<void>;
	/** Goes on by itself where recording was on before the page went away. True when it does. */
	resume(): Promise<boolean>;
	/** Tries now what it would try later. */
	retry(): Promise<void>;
	stop(): Promise<void>;
	/** Closes the lens. */
	/** `leaving`: no screen shows its picture any more. */
	close(leaving?: boolean): Promise<void>;
}

export interface RecorderTools extends RunWriterTools {
	readonly capture: Capture;
	readonly segments: SegmentStore;
	readonly retention: Retention;
	readonly tenure: CameraLock;
	readonly preferences: PreferenceStore;
	/** Told before the next try what is made anew for it; may load the page anew itself. */
	readonly prepareRepair?: (camera: CameraId, repair: Repair) => Promise<'reloading' | null>;
	/** The camera this device is, or `null` before its first start. */
	readonly camera: () => CameraId | null;
}

export function progressWith(
	before: RecordingProgress | null,
	sinceMs: number,
	run: Run,
	segment: SealedSegment,
): RecordingProgress {
	return {
		sinceMs,
		untilMs: Math.max(before?.untilMs ?? 0, run.endUs / 1000),
		segments: (before?.segments ?? 0) + 1,
		bytes: (before?.bytes ?? 0) + segment.bytes.length,
	};
}

export function noticesOf(signs: {
	readonly soundMissing: boolean;
	readonly muted: boolean;
}): RecordingNotice[] {
	const notes: RecordingNotice[] = [];
	if (signs.soundMissing) notes.push('sound-missing');
	if (signs.muted) notes.push('muted');
	return notes;
}

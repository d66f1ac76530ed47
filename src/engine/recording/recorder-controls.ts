import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Profile } from '#domain/recording/profile.ts';
import type { Run, RunEnd } from '#domain/footage/run.ts';
import type { Repair } from '#domain/recording/watchdog.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import type { Capture, Picture } from '#ports/media/capture.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';
import type { Retention } from '#engine/storage/retention.ts';
import type { EncodingStats, RunWriterTools } from './run-writer.ts';

/** State of this device's camera. Screens derive everything from this one value. */
export type RecorderState =
	/** No lens open. `fault`: why the last attempt failed. */
	| { readonly kind: 'off'; readonly fault: Fault | null }
	| { readonly kind: 'opening' }
	/** Lens open, not recording. */
	| { readonly kind: 'preview'; readonly view: LensView }
	/** Another tab of this browser records this camera. */
	| { readonly kind: 'elsewhere' }
	/** Recording was requested; the first segment is not saved yet. */
	| { readonly kind: 'starting'; readonly view: LensView }
	| {
			readonly kind: 'recording';
			readonly view: LensView;
			readonly saved: RecordingProgress;
			readonly notes: readonly RecordingNotice[];
	  }
	/** Armed, but nothing is being saved; the recorder retries by itself. */
	| {
			readonly kind: 'blind';
			readonly why: RunEnd;
			readonly fault: Fault | null;
			readonly sinceMs: number;
			readonly view: LensView | null;
	  };

/** Things the person should know while recording goes on. */
export type RecordingNotice = 'sound-missing' | 'muted';

export interface LensView {
	readonly picture: Picture;
	readonly lensId: string;
	readonly label: string;
	readonly sound: boolean;
	/**
	 * Label of the chosen lens if that is missing and this one is used instead; '': label unknown.
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

/** What the UI may ask of the recorder, which serializes all calls. */
export interface RecorderControls {
	readonly state: RecorderState;
	readonly camera: CameraId | null;
	/** What the person chose, even if recording is degraded. */
	readonly chosenProfile: Profile;
	/** `null`: nothing is being encoded. */
	readonly encodingStats: EncodingStats | null;
	on(listener: () => void): () => void;
	/** Opens the lens for preview unless one is shown already. Never throws: see `state`. */
	open(choice: RecorderChoice): Promise<void>;
	/**
	 * Changes lens, quality or sound. Does not open a closed lens, except when armed. While recording
	 * it replaces the run, without losing a frame if lens and frame size stay the same.
	 */
	change(choice: RecorderChoice): Promise<void>;
	/** Records `step` steps below the chosen quality. The choice itself does not change. */
	degrade(step: number): Promise<void>;
	/** Starts a new run without losing a frame. No-op when not recording. */
	renewRun(): Promise<void>;
	start(): Promise<void>;
	/** Resumes recording if it was on when the page closed. Resolves to whether it is armed now. */
	resume(): Promise<boolean>;
	/** Makes the next attempt now instead of waiting for the timer. */
	retry(): Promise<void>;
	stop(): Promise<void>;
	/** Closes the lens unless armed. `leaving`: no screen shows the picture any longer. */
	close(leaving?: boolean): Promise<void>;
}

export interface RecorderTools extends RunWriterTools {
	readonly capture: Capture;
	readonly segments: SegmentStore;
	readonly retention: Retention;
	readonly tenure: CameraLock;
	readonly preferences: PreferenceStore<CameraPreferences>;
	/**
	 * Called before the next attempt with what will be recreated for it; may itself reload the page.
	 */
	readonly prepareRepair?: (camera: CameraId, repair: Repair) => Promise<'reloading' | null>;
	/** This device's camera, or `null` before one was created. */
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

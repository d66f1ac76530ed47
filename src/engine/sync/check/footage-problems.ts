import type { CameraId } from '#domain/base/ids.ts';
import type { FootageProblem } from '#domain/sync/footage-problem.ts';

/** What was noticed of footage that was looked at, and did not go by itself since (SY45). */
export interface FootageProblems {
	/** Sorted by start; neighbours of one kind are one. */
	of(camera: CameraId): readonly FootageProblem[];
	/** Notifies when there are others. Returns an unsubscribe function. */
	on(listener: () => void): () => void;
}

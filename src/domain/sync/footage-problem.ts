import type { CameraId } from '#domain/base/ids.ts';
import type { Origin } from '#domain/footage/origin.ts';
import type { Span } from '#domain/footage/span.ts';

/**
 * What is wrong with a camera's footage at an origin, by what the camera signed (SY45).
 *
 * - `forged`: it sent what the camera did not sign, or not for this place. None of it is shown.
 * - `old`: it ends before footage that this device has seen there.
 * - `withheld`: the camera signed more than the origin tells of.
 * - `missing`: numbers that the camera gave are not there, and nobody who may deleted them.
 */
export const FOOTAGE_PROBLEMS = ['forged', 'old', 'withheld', 'missing'] as const;
export type FootageProblemKind = (typeof FOOTAGE_PROBLEMS)[number];

/** The span is as exact as what is known allows: where all is gone, nobody tells when it ended. */
export interface FootageProblem extends Span {
	readonly camera: CameraId;
	readonly kind: FootageProblemKind;
	/** Where it was noticed. */
	readonly at: Origin;
	/** Segments, about a second each; 0: not known how many. */
	readonly segments: number;
	/** Which other origins have it, by the camera's own word, nearest first. */
	readonly origins: readonly Origin[];
	/** Only `missing`: all that is older is gone as well, as where the oldest makes room (RS5). */
	readonly left: boolean;
	/** The camera was asked to send it again. */
	readonly asked: boolean;
}

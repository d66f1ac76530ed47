import type { CaptureRequest } from '#ports/media/capture.ts';

/** Constraints that a lens may refuse; the request is then repeated without them. */
export type RefusedConstraint = 'shape' | 'frameRate' | 'resizeMode';

/** W3C Media Capture Extensions. */
type ResizableConstraints = MediaTrackConstraints & { resizeMode?: { readonly exact: 'none' } };

/** Tolerance of the aspect ratio: lenses offer sizes such as 1366 × 768. */
const SHAPE = 0.02;

/**
 * RC28: asks for a native mode of the lens with the aspect ratio of the chosen size and at least as
 * large; else for any native mode, since browsers would crop to the requested aspect ratio.
 * Browsers ignore constraints they do not know.
 */
export function constraintsFor(
	{ width, height, frameRate }: CaptureFormat,
	without: readonly RefusedConstraint[],
): MediaTrackConstraints {
	const shape = width / height;
	const constraints: ResizableConstraints = {
		width: { ideal: width },
		height: { ideal: height },
		frameRate: { ideal: frameRate },
	};
	if (!without.includes('frameRate')) {
		constraints.frameRate = { ideal: frameRate, max: Math.max(frameRate, 1) };
	}
	if (!without.includes('resizeMode')) constraints.resizeMode = { exact: 'none' };
	if (without.includes('shape')) return constraints;
	return {
		...constraints,
		width: { ideal: width, min: width },
		height: { ideal: height, min: height },
		aspectRatio: { min: shape * (1 - SHAPE), max: shape * (1 + SHAPE) },
	};
}

export type CaptureFormat = Pick<CaptureRequest, 'width' | 'height' | 'frameRate'>;

export function refusedConstraint(error: unknown): RefusedConstraint | null {
	const { name, constraint = '' } = error as { name?: string; constraint?: string };
	if (name !== 'OverconstrainedError') return null;
	if (constraint === 'frameRate' || constraint === 'resizeMode') return constraint;
	return constraint === 'deviceId' ? null : 'shape';
}

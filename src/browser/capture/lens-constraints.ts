import type { CaptureRequest } from '#ports/media/capture.ts';

/** What a lens may refuse, and is then had as well as it can. */
export type RefusedConstraint = 'shape' | 'frameRate' | 'resizeMode';

/** W3C Media Capture Extensions. */
type ResizableConstraints = MediaTrackConstraints & { resizeMode?: { readonly exact: 'none' } };

/** Of the shape of a size; lenses give 1366 × 768 and the like. */
const SHAPE = 0.02;

/**
 * RC28: a mode of the lens as it is, of the shape of the chosen size and not smaller; else one of
 * another shape, whole. Browsers would cut a picture to the shape that is asked for. Names that a
 * browser does not know it ignores.
 */
export function constraintsFor(
	{ width, height, frameRate }: CaptureFormat,
	without: readonly RefusedConstraint[],
): MediaTrackConstraints {
	const shape = width / height;
	const wished: ResizableConstraints = {
		width: { ideal: width },
		height: { ideal: height },
		frameRate: { ideal: frameRate },
	};
	if (!without.includes('frameRate')) {
		wished.frameRate = { ideal: frameRate, max: Math.max(frameRate, 1) };
	}
	if (!without.includes('resizeMode')) wished.resizeMode = { exact: 'none' };
	if (without.includes('shape')) return wished;
	return {
		...wished,
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

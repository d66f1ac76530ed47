/** Width and height, in pixels. */
export interface Dimensions {
	readonly width: number;
	readonly height: number;
}

/**
 * RC29: the whole view of a lens at the size that was chosen: no larger than it, upright or lying
 * as the lens is, and in the lens's own shape. A view that is smaller stays as it is. Sides are
 * even, as H.264 has them.
 */
export function scaledToFit({ width, height }: Dimensions, chosen: Dimensions): Dimensions {
	const long = Math.max(chosen.width, chosen.height);
	const short = Math.min(chosen.width, chosen.height);
	const [across, down] = width < height ? [short, long] : [long, short];
	const scale = Math.min(1, across / width, down / height);
	if (!(scale < 1)) return { width, height };
	return { width: even(width * scale), height: even(height * scale) };
}

const even = (pixels: number): number => Math.max(2, 2 * Math.round(pixels / 2));

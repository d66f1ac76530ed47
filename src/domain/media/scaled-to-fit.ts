/** Width and height in pixels. */
export interface Dimensions {
	readonly width: number;
	readonly height: number;
}

/**
 * RC29: the lens's whole picture, scaled down to fit the chosen size, in the lens's orientation and
 * aspect ratio. A smaller picture keeps its size. Sides are even, as H.264 requires.
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

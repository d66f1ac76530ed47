/**
 * A picture magnified within its frame. `x` and `y`: offset of its centre, in frame widths and
 * heights.
 */
export interface Zoom {
	readonly scale: number;
	readonly x: number;
	readonly y: number;
}

/** A point in the frame: 0, 0 is the centre, ±0.5 the edges. */
export interface FramePoint {
	readonly x: number;
	readonly y: number;
}

export const NO_ZOOM: Zoom = { scale: 1, x: 0, y: 0 };
const MAX_SCALE = 8;

/** The point under the fingers stays there, and the picture always fills the frame. */
export function zoomedAt(zoom: Zoom, factor: number, at: FramePoint): Zoom {
	const scale = clamp(zoom.scale * factor, 1, MAX_SCALE);
	const by = scale / zoom.scale;
	return filled({ scale, x: at.x - (at.x - zoom.x) * by, y: at.y - (at.y - zoom.y) * by });
}

export function panned(zoom: Zoom, by: FramePoint): Zoom {
	return filled({ scale: zoom.scale, x: zoom.x + by.x, y: zoom.y + by.y });
}

function filled({ scale, x, y }: Zoom): Zoom {
	const limit = (scale - 1) / 2;
	return { scale, x: clamp(x, -limit, limit), y: clamp(y, -limit, limit) };
}

function clamp(n: number, low: number, high: number): number {
	return Math.min(Math.max(n, low), high);
}

/** In CSS pixels. */
export interface PixelSize {
	readonly width: number;
	readonly height: number;
}

export interface BadgePosition {
	readonly x: number;
	readonly y: number;
}

/**
 * The R2 low-discrepancy sequence (M. Roberts): the inverses of the plastic number and of its
 * square. It covers an area evenly.
 */
const R2_STEPS = [0.754877666, 0.569840291] as const;
const EDGE_PX = 16;

/** GM2: upper left corner of the badge in minute `turn`. */
export function badgePosition(turn: number, screen: PixelSize, badge: PixelSize): BadgePosition {
	const [along, down] = R2_STEPS.map((step) => (0.5 + turn * step) % 1) as [number, number];
	const free = (whole: number, part: number) => Math.max(0, whole - part - 2 * EDGE_PX);
	return {
		x: Math.round(EDGE_PX + along * free(screen.width, badge.width)),
		y: Math.round(EDGE_PX + down * free(screen.height, badge.height)),
	};
}

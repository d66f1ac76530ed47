import type { Gap, Span } from '#domain/footage/span.ts';
import type { RibbonColors } from './ribbon-colors.ts';
import {
	drawEvents,
	drawFootage,
	drawGaps,
	drawNotYet,
	drawTicks,
	HEIGHT_PX,
	LANE_PX,
	type MarkedEvent,
	type RibbonScene,
} from './ribbon-draw.ts';

export interface RibbonRow {
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
	/** Sorted. */
	readonly events: readonly MarkedEvent[];
}

export interface RowsScene extends Pick<
	RibbonScene,
	'view' | 'width' | 'strokes' | 'labels' | 'notYet'
> {
	readonly rows: readonly RibbonRow[];
	/** Height of one of them. */
	readonly rowPx: number;
}

/** Between two rows. */
const SEAM_PX = 2;
/** Height of the ticks below the rows. */
export const TICKS_PX = HEIGHT_PX - LANE_PX;

/** Paints several cameras' footage one below the other, over the ticks they share. */
export function drawRows(
	context: CanvasRenderingContext2D,
	{ rows, rowPx, ...shared }: RowsScene,
	inks: RibbonColors,
): void {
	const { width, notYet } = shared;
	context.clearRect(0, 0, width, rows.length * rowPx + TICKS_PX);
	const high = rowPx - SEAM_PX;
	for (const [n, row] of rows.entries()) {
		const lane = {
			...{ ...shared, ...row, live: null },
			// Said once is enough.
			notYet: n === 0 ? notYet : { ...notYet, text: '' },
		};
		context.save();
		context.translate(0, n * rowPx);
		context.fillStyle = inks.sunk;
		context.fillRect(0, 0, width, high);
		drawNotYet(context, lane, inks, high);
		drawGaps(context, lane, inks, high);
		drawFootage(context, lane, inks, high);
		drawEvents(context, lane, inks, high / 2);
		context.restore();
	}
	context.save();
	context.translate(0, rows.length * rowPx - LANE_PX);
	drawTicks(context, shared, inks);
	context.restore();
}

import {
	firstEndingAfter,
	visibleRangeOf,
	type Tick,
	type RibbonView,
	xOf,
} from '#domain/timeline/ribbon.ts';
import type { Gap, Span } from '#domain/footage/span.ts';

/** Colours of the page's theme. */
export interface RibbonColors {
	readonly footage: string;
	readonly ink: string;
	readonly quiet: string;
	readonly line: string;
	readonly sunk: string;
	readonly pin: string;
}

export interface RibbonScene {
	readonly view: RibbonView;
	readonly width: number;
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
	readonly pins: readonly Span[];
	/** Sorted. */
	readonly events: readonly Span[];
	/** The span selected to save, pin or delete. */
	readonly mark: Span | null;
	readonly strokes: readonly Tick[];
	readonly labels: readonly {
		readonly ms: number;
		readonly text: string;
		readonly strong: boolean;
	}[];
	/** Sticks to the left edge until the next one pushes it out. */
	readonly edge: string;
	readonly thumbnails: readonly { readonly ms: number; readonly picture: ImageBitmap }[];
	/** While recording, the end of the footage pulses: phase from 0 to 1; `null`: not recording. */
	readonly live: number | null;
}

export const DATE_FONT = '600 12px system-ui, sans-serif';
const LANE_PX = 56;
export const HEIGHT_PX = 100;
const LABEL_Y = 78;
const DAY_Y = 95;
const FOOT_PX = 8;
const EVENT_PX = 5;
export const THUMBNAIL_PX = { width: 86, height: LANE_PX - FOOT_PX };

/** Paints the ribbon. The cost depends on what is visible, never on what is kept. */
export function drawRibbon(
	context: CanvasRenderingContext2D,
	lane: RibbonScene,
	inks: RibbonColors,
): void {
	const { width } = lane;
	context.clearRect(0, 0, width, HEIGHT_PX);
	context.fillStyle = inks.sunk;
	context.fillRect(0, 0, width, LANE_PX);
	drawGaps(context, lane, inks);
	drawFootage(context, lane, inks);
	drawThumbnails(context, lane);
	drawSpans(context, lane, inks);
	drawTicks(context, lane, inks);
}

/**
 * Pixel ranges of the visible spans, which must be sorted; spans less than half a pixel apart are
 * merged (TL7).
 */
function* inSight(
	{ view, width }: RibbonScene,
	spans: readonly Span[],
): Generator<[number, number]> {
	const { fromMs, toMs } = visibleRangeOf(view, width);
	let open: [number, number] | null = null;
	for (let index = firstEndingAfter(spans, fromMs * 1000); index < spans.length; index += 1) {
		const { startUs = 0, endUs = 0 } = spans[index] ?? {};
		if (startUs > toMs * 1000) break;
		const from = Math.max(-2, xOf(view, width, startUs / 1000));
		const to = Math.min(width + 2, xOf(view, width, endUs / 1000));
		if (open !== null && from - open[1] < 0.5) open[1] = Math.max(open[1], to);
		else {
			if (open !== null) yield open;
			open = [from, to];
		}
	}
	if (open !== null) yield open;
}

function drawGaps(
	context: CanvasRenderingContext2D,
	lane: RibbonScene,
	{ line }: RibbonColors,
): void {
	context.save();
	context.beginPath();
	for (const [from, to] of inSight(lane, lane.gaps)) context.rect(from, 0, to - from, LANE_PX);
	context.clip();
	context.strokeStyle = line;
	context.lineWidth = 1.5;
	context.beginPath();
	// The hatching moves with its time.
	const step = 9;
	const shift = (lane.view.centreMs / lane.view.msPerPx) % step;
	for (let x = -LANE_PX - shift - step; x < lane.width + step; x += step) {
		context.moveTo(x, LANE_PX);
		context.lineTo(x + LANE_PX, 0);
	}
	context.stroke();
	context.restore();
}

function drawFootage(
	context: CanvasRenderingContext2D,
	lane: RibbonScene,
	{ footage }: RibbonColors,
): void {
	context.fillStyle = footage;
	let lastX = 0;
	for (const [from, to] of inSight(lane, lane.footage)) {
		// At least two pixels, so that seconds of footage are visible in a month.
		context.fillRect(from, 0, Math.max(2, to - from), LANE_PX);
		lastX = to;
	}
	if (lane.live !== null && lastX > 0 && lastX <= lane.width) {
		context.globalAlpha = 0.25 + 0.5 * lane.live;
		context.fillRect(lastX, 0, 6, LANE_PX);
		context.globalAlpha = 1;
	}
}

function drawThumbnails(context: CanvasRenderingContext2D, lane: RibbonScene): void {
	const { width: wide, height } = THUMBNAIL_PX;
	context.save();
	context.beginPath();
	for (const [from, to] of inSight(lane, lane.footage)) context.rect(from, 0, to - from, LANE_PX);
	context.clip();
	for (const { ms, picture } of lane.thumbnails) {
		const x = xOf(lane.view, lane.width, ms);
		// Full height and horizontal centre, for portrait and landscape alike.
		const scale = Math.max(wide / picture.width, height / picture.height);
		const [across, down] = [wide / scale, height / scale];
		const [left, top] = [(picture.width - across) / 2, (picture.height - down) / 2];
		context.drawImage(picture, left, top, across, down, x, 0, wide, height);
	}
	context.restore();
}

function drawSpans(
	context: CanvasRenderingContext2D,
	lane: RibbonScene,
	{ pin, ink }: RibbonColors,
): void {
	context.strokeStyle = pin;
	context.lineWidth = 3;
	for (const [from, to] of inSight(lane, lane.pins)) {
		context.strokeRect(from, 1.5, Math.max(4, to - from), LANE_PX - 3);
	}
	context.fillStyle = ink;
	for (const [from, to] of inSight(lane, lane.events)) {
		context.fillRect(from, LANE_PX - EVENT_PX, Math.max(EVENT_PX, to - from), EVENT_PX);
	}
	if (lane.mark === null) return;
	for (const [from, to] of inSight(lane, [lane.mark])) {
		context.fillStyle = ink;
		context.globalAlpha = 0.16;
		context.fillRect(from, 0, to - from, LANE_PX);
		context.globalAlpha = 1;
		context.fillRect(from - 1, 0, 2, LANE_PX);
		context.fillRect(to - 1, 0, 2, LANE_PX);
	}
}

function drawTicks(
	context: CanvasRenderingContext2D,
	lane: RibbonScene,
	{ ink, quiet, line }: RibbonColors,
): void {
	const { view, width } = lane;
	context.fillStyle = line;
	for (const { ms } of lane.strokes)
		context.fillRect(Math.round(xOf(view, width, ms)), LANE_PX, 1, 5);
	context.textBaseline = 'alphabetic';
	let edgeEnds = 0;
	context.font = DATE_FONT;
	context.textAlign = 'start';
	const firstStrong = lane.labels.find(({ ms, strong }) => strong && xOf(view, width, ms) > 0);
	edgeEnds = context.measureText(lane.edge).width + 12;
	const pushed = firstStrong === undefined ? 0 : xOf(view, width, firstStrong.ms) - edgeEnds;
	context.fillStyle = ink;
	context.fillText(lane.edge, 4 + Math.min(0, pushed), DAY_Y);
	for (const { ms, text, strong } of lane.labels) {
		const x = xOf(view, width, ms);
		context.fillStyle = quiet;
		context.fillRect(Math.round(x), LANE_PX, 1, 9);
		if (strong) {
			context.fillStyle = ink;
			context.font = DATE_FONT;
			context.textAlign = 'start';
			if (x > 0) context.fillText(text, x + 4, DAY_Y);
			context.fillRect(Math.round(x), LANE_PX, 1, HEIGHT_PX - LANE_PX - 2);
		} else {
			context.font = '12px system-ui, sans-serif';
			context.textAlign = 'center';
			context.fillText(text, x, LABEL_Y);
		}
	}
}

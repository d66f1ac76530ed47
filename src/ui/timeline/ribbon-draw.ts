import {
	firstEndingAfter,
	visibleRangeOf,
	type Tick,
	type RibbonView,
	xOf,
} from '#domain/timeline/ribbon.ts';
import type { Gap, Span } from '#domain/footage/span.ts';
import type { EventClass } from '#domain/recording/event-class.ts';
import type { ThumbnailSlot } from '#state/playback/thumbnail-cache.svelte.ts';
import type { RibbonColors } from './ribbon-colors.ts';

export interface MarkedEvent extends Span {
	readonly shape: EventClass;
}

export interface RibbonScene {
	readonly view: RibbonView;
	readonly width: number;
	readonly footage: readonly Span[];
	readonly gaps: readonly Gap[];
	readonly pins: readonly Span[];
	/** Sorted. */
	readonly events: readonly MarkedEvent[];
	/** The span selected to save, pin or delete. */
	readonly mark: Span | null;
	readonly strokes: readonly Tick[];
	readonly labels: readonly {
		readonly ms: number;
		readonly text: string;
		readonly strong: boolean;
	}[];
	readonly thumbnails: readonly ThumbnailSlot[];
	/** From here on nothing can have been recorded yet; and what that is called. */
	readonly notYet: { readonly fromMs: number; readonly text: string };
	/** While recording, the end of the footage pulses: phase from 0 to 1; `null`: not recording. */
	readonly live: number | null;
}

const DATE_FONT = '600 12px system-ui, sans-serif';
const FONT = '12px system-ui, sans-serif';
export const LANE_PX = 56;
export const HEIGHT_PX = 100;
const LABEL_Y = 77;
const DAY_Y = 94;
/** Below the thumbnails, footage is solid: where it is can be read at any scale. */
const FOOT_PX = 10;
const MARK_Y = 12;
const MARK_PX = 5;
/** Marks closer than this are drawn as one. */
const MARK_GAP_PX = 9;
export const THUMBNAIL_PX = { width: 82, height: LANE_PX - FOOT_PX };

/** Room that the label of any date needs; pixels. */
export function dateRoom(
	context: CanvasRenderingContext2D,
	tick: (ms: number, kind: 'day') => string,
): number {
	context.font = DATE_FONT;
	// Samples of every weekday and every month.
	const dates = Array.from({ length: 14 }, (_, n) => new Date(2026, n, 20 + n).getTime());
	const widths = dates.map((ms) => context.measureText(tick(ms, 'day')).width);
	return Math.ceil(Math.max(...widths)) + 14;
}

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
	drawNotYet(context, lane, inks);
	drawGaps(context, lane, inks);
	drawFootage(context, lane, inks);
	drawThumbnails(context, lane);
	drawPins(context, lane, inks);
	drawEvents(context, lane, inks);
	drawMark(context, lane, inks);
	drawTicks(context, lane, inks);
}

/**
 * Pixel ranges of the visible spans, which must be sorted; spans less than half a pixel apart are
 * merged (TL7).
 */
function* inSight(
	{ view, width }: Pick<RibbonScene, 'view' | 'width'>,
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

export function drawGaps(
	context: CanvasRenderingContext2D,
	lane: Pick<RibbonScene, 'view' | 'width' | 'gaps'>,
	{ hatch }: RibbonColors,
	high = LANE_PX,
): void {
	context.save();
	context.beginPath();
	for (const [from, to] of inSight(lane, lane.gaps)) context.rect(from, 0, to - from, high);
	context.clip();
	context.strokeStyle = hatch;
	context.lineWidth = 1.5;
	context.beginPath();
	// The hatching moves with its time.
	const step = 9;
	const shift = (lane.view.centreMs / lane.view.msPerPx) % step;
	for (let x = -high - shift - step; x < lane.width + step; x += step) {
		context.moveTo(x, high);
		context.lineTo(x + high, 0);
	}
	context.stroke();
	context.restore();
}

export function drawFootage(
	context: CanvasRenderingContext2D,
	lane: Pick<RibbonScene, 'view' | 'width' | 'footage'>,
	{ footage }: RibbonColors,
	high = LANE_PX,
): void {
	context.fillStyle = footage;
	for (const [from, to] of inSight(lane, lane.footage)) {
		// At least two whole pixels, so that seconds of footage are visible in a month.
		const wide = to - from >= 2;
		context.fillRect(wide ? from : Math.round(from), 0, wide ? to - from : 2, high);
	}
}

/** A strip of film: a slot repeats its picture rather than leaving a gap or distorting it. */
function drawThumbnails(context: CanvasRenderingContext2D, lane: RibbonScene): void {
	const { width: wide, height } = THUMBNAIL_PX;
	context.save();
	context.beginPath();
	for (const [from, to] of inSight(lane, lane.footage)) context.rect(from, 0, to - from, LANE_PX);
	context.clip();
	for (const { fromMs, untilMs, picture } of lane.thumbnails) {
		// Full height and horizontal centre, for portrait and landscape alike.
		const scale = Math.max(wide / picture.width, height / picture.height);
		const down = height / scale;
		const top = (picture.height - down) / 2;
		const endX = xOf(lane.view, lane.width, untilMs);
		for (let x = xOf(lane.view, lane.width, fromMs); x < endX - 0.5; x += wide) {
			const shown = Math.min(wide, endX - x);
			const left = (picture.width - wide / scale) / 2;
			context.drawImage(picture, left, top, shown / scale, down, x, 0, shown, height);
		}
	}
	context.restore();
}

/** Unlike what was never recorded: the page itself, behind a dotted edge. */
export function drawNotYet(
	context: CanvasRenderingContext2D,
	lane: Pick<RibbonScene, 'view' | 'width' | 'notYet' | 'live'>,
	{ paper, quiet, footage }: RibbonColors,
	high = LANE_PX,
): void {
	const { width, notYet, live } = lane;
	const x = xOf(lane.view, width, notYet.fromMs);
	if (x >= width) return;
	const from = Math.max(0, x);
	context.fillStyle = paper;
	context.fillRect(from, 0, width - from, high);
	if (x < 0) return;
	context.strokeStyle = quiet;
	context.lineWidth = 2;
	context.setLineDash([2, 4]);
	context.beginPath();
	context.moveTo(x + 1, 0);
	context.lineTo(x + 1, high);
	context.stroke();
	context.setLineDash([]);
	if (live !== null) {
		context.fillStyle = footage;
		context.globalAlpha = 0.4 + 0.6 * live;
		context.fillRect(x, 0, 4, high);
		context.globalAlpha = 1;
	}
	context.font = FONT;
	context.textAlign = 'start';
	context.textBaseline = 'alphabetic';
	if (context.measureText(notYet.text).width + 24 > width - x) return;
	context.fillStyle = quiet;
	context.fillText(notYet.text, x + 12, high / 2 + 4);
}

/** A line that can be told from whatever is on both sides of it. */
function outline(
	context: CanvasRenderingContext2D,
	{ paper }: RibbonColors,
	ink: string,
	widthPx: number,
): void {
	context.strokeStyle = paper;
	context.lineWidth = widthPx + 3;
	context.stroke();
	context.strokeStyle = ink;
	context.lineWidth = widthPx;
	context.stroke();
}

function drawPins(context: CanvasRenderingContext2D, lane: RibbonScene, inks: RibbonColors): void {
	for (const [from, to] of inSight(lane, lane.pins)) {
		context.beginPath();
		context.rect(from + 2, 2.5, Math.max(4, to - from - 4), LANE_PX - 5);
		outline(context, inks, inks.pin, 2.5);
	}
}

export function drawEvents(
	context: CanvasRenderingContext2D,
	lane: Pick<RibbonScene, 'view' | 'width' | 'events'>,
	inks: RibbonColors,
	markY = MARK_Y,
): void {
	const { view, width, events } = lane;
	const { fromMs, toMs } = visibleRangeOf(view, width);
	// A long event that began out of sight is drawn as long as it lasts.
	for (const [from, to] of inSight(lane, events)) {
		if (to - from < MARK_GAP_PX) continue;
		context.beginPath();
		context.moveTo(from, markY);
		context.lineTo(to, markY);
		outline(context, inks, inks.ink, 1.5);
	}
	const last: Record<EventClass, number> = { tamper: -99, access: -99, technical: -99 };
	for (let index = firstEndingAfter(events, fromMs * 1000); index < events.length; index += 1) {
		const event = events[index];
		if (event === undefined || event.startUs > toMs * 1000) break;
		const x = xOf(view, width, event.startUs / 1000);
		if (x - last[event.shape] < MARK_GAP_PX) continue;
		last[event.shape] = x;
		context.beginPath();
		trace(context, event.shape, x, markY);
		outline(context, inks, inks.ink, 1);
		context.fillStyle = inks.ink;
		context.fill();
	}
}

/** A triangle warns, a disc is somebody, a small square is the machine. */
function trace(context: CanvasRenderingContext2D, shape: EventClass, x: number, y: number): void {
	const r = MARK_PX;
	switch (shape) {
		case 'tamper':
			context.moveTo(x, y - r - 1);
			context.lineTo(x + r + 1, y + r);
			context.lineTo(x - r - 1, y + r);
			context.closePath();
			break;
		case 'access':
			context.arc(x, y, r, 0, 2 * Math.PI);
			break;
		case 'technical':
			context.rect(x - 2.5, y - 2.5, 5, 5);
	}
}

/** What is outside the selection steps back. */
function drawMark(context: CanvasRenderingContext2D, lane: RibbonScene, inks: RibbonColors): void {
	if (lane.mark === null) return;
	const from = xOf(lane.view, lane.width, lane.mark.startUs / 1000);
	const to = xOf(lane.view, lane.width, lane.mark.endUs / 1000);
	context.fillStyle = inks.paper;
	context.globalAlpha = 0.66;
	context.fillRect(0, 0, Math.max(0, from), LANE_PX);
	context.fillRect(to, 0, Math.max(0, lane.width - to), LANE_PX);
	context.globalAlpha = 1;
	context.beginPath();
	context.rect(from, 1.5, to - from, LANE_PX - 3);
	outline(context, inks, inks.ink, 2);
}

/** Below a lane that ends at `LANE_PX`. */
export function drawTicks(
	context: CanvasRenderingContext2D,
	lane: Pick<RibbonScene, 'view' | 'width' | 'strokes' | 'labels'>,
	{ ink, quiet, line }: RibbonColors,
): void {
	const { view, width } = lane;
	context.fillStyle = line;
	for (const { ms } of lane.strokes)
		context.fillRect(Math.round(xOf(view, width, ms)), LANE_PX, 1, 5);
	context.textBaseline = 'alphabetic';
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
			context.font = FONT;
			context.textAlign = 'center';
			context.fillText(text, x, LABEL_Y);
		}
	}
}

import { MAX_SPAN_MS, MIN_SPAN_MS } from '#domain/timeline/ribbon.ts';
import type { Ribbon } from '#state/playback/ribbon.svelte.ts';

export interface RibbonGestureHandlers {
	/** While the playhead moves. */
	scrub(ms: number): void;
	/** When the playhead has come to rest. */
	rest(ms: number): void;
	/** A pointer hovers without scrubbing; `null`: it has left. */
	point(ms: number | null): void;
}

const TAP_PX = 8;
const TAP_MS = 400;
/** A finger that rested this long before lifting does not fling. */
const FLING_TIMEOUT_MS = 80;
/** A notch of a wheel (100 px) is about one stop of the scale, and so is a small pinch. */
const WHEEL_ZOOM_RATE = 0.008;
/** After a pause this long, the wheel starts to zoom from the scale shown. */
const WHEEL_PAUSE_MS = 500;
const WHEEL_REST_MS = 150;
const SETTLE_MS = 150;

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

/**
 * One finger scrubs, two zoom, a tap seeks; the wheel scrubs when horizontal, and zooms at the
 * pointer with Ctrl, which is also how browsers report a pinch on a trackpad. Else it scrolls the
 * page, as a vertical swipe does.
 */
export function ribbonGestures(
	element: HTMLElement,
	ribbon: Ribbon,
	handlers: RibbonGestureHandlers,
): { readonly stop: () => void; readonly halt: () => void } {
	const fingers = new Map<number, number>();
	let frame = 0;
	let drag: { atMs: number; x: number; startedMs: number; moved: number } | null = null;
	let pinch: { distance: number; spanMs: number } | null = null;
	let trace: { x: number; ms: number }[] = [];
	let wheelRest: ReturnType<typeof setTimeout> | undefined;
	/** The scale that the wheel asks for, between two stops. */
	let asked = { spanMs: 0, shownMs: 0, ms: -Infinity };

	const xIn = (event: PointerEvent | WheelEvent) =>
		event.clientX - element.getBoundingClientRect().left;
	const halt = (): void => {
		cancelAnimationFrame(frame);
		frame = 0;
	};
	/** Moves the playhead, or the ribbon if that stands still below it. */
	const moveTo = (ms: number): void => {
		if (ribbon.fixedMs === null) handlers.scrub(ribbon.hold(ms));
		else ribbon.fix(ms);
	};
	const whereMs = (): number => ribbon.fixedMs ?? ribbon.handMs;

	const begin = (x: number, startedMs = performance.now()): void => {
		drag = { atMs: whereMs(), x, startedMs, moved: 0 };
		trace = [{ x, ms: performance.now() }];
	};
	const down = (event: PointerEvent): void => {
		if (event.button !== 0) return;
		halt();
		element.setPointerCapture(event.pointerId);
		fingers.set(event.pointerId, xIn(event));
		const [one, two] = [...fingers.values()];
		if (one !== undefined && two !== undefined) {
			pinch = { distance: Math.max(20, Math.abs(one - two)), spanMs: ribbon.spanMs };
			drag = null;
		} else begin(xIn(event));
	};
	const move = (event: PointerEvent): void => {
		if (!fingers.has(event.pointerId)) {
			if (event.pointerType === 'mouse') handlers.point(ribbon.msAt(xIn(event)));
			return;
		}
		fingers.set(event.pointerId, xIn(event));
		const [one, two] = [...fingers.values()];
		if (pinch !== null && one !== undefined && two !== undefined) {
			ribbon.spanMs = pinch.spanMs;
			ribbon.zoom(Math.max(20, Math.abs(one - two)) / pinch.distance);
			return;
		}
		if (drag === null) return;
		const x = xIn(event);
		drag.moved = Math.max(drag.moved, Math.abs(x - drag.x));
		if (drag.moved < TAP_PX) return;
		trace.push({ x, ms: performance.now() });
		if (trace.length > 6) trace.shift();
		handlers.point(null);
		moveTo(drag.atMs - (x - drag.x) * ribbon.view.msPerPx);
	};
	const up = (event: PointerEvent): void => {
		if (!fingers.delete(event.pointerId)) return;
		if (pinch !== null) {
			pinch = null;
			const [left] = fingers.values();
			// The finger left after a pinch makes no tap.
			if (left !== undefined) begin(left, -Infinity);
			settle();
			return;
		}
		const done = drag;
		drag = null;
		if (done === null) return;
		const now = performance.now();
		if (done.moved < TAP_PX) {
			if (event.type === 'pointerup' && now - done.startedMs < TAP_MS) {
				handlers.point(null);
				handlers.rest(ribbon.hold(ribbon.aim(ribbon.msAt(xIn(event)))));
			} else if (ribbon.heldMs !== null) handlers.rest(ribbon.heldMs);
			return;
		}
		if (ribbon.fixedMs === null) glide(speedOf(now), now);
	};
	/** TL23: a pinch ends at a scale that has a name. */
	const settle = (): void => {
		if (ribbon.fixedMs !== null) return;
		const [fromMs, toMs] = [ribbon.spanMs, ribbon.nearestStop(ribbon.spanMs)];
		const begunMs = performance.now();
		const step = (now: number): void => {
			const share = isStill() ? 1 : Math.min(1, Math.max(0, now - begunMs) / SETTLE_MS);
			ribbon.spanMs = share === 1 ? toMs : fromMs * (toMs / fromMs) ** (1 - (1 - share) ** 2);
			if (share < 1) frame = requestAnimationFrame(step);
		};
		halt();
		frame = requestAnimationFrame(step);
	};
	const speedOf = (now: number): number => {
		const [first] = trace;
		const last = trace.at(-1);
		if (!first || !last || last.ms - first.ms < 1 || now - last.ms > FLING_TIMEOUT_MS) return 0;
		return (last.x - first.x) / (last.ms - first.ms);
	};
	const glide = (speed: number, begunMs: number): void => {
		const fromMs = ribbon.handMs;
		if (isStill() || Math.abs(speed) < 0.05) {
			handlers.rest(fromMs);
			return;
		}
		const step = (now: number): void => {
			const { ms, rests } = ribbon.glide(fromMs, speed, Math.max(0, now - begunMs));
			if (rests) handlers.rest(ms);
			else {
				handlers.scrub(ms);
				frame = requestAnimationFrame(step);
			}
		};
		frame = requestAnimationFrame(step);
	};
	const restSoon = (): void => {
		clearTimeout(wheelRest);
		wheelRest = setTimeout(() => {
			if (ribbon.heldMs !== null) handlers.rest(ribbon.heldMs);
		}, WHEEL_REST_MS);
	};
	const wheel = (event: WheelEvent): void => {
		const [across, down] = event.shiftKey
			? [event.deltaY || event.deltaX, 0]
			: [event.deltaX, event.deltaY];
		const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
		if (event.ctrlKey) {
			event.preventDefault();
			halt();
			zoomBy(event.deltaY * lines, xIn(event));
		} else if (Math.abs(across) > Math.abs(down)) {
			event.preventDefault();
			halt();
			moveTo(whereMs() + across * lines * ribbon.view.msPerPx);
			restSoon();
		}
	};
	const zoomBy = (deltaPx: number, x: number): void => {
		const ms = performance.now();
		if (ms - asked.ms > WHEEL_PAUSE_MS || asked.shownMs !== ribbon.spanMs) {
			asked = { spanMs: ribbon.spanMs, shownMs: ribbon.spanMs, ms };
		}
		const wantedMs = Math.min(
			MAX_SPAN_MS,
			Math.max(MIN_SPAN_MS, asked.spanMs * Math.exp(deltaPx * WHEEL_ZOOM_RATE)),
		);
		const shownMs = ribbon.nearestStop(wantedMs);
		asked = { spanMs: wantedMs, shownMs, ms };
		if (shownMs === ribbon.spanMs) return;
		const handMs = ribbon.zoomAt(x, shownMs);
		if (handMs === null) return;
		handlers.scrub(handMs);
		restSoon();
	};
	const leave = (): void => handlers.point(null);

	element.addEventListener('pointerdown', down);
	element.addEventListener('pointermove', move);
	element.addEventListener('pointerup', up);
	element.addEventListener('pointercancel', up);
	element.addEventListener('pointerleave', leave);
	element.addEventListener('wheel', wheel, { passive: false });
	return {
		halt,
		stop: () => {
			halt();
			clearTimeout(wheelRest);
			element.removeEventListener('pointerdown', down);
			element.removeEventListener('pointermove', move);
			element.removeEventListener('pointerup', up);
			element.removeEventListener('pointercancel', up);
			element.removeEventListener('pointerleave', leave);
			element.removeEventListener('wheel', wheel);
		},
	};
}

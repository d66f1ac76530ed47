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
const WHEEL_ZOOM_RATE = 0.0016;

/** One finger scrubs, two zoom, a tap seeks; the wheel zooms, or scrubs when horizontal. */
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

	const xIn = (event: PointerEvent | WheelEvent) =>
		event.clientX - element.getBoundingClientRect().left;
	const halt = (): void => {
		cancelAnimationFrame(frame);
		frame = 0;
	};

	const begin = (x: number, startedMs = performance.now()): void => {
		drag = { atMs: ribbon.handMs, x, startedMs, moved: 0 };
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
		handlers.scrub(ribbon.hold(drag.atMs - (x - drag.x) * ribbon.view.msPerPx));
	};
	const up = (event: PointerEvent): void => {
		if (!fingers.delete(event.pointerId)) return;
		if (pinch !== null) {
			pinch = null;
			const [left] = fingers.values();
			// The finger left after a pinch makes no tap.
			if (left !== undefined) begin(left, -Infinity);
			return;
		}
		const done = drag;
		drag = null;
		if (done === null) return;
		const now = performance.now();
		if (done.moved < TAP_PX) {
			if (event.type === 'pointerup' && now - done.startedMs < TAP_MS) {
				const ms = ribbon.msAt(xIn(event));
				handlers.rest(ribbon.hold(ms));
			} else if (ribbon.heldMs !== null) handlers.rest(ribbon.heldMs);
			return;
		}
		glide(speedOf(now), now);
	};
	const speedOf = (now: number): number => {
		const [first] = trace;
		const last = trace.at(-1);
		if (!first || !last || last.ms - first.ms < 1 || now - last.ms > FLING_TIMEOUT_MS) return 0;
		return (last.x - first.x) / (last.ms - first.ms);
	};
	const glide = (speed: number, begunMs: number): void => {
		const fromMs = ribbon.handMs;
		const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
		if (still || Math.abs(speed) < 0.05) {
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
	const wheel = (event: WheelEvent): void => {
		event.preventDefault();
		halt();
		const sideways = event.shiftKey ? event.deltaY : event.deltaX;
		if (Math.abs(sideways) > Math.abs(event.shiftKey ? event.deltaX : event.deltaY)) {
			handlers.scrub(ribbon.hold(ribbon.handMs + sideways * ribbon.view.msPerPx));
			clearTimeout(wheelRest);
			wheelRest = setTimeout(() => handlers.rest(ribbon.handMs), 150);
			return;
		}
		const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
		ribbon.zoom(Math.exp(-event.deltaY * lines * WHEEL_ZOOM_RATE));
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

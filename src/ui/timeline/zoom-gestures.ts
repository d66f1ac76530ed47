import type { FramePoint } from '#domain/timeline/zoom.ts';
import type { PictureZoom } from '#state/live/picture-zoom.svelte.ts';

const WHEEL_ZOOM_RATE = 0.0016;
const TAP_PX = 10;
const DOUBLE_TAP_MS = 350;

/** Two fingers and the wheel zoom, one finger pans, a double tap zooms in or out. */
export function zoomGestures(frame: HTMLElement, zooming: PictureZoom): () => void {
	const fingers = new Map<number, FramePoint>();
	let tapped: { readonly at: FramePoint; readonly ms: number } | null = null;
	let moved = 0;

	const pointIn = ({ clientX, clientY }: { clientX: number; clientY: number }): FramePoint => {
		const { left, top, width, height } = frame.getBoundingClientRect();
		return { x: (clientX - left) / width - 0.5, y: (clientY - top) / height - 0.5 };
	};
	const down = (event: PointerEvent): void => {
		if (event.button !== 0 || isControl(event)) return;
		if (fingers.size === 0) moved = 0;
		fingers.set(event.pointerId, pointIn(event));
		frame.setPointerCapture(event.pointerId);
	};
	const move = (event: PointerEvent): void => {
		const before = fingers.get(event.pointerId);
		if (before === undefined) return;
		const at = pointIn(event);
		moved += Math.hypot(event.movementX, event.movementY);
		const [other] = [...fingers].filter(([id]) => id !== event.pointerId);
		fingers.set(event.pointerId, at);
		if (other === undefined) {
			if (moved >= TAP_PX) zooming.pan({ x: at.x - before.x, y: at.y - before.y });
			return;
		}
		const [, still] = other;
		const apart = (one: FramePoint) => Math.max(0.02, Math.hypot(one.x - still.x, one.y - still.y));
		const middle = { x: (at.x + still.x) / 2, y: (at.y + still.y) / 2 };
		const half = { x: (at.x - before.x) / 2, y: (at.y - before.y) / 2 };
		zooming.zoomAt(apart(at) / apart(before), middle);
		zooming.pan(half);
	};
	const up = (event: PointerEvent): void => {
		if (!fingers.delete(event.pointerId) || event.type !== 'pointerup') return;
		if (moved >= TAP_PX || fingers.size > 0) {
			tapped = null;
			return;
		}
		const at = pointIn(event);
		if (tapped !== null && event.timeStamp - tapped.ms < DOUBLE_TAP_MS) {
			tapped = null;
			zooming.toggleAt(at);
		} else tapped = { at, ms: event.timeStamp };
	};
	const wheel = (event: WheelEvent): void => {
		const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
		const factor = Math.exp(-event.deltaY * lines * WHEEL_ZOOM_RATE);
		// Without zoom, the wheel scrolls the page.
		if (!zooming.enlarged && factor <= 1) return;
		event.preventDefault();
		zooming.zoomAt(factor, pointIn(event));
	};

	frame.addEventListener('pointerdown', down);
	frame.addEventListener('pointermove', move);
	frame.addEventListener('pointerup', up);
	frame.addEventListener('pointercancel', up);
	frame.addEventListener('wheel', wheel, { passive: false });
	return () => {
		frame.removeEventListener('pointerdown', down);
		frame.removeEventListener('pointermove', move);
		frame.removeEventListener('pointerup', up);
		frame.removeEventListener('pointercancel', up);
		frame.removeEventListener('wheel', wheel);
	};
}

/** A control on the picture must stay clickable. */
function isControl({ target }: Event): boolean {
	return target instanceof Element && target.closest('button, a') !== null;
}

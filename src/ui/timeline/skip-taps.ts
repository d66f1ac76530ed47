const DOUBLE_TAP_MS = 350;
const NEAR_PX = 60;

/**
 * A double tap on the left half of a picture calls `skip` with -1, on the right half with 1. What a
 * single tap does is done by both taps, so that toggling ends where it began. Returns what stops
 * it.
 */
export function skipTaps(picture: HTMLElement, skip: (by: 1 | -1) => void): () => void {
	let last = { x: 0, y: 0, ms: -Infinity };
	const click = (event: MouseEvent): void => {
		const { clientX: x, clientY: y, timeStamp: ms } = event;
		const isSecond = ms - last.ms < DOUBLE_TAP_MS && Math.hypot(x - last.x, y - last.y) < NEAR_PX;
		last = { x, y, ms: isSecond ? -Infinity : ms };
		if (!isSecond) return;
		const { left, width } = picture.getBoundingClientRect();
		skip(x < left + width / 2 ? -1 : 1);
	};
	picture.addEventListener('click', click);
	return () => picture.removeEventListener('click', click);
}

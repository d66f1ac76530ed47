/**
 * Timers of a worker keep time while the page is hidden; those of the page are slowed down to one a
 * minute.
 */
export type TimerCommand =
	| { readonly kind: 'set'; readonly id: number; readonly ms: number; readonly again: boolean }
	| { readonly kind: 'clear'; readonly id: number };

const timers = new Map<number, ReturnType<typeof setTimeout>>();

globalThis.onmessage = ({ data }: MessageEvent<TimerCommand>) => {
	const { id } = data;
	if (data.kind === 'clear') {
		// One list of ids serves both kinds of timers (HTML, "timer initialisation steps").
		clearTimeout(timers.get(id));
		timers.delete(id);
		return;
	}
	const ring = () => {
		if (!data.again) timers.delete(id);
		globalThis.postMessage(id);
	};
	timers.set(id, data.again ? setInterval(ring, data.ms) : setTimeout(ring, data.ms));
};

/** Worker timers keep time while the page is hidden; page timers are throttled to one a minute. */
export type TimerCommand =
	| { readonly kind: 'set'; readonly id: number; readonly ms: number; readonly again: boolean }
	| { readonly kind: 'clear'; readonly id: number };

const timers = new Map<number, ReturnType<typeof setTimeout>>();

globalThis.onmessage = ({ data }: MessageEvent<TimerCommand>) => {
	const { id } = data;
	if (data.kind === 'clear') {
		// setTimeout and setInterval share one list of ids (HTML, "timer initialisation steps").
		clearTimeout(timers.get(id));
		timers.delete(id);
		return;
	}
	const fire = () => {
		if (!data.again) timers.delete(id);
		globalThis.postMessage(id);
	};
	timers.set(id, data.again ? setInterval(fire, data.ms) : setTimeout(fire, data.ms));
};

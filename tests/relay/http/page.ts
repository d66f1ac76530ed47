/** What a page has and Node has not, for whole devices over a real relay. */
import { WebSocket } from 'ws';
import type { Clock } from '#ports/device/clock.ts';

export const realClock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: (ms, tick) => {
		const timer = setInterval(tick, ms);
		return () => clearInterval(timer);
	},
	after: (ms, done) => {
		const timer = setTimeout(done, ms);
		return () => clearTimeout(timer);
	},
};

/** As a page opens one: with the page's origin, which Node's own socket does not say. */
export class PageSocket extends WebSocket {
	constructor(address: URL, protocols: string[]) {
		super(address, protocols, { origin: address.origin.replace(/^ws/, 'http') });
	}
}

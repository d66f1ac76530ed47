/** Browser APIs that Node lacks, for whole devices over a real relay. */
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

/** A socket with a page's `Origin`, which Node's own WebSocket does not send. */
export class PageSocket extends WebSocket {
	constructor(address: URL, protocols: string[]) {
		super(address, protocols, { origin: address.origin.replace(/^ws/, 'http') });
	}
}

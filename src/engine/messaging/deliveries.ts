import type { Clock } from '#ports/device/clock.ts';
import type { Delivery } from './messenger.ts';

/** For a relay that does not report the fate of a message. */
const TIMEOUT_MS = 5000;

/** Delivery reports of the relay for the messages of one connection. */
export class Deliveries {
	readonly #clock: Pick<Clock, 'after'>;
	readonly #waiting = new Map<number, (delivery: Delivery) => void>();
	#count = 0;

	constructor(clock: Pick<Clock, 'after'>) {
		this.#clock = clock;
	}

	/** Sends a message under a new number; `unsent` if the relay does not report in time. */
	async of(send: (n: number) => boolean): Promise<Delivery> {
		this.#count += 1;
		const n = this.#count;
		const { promise, resolve } = Promise.withResolvers<Delivery>();
		this.#waiting.set(n, resolve);
		const stop = this.#clock.after(TIMEOUT_MS, () => this.settle(n, 'unsent'));
		if (!send(n)) this.settle(n, 'unsent');
		const delivery = await promise;
		stop();
		return delivery;
	}

	settle(n: number, delivery: Delivery): void {
		this.#waiting.get(n)?.(delivery);
		this.#waiting.delete(n);
	}

	/** For a connection that has ended. */
	settleAll(): void {
		for (const n of [...this.#waiting.keys()]) this.settle(n, 'unsent');
	}
}

import type { Clock } from '#ports/device/clock.ts';
import type { Delivery } from './messenger.ts';

/** A relay that does not say what became of a message. */
const TIMEOUT_MS = 5000;

/** What became of the messages of one connection, as the relay says it. */
export class Deliveries {
	readonly #clock: Pick<Clock, 'after'>;
	readonly #waiting = new Map<number, (delivery: Delivery) => void>();
	#count = 0;

	constructor(clock: Pick<Clock, 'after'>) {
		this.#clock = clock;
	}

	/** Sends a message under a new number; `unsent` where the relay says nothing in time. */
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

	/** The connection is gone. */
	settleAll(): void {
		for (const n of [...this.#waiting.keys()]) this.settle(n, 'unsent');
	}
}

import { Fault } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';

/**
 * Runs work with a time limit; it can be cancelled. Throws `timeout`, `aborted`, and what the work
 * throws.
 */
export class Deadline {
	readonly #abort = new AbortController();
	#passed = false;

	async within(
		clock: Clock,
		ms: number,
		work: (signal: AbortSignal) => Promise<void>,
	): Promise<void> {
		const stop = clock.after(ms, () => {
			this.#passed = true;
			this.#abort.abort();
		});
		try {
			await work(this.#abort.signal);
		} catch (error) {
			throw this.#passed ? new Fault('timeout', `not done in ${ms} ms`, error) : error;
		} finally {
			stop();
		}
	}

	cancel(): void {
		this.#abort.abort();
	}
}

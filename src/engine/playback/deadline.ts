import { Fault } from '#domain/base/fault.ts';
import type { Clock } from '#ports/device/clock.ts';

/**
 * Work that may last so long and can be called off. Throws `timeout`, `aborted`, and what the work
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

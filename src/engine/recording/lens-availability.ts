import type { Capture, Captured } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { RecorderChoice } from './recorder-controls.ts';

/** Fallback only: browsers usually report a lens that was plugged in again. */
const POLL_MS = 15_000;
/** Upper limit of the back-off for a lens that is listed but does not open. */
const MAX_POLL_MS = 10 * 60_000;

/**
 * Tells whether the chosen lens or microphone is available again. Rule: docs/spec/recording.md,
 * RC33.
 */
export class LensAvailability {
	readonly #capture: Pick<Capture, 'lenses'>;
	readonly #clock: Pick<Clock, 'monotonicMs'>;
	#polledMs = -Infinity;
	#waitMs = POLL_MS;

	constructor(capture: Pick<Capture, 'lenses'>, clock: Pick<Clock, 'monotonicMs'>) {
		this.#capture = capture;
		this.#clock = clock;
	}

	/**
	 * `notified`: the browser reported a new device or permission, so polling limits do not apply.
	 */
	async isBack(captured: Captured, choice: RecorderChoice, notified: boolean): Promise<boolean> {
		const mute = choice.sound && !captured.sound;
		if (captured.chosen && !(mute && notified)) return false;
		const nowMs = this.#clock.monotonicMs();
		if (!notified && nowMs - this.#polledMs < this.#waitMs) return false;
		this.#polledMs = nowMs;
		if (captured.chosen) return true;
		try {
			const { lensId, lensLabel = null } = choice;
			const lenses = await this.#capture.lenses();
			const named = lenses.filter(({ label }) => label !== '' && label === lensLabel);
			return lenses.some(({ id }) => id === lensId) || named.length === 1;
		} catch {
			return false;
		}
	}

	/** The lens was listed but did not open: doubles the polling interval. */
	failed(): void {
		this.#waitMs = Math.min(2 * this.#waitMs, MAX_POLL_MS);
	}

	succeeded(): void {
		this.#waitMs = POLL_MS;
	}
}

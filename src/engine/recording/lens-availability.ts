import type { Capture, Captured } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { RecorderChoice } from './recorder-controls.ts';

/** A lens that comes back is told by the browser, mostly. */
const POLL_MS = 15_000;
/** A lens that is listed and does not open is not tried all day long. */
const MAX_POLL_MS = 10 * 60_000;

/**
 * Whether what was chosen and could not be had is there again. Rule: docs/spec/recording.md, RC33.
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

	/** `told`: something was plugged in, or allowed. */
	async isBack(captured: Captured, choice: RecorderChoice, told: boolean): Promise<boolean> {
		const mute = choice.sound && !captured.sound;
		if (captured.chosen && !(mute && told)) return false;
		const nowMs = this.#clock.monotonicMs();
		if (!told && nowMs - this.#polledMs < this.#waitMs) return false;
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

	/** It was there, and did not open. */
	failed(): void {
		this.#waitMs = Math.min(2 * this.#waitMs, MAX_POLL_MS);
	}

	succeeded(): void {
		this.#waitMs = POLL_MS;
	}
}

import type { Capture, Captured, CapturedEvent } from '#ports/capture.ts';
import type { RecorderChoice, View } from './recording.ts';

/** The lens that is open, if one is. Events of a lens that was let go are nobody's business any more. */
export class LensInHand {
	readonly #capture: Capture;
	readonly #heard: (event: CapturedEvent) => void;
	#captured: Captured | null = null;
	#muted = false;
	/** A screen shows it: then it stays open where nothing is recorded. */
	looked = false;

	constructor(capture: Capture, heard: (event: CapturedEvent) => void) {
		this.#capture = capture;
		this.#heard = heard;
	}

	get captured(): Captured | null {
		return this.#captured;
	}

	/** That the open lens gave. */
	get frames(): number {
		return this.#captured?.frames() ?? 0;
	}

	get muted(): boolean {
		return this.#muted;
	}

	get view(): View | null {
		if (this.#captured === null) return null;
		const { picture, lensId, label, sound } = this.#captured;
		return { picture, lensId, label, sound };
	}

	/**
	 * Opens what was chosen and holds it. The one before stays open: the caller closes it when nothing
	 * reads from it any more. Throws what `Capture.open` throws, and then holds what it held.
	 */
	async open({ lensId, profile, sound }: RecorderChoice): Promise<Captured> {
		const { width, height, frameRate } = profile;
		const captured = await this.#capture.open({ lensId, width, height, frameRate, sound });
		captured.on((event) => {
			if (captured !== this.#captured) return;
			if (event === 'muted' || event === 'unmuted') this.#muted = event === 'muted';
			this.#heard(event);
		});
		this.#captured = captured;
		this.#muted = false;
		return captured;
	}

	/** Nothing is recorded any more. */
	rest(): void {
		if (!this.looked) this.close();
	}

	close(): void {
		this.#captured?.close();
		this.#captured = null;
		this.#muted = false;
	}
}

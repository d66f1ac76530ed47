import { Fault, faultOf } from '#domain/base/fault.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import type { Capture, Captured, CapturedEvent } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { RecorderSettings } from './recorder-settings.ts';
import type { LensView } from './recorder-controls.ts';
import { LensAvailability } from './lens-availability.ts';

/**
 * The lens that is open, if one is. Events of a lens that was let go are nobody's business any
 * more.
 */
export class OpenLens {
	readonly #capture: Capture;
	readonly #settings: RecorderSettings;
	readonly #availability: LensAvailability;
	readonly #onEvent: (event: CapturedEvent) => void;
	#captured: Captured | null = null;
	#muted = false;
	/** A screen shows it: then it stays open where nothing is recorded. */
	shown = false;

	constructor(
		{ capture, clock }: { readonly capture: Capture; readonly clock: Clock },
		settings: RecorderSettings,
		heard: (event: CapturedEvent) => void,
	) {
		this.#capture = capture;
		this.#settings = settings;
		this.#availability = new LensAvailability(capture, clock);
		this.#onEvent = heard;
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

	get view(): LensView | null {
		if (this.#captured === null) return null;
		const { picture, lensId, label, sound, chosen } = this.#captured;
		const instead = chosen ? null : (this.#settings.choice.lensLabel ?? '');
		return { picture, lensId, label, sound, instead };
	}

	/** Sound was chosen, and the open lens has none. */
	get lacksSound(): boolean {
		return this.#settings.choice.sound && this.#captured?.sound === false;
	}

	/**
	 * Opens what was chosen and holds it. The one before stays open: the caller closes it when
	 * nothing reads from it any more. Throws what `Capture.open` throws, and then holds what it held.
	 */
	async open(): Promise<Captured> {
		return this.#adopt(await this.#request());
	}

	/**
	 * RC33: what was chosen and could not be had is there again, and is held; as `open`. `null`: it
	 * is not.
	 */
	async reopenChosen(told: boolean): Promise<Captured | null> {
		const before = this.#captured;
		const { effective } = this.#settings;
		if (before === null || !(await this.#availability.isBack(before, effective, told))) return null;
		const fresh = await this.#request().catch(() => null);
		if (fresh === null || !fresh.chosen || (effective.sound && !fresh.sound)) {
			fresh?.close();
			this.#availability.failed();
			return null;
		}
		this.#availability.succeeded();
		return this.#adopt(fresh);
	}

	/** Nothing is recorded any more. */
	closeUnlessShown(): void {
		if (!this.shown) this.close();
	}

	close(): void {
		this.#captured?.close();
		this.#captured = null;
		this.#muted = false;
	}

	async #request(): Promise<Captured> {
		const { lensId, lensLabel = null, profile, sound } = this.#settings.effective;
		const { width, height, frameRate } = profile;
		try {
			return await this.#capture.open({ lensId, lensLabel, width, height, frameRate, sound });
		} catch (error) {
			throw faultOf(error).of('camera');
		}
	}

	#adopt(captured: Captured): Captured {
		captured.on((event) => {
			if (captured !== this.#captured) return;
			if (event === 'muted' || event === 'unmuted') this.#muted = event === 'muted';
			this.#onEvent(event);
		});
		this.#captured = captured;
		this.#muted = false;
		this.#settings.learnOpened(captured);
		return captured;
	}
}

/** Why a run ends with its lens, and what is said of it. */
export function lensLost(event: 'ended' | 'denied'): readonly [RunEnd, Fault] {
	const why = event === 'denied' ? 'denied' : 'unplugged';
	const kind = event === 'denied' ? 'denied' : 'not-found';
	return [why, new Fault(kind, `the lens is ${why}`, undefined, 'camera')];
}

/** Why nothing is recorded where it did not open. */
export function lensRefused(fault: Fault): readonly [RunEnd, Fault] {
	return [fault.kind === 'denied' || fault.kind === 'system' ? 'denied' : 'unplugged', fault];
}

/** Nothing comes although the track says live (RC15). */
export function silenceFault(silent: 'frames' | 'fragments'): Fault {
	const source = silent === 'frames' ? 'camera' : 'recorder';
	return new Fault('timeout', `no ${silent} came`, undefined, source);
}

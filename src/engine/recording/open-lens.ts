import { Fault, faultOf } from '#domain/base/fault.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import type { Capture, Captured, CapturedEvent } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { RecorderSettings } from './recorder-settings.ts';
import type { LensView } from './recorder-controls.ts';
import { LensAvailability } from './lens-availability.ts';

/** Holds the open lens, if any. Events of a lens that is no longer held are ignored. */
export class OpenLens {
	readonly #capture: Capture;
	readonly #settings: RecorderSettings;
	readonly #availability: LensAvailability;
	readonly #onEvent: (event: CapturedEvent) => void;
	#captured: Captured | null = null;
	#muted = false;
	/** A screen shows the picture, so the lens stays open when nothing is recorded. */
	shown = false;

	constructor(
		{ capture, clock }: { readonly capture: Capture; readonly clock: Clock },
		settings: RecorderSettings,
		onEvent: (event: CapturedEvent) => void,
	) {
		this.#capture = capture;
		this.#settings = settings;
		this.#availability = new LensAvailability(capture, clock);
		this.#onEvent = onEvent;
	}

	get captured(): Captured | null {
		return this.#captured;
	}

	/** Frames delivered by the open lens. */
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

	/** Sound was chosen, but the open lens delivers none. */
	get lacksSound(): boolean {
		return this.#settings.choice.sound && this.#captured?.sound === false;
	}

	/**
	 * Opens and holds the chosen lens. The previous one stays open: the caller closes it once nothing
	 * reads from it. Throws what `Capture.open` throws; the previous lens is then still held.
	 */
	async open(): Promise<Captured> {
		return this.#adopt(await this.#request());
	}

	/**
	 * RC33: opens and holds the chosen lens, as `open` does, if it is available again. `null`: it is
	 * not, or did not open.
	 */
	async reopenChosen(notified: boolean): Promise<Captured | null> {
		const before = this.#captured;
		const { effective } = this.#settings;
		if (before === null || !(await this.#availability.isBack(before, effective, notified)))
			return null;
		const fresh = await this.#request().catch(() => null);
		if (fresh === null || !fresh.chosen || (effective.sound && !fresh.sound)) {
			fresh?.close();
			this.#availability.failed();
			return null;
		}
		this.#availability.succeeded();
		return this.#adopt(fresh);
	}

	/** Call when recording has ended. */
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

/** The run's end reason and the fault to show when its lens is lost. */
export function lensLost(event: 'ended' | 'denied'): readonly [RunEnd, Fault] {
	const why = event === 'denied' ? 'denied' : 'unplugged';
	const kind = event === 'denied' ? 'denied' : 'not-found';
	return [why, new Fault(kind, `the lens is ${why}`, undefined, 'camera')];
}

/** The reason and the fault for not recording when the lens did not open. */
export function lensRefused(fault: Fault): readonly [RunEnd, Fault] {
	return [fault.kind === 'denied' || fault.kind === 'system' ? 'denied' : 'unplugged', fault];
}

/** RC15: nothing arrives although the track claims to be live. */
export function silenceFault(silent: 'frames' | 'fragments'): Fault {
	const source = silent === 'frames' ? 'camera' : 'recorder';
	return new Fault('timeout', `no ${silent} arrived in time`, undefined, source);
}

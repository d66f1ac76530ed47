import { Fault, faultOf } from '#domain/base/fault.ts';
import type { RunEnd } from '#domain/footage/run.ts';
import type { Capture, Captured, CapturedEvent } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Chosen } from './chosen.ts';
import type { View } from './recording.ts';
import { LensReturn } from './lens-return.ts';

/**
 * The lens that is open, if one is. Events of a lens that was let go are nobody's business any
 * more.
 */
export class LensInHand {
	readonly #capture: Capture;
	readonly #chosen: Chosen;
	readonly #return: LensReturn;
	readonly #heard: (event: CapturedEvent) => void;
	#captured: Captured | null = null;
	#muted = false;
	/** A screen shows it: then it stays open where nothing is recorded. */
	looked = false;

	constructor(
		{ capture, clock }: { readonly capture: Capture; readonly clock: Clock },
		chosen: Chosen,
		heard: (event: CapturedEvent) => void,
	) {
		this.#capture = capture;
		this.#chosen = chosen;
		this.#return = new LensReturn(capture, clock);
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
		const { picture, lensId, label, sound, chosen } = this.#captured;
		const instead = chosen ? null : (this.#chosen.choice.lensLabel ?? '');
		return { picture, lensId, label, sound, instead };
	}

	/** Sound was chosen, and the open lens has none. */
	get silent(): boolean {
		return this.#chosen.choice.sound && this.#captured?.sound === false;
	}

	/**
	 * Opens what was chosen and holds it. The one before stays open: the caller closes it when
	 * nothing reads from it any more. Throws what `Capture.open` throws, and then holds what it held.
	 */
	async open(): Promise<Captured> {
		return this.#hold(await this.#show());
	}

	/**
	 * RC33: what was chosen and could not be had is there again, and is held; as `open`. `null`: it
	 * is not.
	 */
	async goBack(told: boolean): Promise<Captured | null> {
		const before = this.#captured;
		const { asked } = this.#chosen;
		if (before === null || !(await this.#return.isOpen(before, asked, told))) return null;
		const fresh = await this.#show().catch(() => null);
		if (fresh === null || !fresh.chosen || (asked.sound && !fresh.sound)) {
			fresh?.close();
			this.#return.failed();
			return null;
		}
		this.#return.succeeded();
		return this.#hold(fresh);
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

	async #show(): Promise<Captured> {
		const { lensId, lensLabel = null, profile, sound } = this.#chosen.asked;
		const { width, height, frameRate } = profile;
		try {
			return await this.#capture.open({ lensId, lensLabel, width, height, frameRate, sound });
		} catch (error) {
			throw faultOf(error).of('camera');
		}
	}

	#hold(captured: Captured): Captured {
		captured.on((event) => {
			if (captured !== this.#captured) return;
			if (event === 'muted' || event === 'unmuted') this.#muted = event === 'muted';
			this.#heard(event);
		});
		this.#captured = captured;
		this.#muted = false;
		this.#chosen.learn(captured);
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
export function nothingCame(silent: 'frames' | 'fragments'): Fault {
	const source = silent === 'frames' ? 'camera' : 'recorder';
	return new Fault('timeout', `no ${silent} came`, undefined, source);
}

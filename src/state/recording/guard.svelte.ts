import { badgePlace, type Place, type Size } from '#domain/recording/guard.ts';
import type { Clock } from '#ports/device/clock.ts';

const AWAKE_MS = 10_000;
const WANDER_MS = 60_000;
export const HOLD_MS = 1500;

/** Guard mode: dark, woken by a touch, left by holding. Rules: docs/spec/guard.md. */
export class Guard {
	on = $state(false);
	/** The screen is black. */
	dark = $state(false);
	/** Counts the places of the badge. */
	#turn = $state(0);
	/** The button is being held. */
	holding = $state(false);
	readonly #clock: Pick<Clock, 'after' | 'every'>;
	#cancelDark: () => void = () => undefined;
	#cancelTurns: () => void = () => undefined;
	#cancelHold: () => void = () => undefined;

	constructor(clock: Pick<Clock, 'after' | 'every'>) {
		this.#clock = clock;
	}

	/** Where the badge stands: no place for long. */
	place(screen: Size, badge: Size): Place {
		return badgePlace(this.#turn, screen, badge);
	}

	enter(): void {
		if (this.on) return;
		this.on = true;
		this.#cancelTurns = this.#clock.every(WANDER_MS, () => (this.#turn += 1));
		this.wake();
	}

	/** True when it was dark: what woke it shall press nothing. */
	wake(): boolean {
		const { dark } = this;
		this.dark = false;
		this.#cancelDark();
		this.#cancelDark = this.#clock.after(AWAKE_MS, () => {
			if (!this.holding) this.dark = true;
		});
		return dark;
	}

	hold(): void {
		if (this.holding) return;
		this.holding = true;
		this.#cancelHold = this.#clock.after(HOLD_MS, () => this.leave());
	}

	release(): void {
		this.#cancelHold();
		if (this.on && this.holding) this.wake();
		this.holding = false;
	}

	leave(): void {
		this.on = false;
		this.dark = false;
		this.holding = false;
		this.#cancelDark();
		this.#cancelTurns();
		this.#cancelHold();
	}
}

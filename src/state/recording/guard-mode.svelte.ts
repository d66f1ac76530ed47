import {
	badgePosition,
	type BadgePosition,
	type PixelSize,
} from '#domain/recording/guard-badge.ts';
import type { Clock } from '#ports/device/clock.ts';

const LIT_MS = 10_000;
const BADGE_MOVE_MS = 60_000;
export const HOLD_TO_LEAVE_MS = 1500;

/** Guard mode: black screen, woken by a touch, left by a long press. Rules: docs/spec/guard.md. */
export class GuardMode {
	on = $state(false);
	/** The screen is black. */
	dark = $state(false);
	/** Number of the badge's position. */
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

	/** Position of the badge, which moves every minute. */
	place(screen: PixelSize, badge: PixelSize): BadgePosition {
		return badgePosition(this.#turn, screen, badge);
	}

	enter(): void {
		if (this.on) return;
		this.on = true;
		this.#cancelTurns = this.#clock.every(BADGE_MOVE_MS, () => (this.#turn += 1));
		this.wake();
	}

	/** True if the screen was dark: the touch that woke it must not press anything. */
	wake(): boolean {
		const { dark } = this;
		this.dark = false;
		this.#cancelDark();
		this.#cancelDark = this.#clock.after(LIT_MS, () => {
			if (!this.holding) this.dark = true;
		});
		return dark;
	}

	hold(): void {
		if (this.holding) return;
		this.holding = true;
		this.#cancelHold = this.#clock.after(HOLD_TO_LEAVE_MS, () => this.leave());
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

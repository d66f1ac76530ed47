import type { Session } from './session.svelte.ts';

/**
 * Asks before leaving would lose something that the user made or cannot make again (KT18). The
 * component that made it shows the question while `asks`.
 */
export class LeaveGuard {
	asks = $state(false);
	/** Rises with each question: one that is asked anew lies over everything again. */
	asked = $state(0);
	readonly #loses: () => boolean;
	#leave: () => void = () => undefined;
	/** The user chose to leave. */
	#leaves = false;

	constructor(loses: () => boolean) {
		this.#loses = loses;
	}

	/** Guards the page until the returned function is called. */
	hold(session: Session): () => void {
		session.leaveGuard = this;
		return () => {
			if (session.leaveGuard === this) session.leaveGuard = null;
		};
	}

	get loses(): boolean {
		return !this.#leaves && this.#loses();
	}

	/** `leave` is called once the user confirms. */
	ask(leave: () => void): void {
		this.#leave = leave;
		this.asked += 1;
		this.asks = true;
	}

	stay(): void {
		this.asks = false;
		this.#leaves = false;
	}

	leave(): void {
		this.asks = false;
		this.#leaves = true;
		this.#leave();
	}
}

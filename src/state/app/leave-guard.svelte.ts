import type { Session } from './session.svelte.ts';

/**
 * Something that a person made, or cannot make again, would be lost by leaving: it is asked first,
 * whichever way they leave (KT18). The component that made it shows the question while `asks`.
 */
export class LeaveGuard {
	asks = $state(false);
	readonly #loses: () => boolean;
	#leave: () => void = () => undefined;
	/** They said so. */
	#leaves = false;

	constructor(loses: () => boolean) {
		this.#loses = loses;
	}

	/** Until what it returns is called, nobody leaves the page unasked. */
	hold(session: Session): () => void {
		session.leaveGuard = this;
		return () => {
			if (session.leaveGuard === this) session.leaveGuard = null;
		};
	}

	get loses(): boolean {
		return !this.#leaves && this.#loses();
	}

	/** `leave`: what is done once they say so. */
	ask(leave: () => void): void {
		this.#leave = leave;
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

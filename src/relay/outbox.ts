import type { Fact } from './fact.ts';
import type { Kept } from './ipc.ts';

const WINDOW = 64;
/** What letters that wait for store may take; roster entries are never dropped. */
const MAX_LETTERS = 10_000;

interface Waiting {
	readonly n: number;
	readonly fact: Fact;
}

/**
 * What live learned and store has not confirmed, and the state that both add up to: a live that starts again gets it,
 * though store may be away. It lives in the supervisor, which outlives both.
 */
export class Outbox {
	readonly #homes: Map<string, Uint8Array<ArrayBuffer>[]>;
	readonly #letters: Map<number, Kept['letters'][number]>;
	readonly #invitations: Set<string>;
	readonly #used = new Set<string>();
	#waiting: Waiting[] = [];
	#sent = 0;
	#lastN = 0;

	constructor(kept: Kept) {
		this.#homes = new Map(kept.homes.map(({ home, entries }) => [home, [...entries]]));
		this.#letters = new Map(kept.letters.map((letter) => [letter.id, letter]));
		this.#invitations = new Set(kept.invitations);
	}

	get unconfirmed(): number {
		return this.#waiting.length;
	}

	get kept(): Kept {
		return {
			homes: [...this.#homes].map(([home, entries]) => ({ home, entries })),
			letters: [...this.#letters.values()],
			invitations: [...this.#invitations],
		};
	}

	add(fact: Fact): void {
		this.#apply(fact);
		this.#lastN += 1;
		this.#waiting.push({ n: this.#lastN, fact });
		if (this.#waiting.length <= MAX_LETTERS) return;
		const at = this.#waiting.findIndex(
			(one, index) => index >= this.#sent && ['waits', 'gone'].includes(one.fact.kind),
		);
		if (at >= 0) this.#waiting.splice(at, 1);
	}

	/** `false`: it is known, or used up though store does not know yet. */
	invited(hash: string): boolean {
		if (this.#used.has(hash) || this.#invitations.has(hash)) return false;
		this.#invitations.add(hash);
		return true;
	}

	/** What store may be told now; a few at a time, so that nothing piles up where nobody reads. */
	next(): readonly Waiting[] {
		const now = this.#waiting.slice(this.#sent, WINDOW);
		this.#sent += now.length;
		return now;
	}

	confirmed(n: number): void {
		const at = this.#waiting.findIndex((one) => one.n === n);
		if (at < 0) return;
		this.#waiting.splice(at, 1);
		if (at < this.#sent) this.#sent -= 1;
	}

	/** Store is back, or another: everything that is not confirmed is told again. */
	again(): void {
		this.#sent = 0;
	}

	#apply(fact: Fact): void {
		switch (fact.kind) {
			case 'opened':
				this.#homes.set(fact.home, [...fact.entries]);
				this.#invitations.delete(fact.invitation);
				this.#used.add(fact.invitation);
				break;
			case 'appended':
				// From there on: an owner may have settled that what was kept falls.
				this.#homes.get(fact.home)?.splice(fact.from - 1, Infinity, ...fact.entries);
				break;
			case 'waits':
				this.#letters.set(fact.letter.id, fact.letter);
				break;
			case 'gone':
				for (const id of fact.ids) this.#letters.delete(id);
		}
	}
}

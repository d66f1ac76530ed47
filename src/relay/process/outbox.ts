import type { RelayChange } from '#relay/base/relay-change.ts';
import type { InvitationRecord, StoredState } from '#relay/base/ipc.ts';

/**
 * What store is told and has not confirmed; the rest waits here, where it can still be taken back.
 */
const WINDOW = 64;

interface UnconfirmedChange {
	readonly n: number;
	readonly fact: RelayChange;
}

/**
 * What live learned and store has not confirmed, and the state that both add up to: a live that
 * starts again gets it, though store may be away. It lives in the supervisor, which outlives both.
 */
export class Outbox {
	readonly #homes: Map<string, Uint8Array<ArrayBuffer>[]>;
	readonly #letters: Map<number, StoredState['letters'][number]>;
	readonly #invitations: Map<string, InvitationRecord>;
	readonly #used = new Set<string>();
	/** By number. */
	#told = new Map<number, RelayChange>();
	#untold = new Map<number, RelayChange>();
	/** Letters that store was never told of, with their numbers. */
	readonly #news = new Map<number, number>();
	/** By home: the newest fact about its roster. */
	readonly #grown = new Map<string, number>();
	/** The last number. */
	#lastN = 0;

	constructor(kept: StoredState) {
		this.#homes = new Map(kept.homes.map(({ home, entries }) => [home, [...entries]]));
		this.#letters = new Map(kept.letters.map((letter) => [letter.id, letter]));
		this.#invitations = new Map(kept.invitations.map((one) => [one.hash, one]));
	}

	get unconfirmed(): number {
		return this.#told.size + this.#untold.size;
	}

	get kept(): StoredState {
		return {
			homes: [...this.#homes].map(([home, entries]) => ({ home, entries })),
			letters: [...this.#letters.values()],
			invitations: [...this.#invitations.values()],
		};
	}

	/**
	 * What waits is bounded by what there is to keep: a letter that is gone before store heard of it
	 * is not told at all, and of a roster only what it is now (settlements replace entries without
	 * end). So nothing has to be dropped.
	 */
	add(fact: RelayChange): void {
		this.#apply(fact);
		if (fact.kind === 'appended') {
			this.#grow(fact);
			return;
		}
		if (fact.kind !== 'gone') {
			this.#push(fact);
			if (fact.kind === 'waits') this.#news.set(fact.letter.id, this.#lastN);
			return;
		}
		const known = fact.ids.filter((id) => !this.#takeBack(id));
		if (known.length === 0) return;
		const last = this.#untold.get(this.#lastN);
		if (last?.kind === 'gone') last.ids.push(...known);
		else this.#push({ kind: 'gone', ids: known });
	}

	/** `false`: it is known, or used up though store does not know yet. */
	addInvitation(invitation: InvitationRecord): boolean {
		const { hash } = invitation;
		if (this.#used.has(hash) || this.#invitations.has(hash)) return false;
		this.#invitations.set(hash, invitation);
		return true;
	}

	/** What store may be told now; a few at a time, so that nothing piles up where nobody reads. */
	next(): readonly UnconfirmedChange[] {
		const now: UnconfirmedChange[] = [];
		for (const [n, fact] of this.#untold) {
			if (this.#told.size >= WINDOW) break;
			this.#untold.delete(n);
			this.#told.set(n, fact);
			if (fact.kind === 'waits') this.#news.delete(fact.letter.id);
			now.push({ n, fact });
		}
		return now;
	}

	confirmed(n: number): void {
		this.#told.delete(n);
	}

	/** Store is back, or another: everything that is not confirmed is told again. */
	retryAll(): void {
		this.#untold = new Map([...this.#told, ...this.#untold]);
		this.#told = new Map();
	}

	#push(fact: RelayChange): void {
		this.#lastN += 1;
		this.#untold.set(this.#lastN, fact);
	}

	#grow(fact: Extract<RelayChange, { kind: 'appended' }>): void {
		const { home } = fact;
		const n = this.#grown.get(home);
		const waits = n === undefined ? undefined : this.#untold.get(n);
		if (n !== undefined && waits?.kind === 'appended') {
			const from = Math.min(waits.from, fact.from);
			const entries = (this.#homes.get(home) ?? []).slice(from - 1);
			this.#untold.set(n, { ...fact, from, entries });
			return;
		}
		this.#push(fact);
		this.#grown.set(home, this.#lastN);
	}

	/** `true`: store never heard of it, and never will. */
	#takeBack(id: number): boolean {
		const n = this.#news.get(id);
		if (n === undefined) return false;
		this.#news.delete(id);
		return this.#untold.delete(n);
	}

	#apply(fact: RelayChange): void {
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

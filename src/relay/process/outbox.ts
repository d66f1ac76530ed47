import type { RelayChange } from '#relay-core/relay.ts';
import type { InvitationRecord, StoredState } from '#relay/base/ipc.ts';

/**
 * Changes sent to `store` and not yet confirmed; the rest stays queued here, where it can still be
 * withdrawn.
 */
const WINDOW = 64;

interface UnconfirmedChange {
	readonly n: number;
	readonly fact: RelayChange;
}

/**
 * Changes from `live` that `store` has not confirmed, and the resulting state: a restarted `live`
 * gets it even while `store` is down. Kept in the supervisor, which outlives both.
 */
export class Outbox {
	readonly #homes: Map<string, Uint8Array<ArrayBuffer>[]>;
	readonly #messages: Map<number, StoredState['letters'][number]>;
	readonly #invitations: Map<string, InvitationRecord>;
	readonly #used = new Set<string>();
	/** By number, in order. */
	#inFlight = new Map<number, RelayChange>();
	#queued = new Map<number, RelayChange>();
	/** Queued messages that were never sent to `store`: message id → change number. */
	readonly #unsentMessages = new Map<number, number>();
	/** By home: the number of its latest roster change. */
	readonly #rosterChanges = new Map<string, number>();
	#lastN = 0;

	constructor(kept: StoredState) {
		this.#homes = new Map(kept.homes.map(({ home, entries }) => [home, [...entries]]));
		this.#messages = new Map(kept.letters.map((letter) => [letter.id, letter]));
		this.#invitations = new Map(kept.invitations.map((one) => [one.hash, one]));
	}

	get unconfirmed(): number {
		return this.#inFlight.size + this.#queued.size;
	}

	get kept(): StoredState {
		return {
			homes: [...this.#homes].map(([home, entries]) => ({ home, entries })),
			letters: [...this.#messages.values()],
			invitations: [...this.#invitations.values()],
		};
	}

	/** The roster of a home, as it is now. */
	entriesOf(home: string): readonly Uint8Array<ArrayBuffer>[] {
		return this.#homes.get(home) ?? [];
	}

	/**
	 * Bounded without dropping anything: a message that is gone before it was sent to `store` is
	 * withdrawn, and a roster is queued only in its current form (settlements may replace entries
	 * without end).
	 */
	add(fact: RelayChange): void {
		this.#apply(fact);
		if (fact.kind === 'appended') {
			this.#pushRoster(fact);
			return;
		}
		if (fact.kind !== 'gone') {
			this.#push(fact);
			if (fact.kind === 'waits') this.#unsentMessages.set(fact.letter.id, this.#lastN);
			return;
		}
		const known = fact.ids.filter((id) => !this.#withdraw(id));
		if (known.length === 0) return;
		const last = this.#queued.get(this.#lastN);
		if (last?.kind === 'gone') last.ids.push(...known);
		else this.#push({ kind: 'gone', ids: known });
	}

	/** `false`: already known, or used up although `store` does not know that yet. */
	addInvitation(invitation: InvitationRecord): boolean {
		const { hash } = invitation;
		if (this.#used.has(hash) || this.#invitations.has(hash)) return false;
		this.#invitations.set(hash, invitation);
		return true;
	}

	/**
	 * The next changes to send; a limited number, so that nothing piles up while `store` does not
	 * read.
	 */
	next(): readonly UnconfirmedChange[] {
		const now: UnconfirmedChange[] = [];
		for (const [n, fact] of this.#queued) {
			if (this.#inFlight.size >= WINDOW) break;
			this.#queued.delete(n);
			this.#inFlight.set(n, fact);
			if (fact.kind === 'waits') this.#unsentMessages.delete(fact.letter.id);
			now.push({ n, fact });
		}
		return now;
	}

	confirmed(n: number): void {
		this.#inFlight.delete(n);
	}

	/** `store` has restarted: everything unconfirmed is sent again. */
	retryAll(): void {
		this.#queued = new Map([...this.#inFlight, ...this.#queued]);
		this.#inFlight = new Map();
	}

	#push(fact: RelayChange): void {
		this.#lastN += 1;
		this.#queued.set(this.#lastN, fact);
	}

	#pushRoster(fact: Extract<RelayChange, { kind: 'appended' }>): void {
		const { home } = fact;
		const n = this.#rosterChanges.get(home);
		const waits = n === undefined ? undefined : this.#queued.get(n);
		if (n !== undefined && waits?.kind === 'appended') {
			const from = Math.min(waits.from, fact.from);
			const entries = (this.#homes.get(home) ?? []).slice(from - 1);
			this.#queued.set(n, { ...fact, from, entries });
			return;
		}
		this.#push(fact);
		this.#rosterChanges.set(home, this.#lastN);
	}

	/** `true`: withdrawn; `store` never sees the message. */
	#withdraw(id: number): boolean {
		const n = this.#unsentMessages.get(id);
		if (n === undefined) return false;
		this.#unsentMessages.delete(id);
		return this.#queued.delete(n);
	}

	#apply(fact: RelayChange): void {
		switch (fact.kind) {
			case 'opened':
				this.#homes.set(fact.home, [...fact.entries]);
				this.#invitations.delete(fact.invitation);
				this.#used.add(fact.invitation);
				break;
			case 'appended':
				// Replaces from there on: a settlement by an owner may have dropped entries.
				this.#homes.get(fact.home)?.splice(fact.from - 1, Infinity, ...fact.entries);
				break;
			case 'waits':
				this.#messages.set(fact.letter.id, fact.letter);
				break;
			case 'gone':
				for (const id of fact.ids) this.#messages.delete(id);
		}
	}
}

import type { RelayChange } from '#relay-core/relay.ts';
import type { StoredRoster } from '#relay/base/ipc.ts';

/**
 * Tells `store` which rosters changed: it decides by them who may read footage. Not through the
 * outbox, whose changes wait while the disk is full. Bounded: one roster is on its way at a time,
 * and what changes meanwhile is a home to look up again.
 */
export class RosterFeed {
	readonly #entriesOf: (home: string) => StoredRoster['entries'];
	readonly #send: (roster: StoredRoster) => void;
	readonly #changed = new Set<string>();
	#underWay = false;

	constructor(
		entriesOf: (home: string) => StoredRoster['entries'],
		send: (roster: StoredRoster) => void,
	) {
		this.#entriesOf = entriesOf;
		this.#send = send;
	}

	note(fact: RelayChange): void {
		if (fact.kind !== 'opened' && fact.kind !== 'appended') return;
		this.#changed.add(fact.home);
		this.#next();
	}

	/** `store` has taken the last one in. */
	counts(): void {
		this.#underWay = false;
		this.#next();
	}

	/** `store` is being started with all rosters of this moment. */
	restarted(): void {
		this.#changed.clear();
		// Those that change from now on wait until it listens.
		this.#underWay = true;
	}

	#next(): void {
		const [home] = this.#changed;
		if (this.#underWay || home === undefined) return;
		this.#changed.delete(home);
		this.#underWay = true;
		this.#send({ home, entries: this.#entriesOf(home) });
	}
}

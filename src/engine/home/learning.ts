import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { commonLength, tidyEntry } from '#domain/home/roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity, Vault } from '#ports/keys/vault.ts';
import { isSettledBy } from './branches.ts';
import { countingSeq } from './held.ts';
import { homeNow } from './identity.ts';
import { replayRoster, type Roster } from './roster.ts';

/** What became of entries that somebody showed. */
export type Learned =
	| 'new'
	| 'known'
	| 'gap'
	| 'forked'
	/** An owner settled that ours counts instead (ID45). */
	| 'fallen'
	/** All but what has to wait (KT8, ID44). */
	| 'early';

/** Four times what a relay keeps: more would only keep this device busy. */
const MOST_ENTRIES = 4096;

interface Tools {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

/** Entries that others show: what of them counts, what waits, and what is another branch. */
export class Learning {
	readonly #tools: Tools;
	/** What came too early, and how many entries it goes on from. */
	#held: { readonly home: HomeId; readonly after: number; readonly entries: Bytes[] } | null = null;
	/** The newest roster of this home that was shown and does not go on from ours. */
	#other: { readonly home: HomeId; readonly entries: readonly Bytes[] } | null = null;

	constructor(tools: Tools) {
		this.#tools = tools;
	}

	/** What waits behind the roster as it is now. */
	heldAfter(identity: Identity): readonly Bytes[] {
		const { home, roster } = homeNow(identity);
		const held = this.#held;
		return held?.home === home && held.after === roster.length ? held.entries : [];
	}

	/** The whole other branch of this home, as it was shown last (ID37). */
	otherOf({ home }: Identity): readonly Bytes[] | null {
		return this.#other?.home === home ? this.#other.entries : null;
	}

	/** It is settled. */
	forgetOther(): void {
		this.#other = null;
	}

	/** The first is number `from`. */
	async learn(identity: Identity, from: number, entries: readonly Bytes[]): Promise<Learned> {
		const known = homeNow(identity).roster;
		const held = this.heldAfter(identity);
		const line = [...known, ...held];
		if (from < 1 || from - 1 > line.length) return 'gap';
		const shown = [...line.slice(0, from - 1), ...entries.map(tidyEntry)];
		if (shown.length > MOST_ENTRIES) return 'forked';
		const common = commonLength(known, shown);
		// A shorter list is not a rollback.
		if (common === shown.length && common < known.length) return 'known';
		try {
			if (common < known.length) return await this.#branch(identity, shown, common);
			const less = commonLength(shown, line) === shown.length;
			const whole = less ? line : [...known, ...shown.slice(common)];
			if (whole.length === common) return 'known';
			return await this.#keep(identity, await replayRoster(this.#tools.crypto, whole), {
				...{ whole, common },
			});
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return 'forked';
			throw error;
		}
	}

	async #branch(identity: Identity, shown: readonly Bytes[], common: number): Promise<Learned> {
		const { crypto, clock } = this.#tools;
		const { home, roster: mine } = homeNow(identity);
		const nowMs = clock.wallMs();
		if (await isSettledBy(crypto, { mine, theirs: shown, common }, nowMs)) {
			const roster = await replayRoster(crypto, shown);
			// Without this device it would be another home's.
			if (roster.past.devices.has(identity.device)) {
				return this.#keep(identity, roster, { whole: shown, common });
			}
		}
		if (await isSettledBy(crypto, { mine: shown, theirs: mine, common }, nowMs)) return 'fallen';
		this.#other = { home, entries: shown };
		return 'forked';
	}

	async #keep(
		{ home, homes }: Identity,
		roster: Roster,
		{ whole, common }: { readonly whole: readonly Bytes[]; readonly common: number },
	): Promise<Learned> {
		const { vault, clock } = this.#tools;
		const nowMs = clock.wallMs();
		const counting = await countingSeq(vault, roster, common, nowMs);
		const known = homeNow({ home, homes }).roster;
		const fresh = whole.slice(common, counting);
		if (common < known.length) await vault.replaceRoster(home, common + 1, fresh, nowMs);
		else if (fresh.length > 0) await vault.appendRoster(home, common + 1, fresh, nowMs);
		this.#held = { home, after: counting, entries: whole.slice(counting) };
		this.#other = null;
		return counting === whole.length ? 'new' : 'early';
	}
}

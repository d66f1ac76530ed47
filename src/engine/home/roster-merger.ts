import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { commonLength, normalizeEntry } from '#domain/home/roster.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity, Vault } from '#ports/keys/vault.ts';
import { isSettledBy } from './fork.ts';
import { effectiveSeq } from './claim-delay.ts';
import { currentHome } from './identity.ts';
import { replayRoster, type Roster } from './roster.ts';

/** Outcome of merging shown entries. */
export type MergeResult =
	| 'new'
	| 'known'
	| 'gap'
	| 'forked'
	/** An owner settled that ours replaces it (ID45). */
	| 'fallen'
	/** Merged, except entries that have to wait (KT8, ID44). */
	| 'early';

/** Four times a relay's limit; bounds the work others can cause here. */
const MAX_ROSTER_ENTRIES = 4096;

interface MergerDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

/** Decides which shown entries take effect, which are held back, and which are another branch. */
export class RosterMerger {
	readonly #tools: MergerDependencies;
	/** Entries held back, and the number of entries they follow. */
	#held: { readonly home: HomeId; readonly after: number; readonly entries: Bytes[] } | null = null;
	/** The newest shown roster of this home that does not continue ours. */
	#branchEntries: { readonly home: HomeId; readonly entries: readonly Bytes[] } | null = null;

	constructor(tools: MergerDependencies) {
		this.#tools = tools;
	}

	/** Entries held back behind the current roster. */
	heldEntries(identity: Identity): readonly Bytes[] {
		const { home, roster } = currentHome(identity);
		const held = this.#held;
		return held?.home === home && held.after === roster.length ? held.entries : [];
	}

	/** The other branch of this home, complete, as shown last (ID37). */
	otherBranch({ home }: Identity): readonly Bytes[] | null {
		return this.#branchEntries?.home === home ? this.#branchEntries.entries : null;
	}

	/** After a settlement. */
	forgetBranch(): void {
		this.#branchEntries = null;
	}

	/** `from`: number of the first entry. */
	async merge(identity: Identity, from: number, entries: readonly Bytes[]): Promise<MergeResult> {
		const known = currentHome(identity).roster;
		const held = this.heldEntries(identity);
		const all = [...known, ...held];
		if (from < 1 || from - 1 > all.length) return 'gap';
		const shown = [...all.slice(0, from - 1), ...entries.map(normalizeEntry)];
		if (shown.length > MAX_ROSTER_ENTRIES) return 'forked';
		const common = commonLength(known, shown);
		// A shorter list is not a rollback.
		if (common === shown.length && common < known.length) return 'known';
		try {
			if (common < known.length) return await this.#branch(identity, shown, common);
			const isPrefix = commonLength(shown, all) === shown.length;
			const whole = isPrefix ? all : [...known, ...shown.slice(common)];
			if (whole.length === common) return 'known';
			return await this.#store(identity, await replayRoster(this.#tools.crypto, whole), {
				...{ whole, common },
			});
		} catch (error) {
			if (error instanceof Fault && error.kind === 'corrupt') return 'forked';
			throw error;
		}
	}

	async #branch(identity: Identity, shown: readonly Bytes[], common: number): Promise<MergeResult> {
		const { crypto, clock } = this.#tools;
		const { home, roster: mine } = currentHome(identity);
		const nowMs = clock.wallMs();
		if (await isSettledBy(crypto, { mine, theirs: shown, common }, nowMs)) {
			const roster = await replayRoster(crypto, shown);
			// A roster without this device is not its home's.
			if (roster.past.devices.has(identity.device)) {
				return this.#store(identity, roster, { whole: shown, common });
			}
		}
		if (await isSettledBy(crypto, { mine: shown, theirs: mine, common }, nowMs)) return 'fallen';
		this.#branchEntries = { home, entries: shown };
		return 'forked';
	}

	async #store(
		{ home, homes }: Identity,
		roster: Roster,
		{ whole, common }: { readonly whole: readonly Bytes[]; readonly common: number },
	): Promise<MergeResult> {
		const { vault, clock } = this.#tools;
		const nowMs = clock.wallMs();
		const effective = await effectiveSeq(vault, roster, common, nowMs);
		const known = currentHome({ home, homes }).roster;
		const fresh = whole.slice(common, effective);
		if (common < known.length) await vault.replaceRoster(home, common + 1, fresh, nowMs);
		else if (fresh.length > 0) await vault.appendRoster(home, common + 1, fresh, nowMs);
		this.#held = { home, after: effective, entries: whole.slice(effective) };
		this.#branchEntries = null;
		return effective === whole.length ? 'new' : 'early';
	}
}

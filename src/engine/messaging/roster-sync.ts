import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { commonLength } from '#domain/home/roster.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { MergeResult, HomeRoster } from '#engine/home/home-roster.ts';

/** What a frame takes. */
const MAX_ENTRIES = 32;
const MAX_CHARACTERS = 48 * 1024;
/** Of another branch; a relay keeps no more (RL14). */
const MAX_BRANCH_ENTRIES = 1024;
/** How often it is looked whether what had to wait counts now. */
const RECHECK_MS = 10 * 60 * 1000;
/** The relay had no time for what was shown. */
const RETRY_MS = 2000;

/**
 * Keeps the roster here and the one at the relay the same: learns what others signed, and shows
 * what was signed here. The relay is asked for the newest entry that both have, too: one hash tells
 * whether all before it agree.
 */
export class RosterSync {
	readonly #homeRoster: HomeRoster;
	readonly #send: (frame: FromDevice) => boolean;
	readonly #changed: () => void;
	readonly #later: Clock['after'];
	#stop: () => void = () => undefined;
	#home: HomeId | null = null;
	/** How many entries the relay has, as far as is known; `null` while there is no line. */
	#relaySeq: number | null = null;
	#publishedSeq = 0;
	/** How many of ours the relay has: not only as many, but the same. */
	#sameSeq = 0;
	/** Counts lines. */
	#connection = 0;
	#forked = false;
	#retryMs = RETRY_MS;
	/**
	 * What was compared with the relay last: where ours parts from it, the relay is shown ours from
	 * there.
	 */
	#compared: readonly Bytes[] = [];
	/**
	 * The relay's whole roster as far as it came: where it is another branch, it is asked for once a
	 * line.
	 */
	#branch: Bytes[] | null = null;
	#branchAsked = false;
	/** How many entries were here when the relay refused some. */
	#refusedSeq = 0;

	constructor(
		homeRoster: HomeRoster,
		send: (frame: FromDevice) => boolean,
		changed: () => void,
		later: Clock['after'],
	) {
		this.#homeRoster = homeRoster;
		this.#send = send;
		this.#changed = changed;
		this.#later = later;
	}

	/** The relay shows a roster that does not go on from ours (ID37). */
	get forked(): boolean {
		return this.#forked;
	}

	/** How many of our entries the relay is known to have; `null` while there is no line. */
	get relaySeq(): number | null {
		return this.#relaySeq === null ? null : this.#sameSeq;
	}

	/** All that the relay has is known here, or is not believed. */
	get caughtUp(): boolean {
		return this.#forked || this.#seq >= (this.#relaySeq ?? 0);
	}

	get #seq(): number {
		return this.#homeRoster.entries.length;
	}

	up(rosterSeq: number): void {
		this.#connection += 1;
		this.#home = this.#homeRoster.roster?.home ?? null;
		this.#relaySeq = rosterSeq;
		this.#publishedSeq = rosterSeq;
		this.#sameSeq = 0;
		this.#retryMs = RETRY_MS;
		this.#compared = this.#homeRoster.entriesWithHeld;
		this.#branch = null;
		this.#branchAsked = false;
		this.#refusedSeq = 0;
		this.#send({ t: 'roster-since', seq: Math.max(0, Math.min(rosterSeq, this.#seq) - 1) });
	}

	down(): void {
		this.#relaySeq = null;
		this.#changed();
	}

	async receive(
		frame: Extract<FromRelay, { t: 'roster' | 'appended' | 'refused' }>,
	): Promise<void> {
		if (this.#relaySeq === null) return;
		if (frame.t === 'appended') {
			this.#relaySeq = Math.max(this.#relaySeq, frame.seq);
			this.#sameSeq = Math.max(this.#sameSeq, Math.min(frame.seq, this.#publishedSeq));
			this.#retryMs = RETRY_MS;
		}
		// Somebody was faster, or the relay has another history: what it has tells which.
		else if (frame.t === 'refused' && frame.why === 'too-many') this.#publishLater();
		else if (frame.t === 'refused') this.#askOnce();
		else await this.#learn(frame);
		this.publish();
		this.#changed();
	}

	/** Shows the relay what it does not have. */
	publish(): void {
		const home = this.#homeRoster.roster?.home ?? null;
		if (this.#relaySeq === null || home !== this.#home) return;
		this.#compare();
		if (this.#forked) return;
		const from = Math.max(this.#relaySeq, this.#publishedSeq);
		if (this.#seq <= from) return;
		const entries: string[] = [];
		let characters = 0;
		for (const entry of this.#homeRoster.entries.slice(from, from + MAX_ENTRIES)) {
			const text = base64urlOf(entry);
			characters += text.length;
			if (entries.length > 0 && characters > MAX_CHARACTERS) break;
			entries.push(text);
		}
		if (this.#send({ t: 'append', entries })) this.#publishedSeq = from + entries.length;
	}

	/** An owner settled, here or elsewhere: what fell is not the relay's to go on from. */
	#compare(): void {
		const { entriesWithHeld: line } = this.#homeRoster;
		const common = commonLength(this.#compared, line);
		if (common < this.#compared.length) this.#publishFrom(common);
		this.#compared = line;
	}

	#publishFrom(seq: number): void {
		this.#forked = false;
		this.#relaySeq = Math.min(this.#relaySeq ?? 0, seq);
		this.#publishedSeq = Math.min(this.#publishedSeq, seq);
		this.#sameSeq = Math.min(this.#sameSeq, seq);
	}

	#askBranch(): void {
		if (this.#branchAsked) return;
		this.#branchAsked = true;
		this.#branch = [];
		this.#send({ t: 'roster-since', seq: 0 });
	}

	#recheckLater(): void {
		const line = this.#connection;
		this.#stop();
		this.#stop = this.#later(RECHECK_MS, () => {
			if (line === this.#connection && this.#relaySeq !== null) {
				this.#send({ t: 'roster-since', seq: Math.max(0, this.#seq - 1) });
			}
		});
	}

	#publishLater(): void {
		const line = this.#connection;
		if (this.#publishedSeq <= (this.#relaySeq ?? 0)) return;
		const waitMs = this.#retryMs;
		this.#retryMs = Math.min(2 * waitMs, RECHECK_MS);
		this.#later(waitMs, () => {
			if (line !== this.#connection || this.#relaySeq === null) return;
			this.#publishedSeq = this.#relaySeq;
			this.publish();
		});
	}

	/**
	 * What the relay refuses twice it will refuse again, unless time or an owner changes that (ID44).
	 */
	#askOnce(): void {
		if (this.#refusedSeq === this.#seq) this.#publishLater();
		else this.#ask();
		this.#refusedSeq = this.#seq;
	}

	#ask(): void {
		this.#publishedSeq = this.#relaySeq ?? 0;
		this.#send({ t: 'roster-since', seq: Math.max(0, this.#publishedSeq - 1) });
	}

	async #learn({ from, entries }: Extract<FromRelay, { t: 'roster' }>): Promise<void> {
		const home = this.#home;
		if (home === null) return;
		const upTo = from + entries.length - 1;
		const line = this.#connection;
		try {
			const came = entries.map(bytesOfBase64url);
			const next = this.#branch !== null && from === this.#branch.length + 1;
			if (next && this.#branch !== null) this.#branch.push(...came);
			const branch = next ? this.#branch : null;
			const learned = await this.#homeRoster.merge(home, branch ? 1 : from, branch ?? came);
			// What an older line said of the relay's roster is not so any more.
			if (line === this.#connection) this.#learned(learned, upTo, branch ?? []);
		} catch (error) {
			// A vault that is away now is asked again with the next entries, or the next line.
			if (!(error instanceof Fault)) throw error;
			if (error.kind === 'malformed') this.#forked = true;
		}
	}

	#learned(learned: MergeResult, upTo: number, branch: readonly Bytes[]): void {
		if (learned === 'forked') {
			this.#forked = true;
			if (branch.length > MAX_BRANCH_ENTRIES) this.#branch = null;
			this.#askBranch();
		} else if (learned === 'gap') {
			this.#send({ t: 'roster-since', seq: Math.max(0, this.#seq - 1) });
		} else if (learned === 'fallen') {
			if (branch.length === 0) this.#askBranch();
			else {
				this.#publishFrom(commonLength(this.#homeRoster.entries, branch));
				this.#branch = null;
			}
		} else if (learned !== 'known' || branch.length === 0) {
			this.#forked = false;
			this.#branch = null;
			this.#compare();
			this.#relaySeq = Math.max(this.#relaySeq ?? 0, upTo);
			this.#sameSeq = Math.max(this.#sameSeq, Math.min(upTo, this.#seq));
			if (learned === 'early') this.#recheckLater();
		}
	}
}

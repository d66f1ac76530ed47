import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { HomeId } from '#domain/base/ids.ts';
import { commonLength } from '#domain/home/roster.ts';
import type { FromDevice, FromRelay } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { MergeResult, HomeRoster } from '#engine/home/home-roster.ts';
import { RetrySchedule } from './retry-schedule.ts';

/** Limits of one frame. */
const MAX_ENTRIES = 32;
const MAX_CHARACTERS = 48 * 1024;
/** Entries fetched of another branch; no roster has more (docs/spec/identity.md). */
const MAX_BRANCH_ENTRIES = 1024;
/** How often entries that do not count yet are fetched again. */
const RECHECK_MS = 10 * 60 * 1000;
/** First delay after the relay answered `too-many`. */
const RETRY_MS = 2000;

/**
 * Keeps the local roster and the relay's in step: fetches what others signed, publishes what was
 * signed here. The newest entry that both have is fetched again, too: its hash tells whether all
 * entries before it agree.
 */
export class RosterSync {
	readonly #homeRoster: HomeRoster;
	readonly #send: (frame: FromDevice) => boolean;
	readonly #changed: () => void;
	readonly #clock: Pick<Clock, 'after'>;
	readonly #retry: RetrySchedule;
	#stop: () => void = () => undefined;
	#home: HomeId | null = null;
	/** Entries that the relay has, as far as known; `null` while disconnected. */
	#relaySeq: number | null = null;
	#publishedSeq = 0;
	/** Local entries that the relay is known to have: the same entries, not just as many. */
	#sameSeq = 0;
	/** Counts connections. */
	#connection = 0;
	#forked = false;
	/**
	 * The entries last compared with the relay. Where the local roster departs from them, it is
	 * published again from there.
	 */
	#compared: readonly Bytes[] = [];
	/**
	 * The relay's whole roster, as far as received. Requested once per connection if it is another
	 * branch.
	 */
	#branch: Bytes[] | null = null;
	#branchAsked = false;
	/** Number of local entries when the relay last refused some. */
	#refusedSeq = 0;

	constructor(
		homeRoster: HomeRoster,
		send: (frame: FromDevice) => boolean,
		changed: () => void,
		clock: Pick<Clock, 'after'>,
	) {
		this.#homeRoster = homeRoster;
		this.#send = send;
		this.#changed = changed;
		this.#clock = clock;
		this.#retry = new RetrySchedule(clock, (failures) =>
			Math.min(RETRY_MS * 2 ** failures, RECHECK_MS),
		);
	}

	/** The relay's roster does not continue ours (ID37). */
	get forked(): boolean {
		return this.#forked;
	}

	/** Local entries that the relay is known to have; `null` while disconnected. */
	get relaySeq(): number | null {
		return this.#relaySeq === null ? null : this.#sameSeq;
	}

	/** Everything that the relay has is known here, or was rejected. */
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
		this.#retry.reset();
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
			this.#retry.reset();
		}
		// Somebody was faster, or the relay has another history: its entries tell which.
		else if (frame.t === 'refused' && frame.why === 'too-many') this.#publishLater();
		else if (frame.t === 'refused') this.#askOnce();
		else await this.#merge(frame);
		this.publish();
		this.#changed();
	}

	/** Sends the relay the entries it lacks. */
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

	/**
	 * After an owner settled a fork, here or elsewhere, the relay must not build on fallen entries.
	 */
	#compare(): void {
		const { entriesWithHeld: entries } = this.#homeRoster;
		const common = commonLength(this.#compared, entries);
		if (common < this.#compared.length) this.#publishFrom(common);
		this.#compared = entries;
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
		const connection = this.#connection;
		this.#stop();
		this.#stop = this.#clock.after(RECHECK_MS, () => {
			if (connection === this.#connection && this.#relaySeq !== null) {
				this.#send({ t: 'roster-since', seq: Math.max(0, this.#seq - 1) });
			}
		});
	}

	#publishLater(): void {
		const connection = this.#connection;
		if (this.#publishedSeq <= (this.#relaySeq ?? 0)) return;
		this.#retry.failed(() => {
			if (connection !== this.#connection || this.#relaySeq === null) return;
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

	async #merge({ from, entries }: Extract<FromRelay, { t: 'roster' }>): Promise<void> {
		const home = this.#home;
		if (home === null) return;
		const upTo = from + entries.length - 1;
		const connection = this.#connection;
		try {
			const received = entries.map(bytesOfBase64url);
			const next = this.#branch !== null && from === this.#branch.length + 1;
			if (next && this.#branch !== null) this.#branch.push(...received);
			const branch = next ? this.#branch : null;
			const result = await this.#homeRoster.merge(home, branch ? 1 : from, branch ?? received);
			// Answers of an earlier connection no longer describe the relay's roster.
			if (connection === this.#connection) this.#merged(result, upTo, branch ?? []);
		} catch (error) {
			// The vault was unavailable: merged with the next entries, or on the next connection.
			expectFault(error);
			if (error.kind === 'malformed') this.#forked = true;
		}
	}

	#merged(result: MergeResult, upTo: number, branch: readonly Bytes[]): void {
		if (result === 'forked') {
			this.#forked = true;
			if (branch.length > MAX_BRANCH_ENTRIES) this.#branch = null;
			this.#askBranch();
		} else if (result === 'gap') {
			this.#send({ t: 'roster-since', seq: Math.max(0, this.#seq - 1) });
		} else if (result === 'fallen') {
			if (branch.length === 0) this.#askBranch();
			else {
				this.#publishFrom(commonLength(this.#homeRoster.entries, branch));
				this.#branch = null;
			}
		} else if (result !== 'known' || branch.length === 0) {
			this.#forked = false;
			this.#branch = null;
			this.#compare();
			this.#relaySeq = Math.max(this.#relaySeq ?? 0, upTo);
			this.#sameSeq = Math.max(this.#sameSeq, Math.min(upTo, this.#seq));
			if (result === 'early') this.#recheckLater();
		}
	}
}

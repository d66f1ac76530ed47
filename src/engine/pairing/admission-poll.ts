import { bytesOfBase64url } from '#domain/base/base64url.ts';
import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import { MAX_ROSTER_ENTRIES } from '#domain/pairing/handshake-messages.ts';
import { parseEntry } from '#domain/home/roster.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import { MessageSealer } from '#engine/messaging/message-sealer.ts';
import {
	callRelay,
	type RelayConnection,
	type RelayConnectionTools,
} from '#engine/messaging/relay-connection.ts';
import { RetrySchedule } from '#engine/messaging/retry-schedule.ts';
import { verifyAgreedRoster } from './joiner-handshake.ts';
import type { Roster } from '#engine/home/roster.ts';

/** Delays between attempts; the last one repeats. */
const RETRY_MS = [2000, 4000, 8000, 15_000];
/** The owner's page may still be connecting to the relay. */
const KEYS_TIMEOUT_MS = 20_000;
/** For each key after the first. */
const NEXT_KEY_TIMEOUT_MS = 1000;
/** More home keys than any home accumulates. */
const MAX_KEYS = 4096;

export interface AdmissionPollTools extends RelayConnectionTools {
	readonly admissions: Admissions;
}

export interface AdmissionPollEvents {
	/** This device is a member of the home now. */
	admitted(became: RequestedAccess): void;
	/** The pending join has expired, or was ended elsewhere. */
	over(): void;
}

/**
 * A joiner that consented and lost the rest of the pairing logs in as the member that it may be by
 * now, until it succeeds. Nothing here throws. Rules: docs/spec/pairing.md, PR21 to PR23.
 */
export class AdmissionPoll {
	readonly pending: PendingJoin;
	readonly #tools: AdmissionPollTools;
	readonly #self: SelfIdentity;
	/** Where to log in; `null`: nowhere for now. */
	readonly #origin: () => string | null;
	readonly #events: AdmissionPollEvents;
	readonly #retry: RetrySchedule;
	#connection: RelayConnection | null = null;
	#busy = false;
	#over = false;

	constructor(
		tools: AdmissionPollTools,
		who: { readonly self: SelfIdentity; readonly pending: PendingJoin },
		origin: () => string | null,
		events: AdmissionPollEvents,
	) {
		this.#tools = tools;
		this.#self = who.self;
		this.pending = who.pending;
		this.#origin = origin;
		this.#events = events;
		this.#retry = new RetrySchedule(
			tools.clock,
			(failures) => RETRY_MS[failures] ?? RETRY_MS.at(-1) ?? null,
		);
	}

	begin(afterMs = 0): void {
		this.#retry.after(afterMs, () => void this.#attempt());
	}

	/** For when the relay has become reachable or the moment is better. */
	retryNow(): void {
		if (!this.#busy && !this.#over) this.begin();
	}

	stop(): void {
		this.#over = true;
		this.#retry.stop();
		this.#connection?.close();
	}

	async #attempt(): Promise<void> {
		if (this.#over || this.#busy) return;
		this.#busy = true;
		const became = await this.#try();
		this.#busy = false;
		if (this.#isOver()) return;
		if (became === 'not-yet') {
			this.#retry.failed(() => void this.#attempt());
			return;
		}
		this.stop();
		if (became === 'over') this.#events.over();
		else this.#events.admitted(became);
	}

	/** Read through a method: `stop` may have been called during an `await`. */
	#isOver(): boolean {
		return this.#over;
	}

	async #try(): Promise<RequestedAccess | 'not-yet' | 'over'> {
		try {
			if (!(await this.#isWanted())) return 'over';
			const origin = this.#origin();
			return origin === null ? 'not-yet' : await this.#tryAt(origin);
		} catch (error) {
			if (error instanceof Fault) return 'not-yet';
			throw error;
		} finally {
			this.#connection = null;
		}
	}

	/** Another page of this device may have completed the join, or started another pairing. */
	async #isWanted(): Promise<boolean> {
		const kept = await this.#tools.admissions.pending();
		const { home, head, untilMs } = this.pending;
		return kept?.home === home && equalBytes(kept.head, head) && kept.untilMs === untilMs;
	}

	/** Throws `corrupt`, and what the vault throws. */
	async #tryAt(origin: string): Promise<RequestedAccess | 'not-yet' | 'over'> {
		const { admissions } = this.#tools;
		const { device, sign } = this.#self;
		const { home, relay } = this.pending;
		const result = await callRelay(
			this.#tools,
			origin,
			{ home, device, sign },
			async (connection) => {
				this.#connection = connection;
				const entries = await this.#rosterBy(connection);
				if (entries === null) return 'not-yet';
				const { roster, became } = await this.#check(entries);
				const grants = await this.#keysBy(connection, roster);
				if (grants.length === 0 || this.#isOver()) return 'not-yet';
				if (!(await this.#isWanted())) return 'over';
				await admissions.enter(entries, concatBytes(...grants), relay ?? '');
				return became;
			},
		);
		return typeof result === 'string' ? result : 'not-yet';
	}

	/** `null`: not received completely. */
	async #rosterBy(connection: RelayConnection): Promise<readonly Bytes[] | null> {
		const entries: Bytes[] = [];
		const seq = connection.welcome?.rosterSeq ?? 0;
		if (seq > MAX_ROSTER_ENTRIES) return null;
		connection.send({ t: 'roster-since', seq: 0 });
		while (entries.length < seq) {
			const frame = await connection.next('roster');
			if (frame.t !== 'roster') return null;
			// Pushed by the relay when an entry is new.
			if (frame.from !== entries.length + 1) continue;
			entries.push(...frame.entries.map(bytesOfBase64url));
		}
		return entries;
	}

	/**
	 * As strict as for M4; moreover, that owner must have admitted this device after the entry named
	 * in M2.
	 */
	async #check(entries: readonly Bytes[]): Promise<{ roster: Roster; became: RequestedAccess }> {
		const { home, seq, owner } = this.pending;
		const agreed = await verifyAgreedRoster(this.#tools.crypto, this.#self, this.pending, entries);
		const isIn = entries.slice(seq).some((bytes) => {
			const { op, subject, author } = parseEntry(bytes).entry;
			const own = (op === 'add' || op === 'rotate') && subject?.device === this.#self.device;
			return own && equalBytes(author, owner);
		});
		if (agreed.roster.home !== home || !isIn) {
			throw new Fault(
				'corrupt',
				'the roster does not show that the agreed owner admitted this device',
			);
		}
		return agreed;
	}

	/** Home keys, in messages from that owner (PR25). */
	async #keysBy(connection: RelayConnection, roster: Roster): Promise<readonly Bytes[]> {
		const { crypto, clock } = this.#tools;
		const { device, sign, kem } = this.#self;
		const sealer = new MessageSealer(crypto, clock);
		const as = { identity: { home: roster.home, device, sign, kem }, roster };
		const grants: Bytes[] = [];
		const untilMs = clock.monotonicMs() + KEYS_TIMEOUT_MS;
		while (grants.length < MAX_KEYS) {
			const leftMs = grants.length > 0 ? NEXT_KEY_TIMEOUT_MS : untilMs - clock.monotonicMs();
			const frame = await connection.next('letter', Math.max(0, leftMs));
			if (frame.t !== 'letter') break;
			const opened = await sealer.open(as, frame.box);
			const by = opened && roster.devices.get(opened.from.device)?.subject?.owner;
			if (opened?.body.message.t !== 'home-key' || !by || !equalBytes(by, this.pending.owner))
				continue;
			grants.push(bytesOfBase64url(opened.body.message.grant));
		}
		return grants;
	}
}

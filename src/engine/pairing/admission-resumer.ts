import { faultOf } from '#domain/base/fault.ts';
import type { EndNote, RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { DirectRelays } from './direct-relays.ts';
import type { PairingSession } from './session.ts';
import type { PairingEndReason, PairingState } from './controls.ts';
import { AdmissionPoll, type AdmissionPollTools } from './admission-poll.ts';

/** Who consented is told by the meeting in most cases, and looks by itself seldom. */
const FIRST_POLL_MS = 15_000;

/** By these a person said that the newcomer does not come (PR23). */
const REFUSING_REASONS: ReadonlySet<PairingEndReason | EndNote> = new Set<
	PairingEndReason | EndNote
>([...(['refused', 'cancelled', 'digits'] as const)]);

export interface AdmissionResumerEvents {
	admitted(self: SelfIdentity, wanted: RequestedAccess): void;
	/** What `state` says. */
	changed(): void;
}

/**
 * A newcomer's way into the home beside its meeting, or without it. Nothing here throws. Rules:
 * docs/spec/pairing.md, PR21 to PR23.
 */
export class AdmissionResumer {
	readonly #tools: AdmissionPollTools & { readonly directRelays: DirectRelays | null };
	readonly #events: AdmissionResumerEvents;
	#poll: AdmissionPoll | null = null;

	constructor(
		tools: AdmissionPollTools & { readonly directRelays: DirectRelays | null },
		events: AdmissionResumerEvents,
	) {
		this.#tools = tools;
		this.#events = events;
		tools.directRelays?.on(() => {
			this.#poll?.retryNow();
			events.changed();
		});
	}

	/** `null`: this device is on no such way. */
	get state(): Extract<PairingState, { kind: 'returning' }> | null {
		if (this.#poll === null) return null;
		const { relay, untilMs } = this.#poll.pending;
		const connected = relay !== null || (this.#tools.directRelays?.origin ?? null) !== null;
		return { kind: 'returning', untilMs, apart: !connected };
	}

	/** After a start of the page. */
	async resume(): Promise<void> {
		const { admissions } = this.#tools;
		try {
			const pending = await admissions.pending();
			if (pending !== null) this.#begin(await admissions.self(), pending, 0);
		} catch (error) {
			// A vault that is away says so elsewhere, and the next start looks again.
			faultOf(error);
		}
	}

	/** A table's state, and what to show of it. */
	follow(session: PairingSession, state: PairingState): PairingState {
		const { pending, remoteNote: noted } = session;
		if (pending === null) return state;
		if (state.kind === 'comparing' && this.#poll?.pending !== pending) {
			this.#begin(session.self, pending, FIRST_POLL_MS);
		}
		if (state.kind === 'done') this.#stop();
		if (state.kind !== 'ended') return state;
		if (REFUSING_REASONS.has(state.why) || (noted !== null && REFUSING_REASONS.has(noted))) {
			void this.giveUp();
			return state;
		}
		this.#poll?.retryNow();
		// Without a relay the note may be the hub's own, of a line that broke.
		const noteSays = noted !== null && pending.relay !== null;
		const said = state.why === 'expired' || state.why === 'burnt' || noteSays;
		return said ? state : (this.state ?? state);
	}

	/** PR23: it is not to come. */
	async giveUp(): Promise<void> {
		if (this.#poll === null) return;
		this.#stop();
		try {
			await this.#tools.admissions.setPendingJoin(null);
		} catch (error) {
			// It is over in twenty minutes by itself.
			faultOf(error);
		}
	}

	#begin(self: SelfIdentity, pending: PendingJoin, afterMs: number): void {
		this.#stop();
		const origin = (): string | null => this.#tools.directRelays?.origin ?? pending.relay;
		const returning = new AdmissionPoll(this.#tools, { self, pending }, origin, {
			admitted: (wanted) => {
				this.#stop();
				this.#events.admitted(self, wanted);
			},
			over: () => {
				this.#stop();
				this.#events.changed();
			},
		});
		this.#poll = returning;
		returning.begin(afterMs);
	}

	#stop(): void {
		this.#poll?.stop();
		this.#poll = null;
	}
}

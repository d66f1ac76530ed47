import { expectFault } from '#domain/base/fault.ts';
import type { EndNote, RequestedAccess } from '#domain/pairing/handshake-messages.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { DirectRelays } from './direct-relays.ts';
import type { PairingSession } from './session.ts';
import type { PairingEndReason, PairingState } from './controls.ts';
import { AdmissionPoll, type AdmissionPollTools } from './admission-poll.ts';

/** After consent the rendezvous usually delivers the rest, so polling can wait. */
const FIRST_POLL_MS = 15_000;

/** A person refused: the device is not to join (PR23). */
const REFUSING_REASONS: ReadonlySet<PairingEndReason | EndNote> = new Set<
	PairingEndReason | EndNote
>([...(['refused', 'cancelled', 'digits'] as const)]);

export interface AdmissionResumerEvents {
	admitted(self: SelfIdentity, wanted: RequestedAccess): void;
	/** `state` changed. */
	changed(): void;
}

/**
 * Brings a joiner into the home beside its rendezvous, or without it. Nothing here throws. Rules:
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

	/** `null`: no join is pending. */
	get state(): Extract<PairingState, { kind: 'returning' }> | null {
		if (this.#poll === null) return null;
		const { relay, untilMs } = this.#poll.pending;
		const connected = relay !== null || (this.#tools.directRelays?.origin ?? null) !== null;
		return { kind: 'returning', untilMs, apart: !connected };
	}

	/** To be called when the page starts. */
	async resume(): Promise<void> {
		const { admissions } = this.#tools;
		try {
			const pending = await admissions.pending();
			if (pending !== null) this.#begin(await admissions.self(), pending, 0);
		} catch (error) {
			// An unavailable vault is reported elsewhere; the next start tries again.
			expectFault(error);
		}
	}

	/** Takes a session's state and returns the one to show. */
	follow(session: PairingSession, state: PairingState): PairingState {
		const { pending, remoteNote } = session;
		if (pending === null) return state;
		if (state.kind === 'comparing' && this.#poll?.pending !== pending) {
			this.#begin(session.self, pending, FIRST_POLL_MS);
		}
		if (state.kind === 'done') this.#stop();
		if (state.kind !== 'ended') return state;
		if (
			REFUSING_REASONS.has(state.why) ||
			(remoteNote !== null && REFUSING_REASONS.has(remoteNote))
		) {
			void this.giveUp();
			return state;
		}
		this.#poll?.retryNow();
		// Without a relay, the in-page relay itself may have sent the note after a connection broke.
		const noteSays = remoteNote !== null && pending.relay !== null;
		const explained = state.why === 'expired' || state.why === 'burnt' || noteSays;
		return explained ? state : (this.state ?? state);
	}

	/** PR23: the device is not to join any more. */
	async giveUp(): Promise<void> {
		if (this.#poll === null) return;
		this.#stop();
		try {
			await this.#tools.admissions.setPendingJoin(null);
		} catch (error) {
			// The pending join expires after 20 minutes anyway.
			expectFault(error);
		}
	}

	#begin(self: SelfIdentity, pending: PendingJoin, afterMs: number): void {
		this.#stop();
		const origin = (): string | null => this.#tools.directRelays?.origin ?? pending.relay;
		const poll = new AdmissionPoll(this.#tools, { self, pending }, origin, {
			admitted: (wanted) => {
				this.#stop();
				this.#events.admitted(self, wanted);
			},
			over: () => {
				this.#stop();
				this.#events.changed();
			},
		});
		this.#poll = poll;
		poll.begin(afterMs);
	}

	#stop(): void {
		this.#poll?.stop();
		this.#poll = null;
	}
}

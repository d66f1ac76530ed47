import type { Bytes } from '#domain/base/bytes.ts';
import { Serial } from '#domain/base/serial.ts';
import { expectFault, faultOf, type Fault } from '#domain/base/fault.ts';
import {
	buildEndNote,
	type EndNote,
	type RequestedAccess,
} from '#domain/pairing/handshake-messages.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import type { RelayFailure } from '#engine/messaging/relay-connection.ts';
import { Rendezvous, type Participant } from './rendezvous.ts';
import { endedBy, reasonOfNote } from './end-reasons.ts';
import type { PairingEndReason, PairingState } from './controls.ts';

export interface PairingSessionTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly admissions: Admissions;
	/** Resolves when the relay has the new roster entries, or after a short timeout. */
	readonly shown: () => Promise<void>;
}

/** For answers that need no person. */
const ANSWER_TIMEOUT_MS = 20_000;

export type Comparing = Extract<PairingState, { readonly kind: 'comparing' }>;

type CommonEvent =
	| { readonly kind: 'again'; readonly boxes: readonly Bytes[] }
	| { readonly kind: 'note'; readonly note: EndNote };

/** One pairing, from joining the rendezvous to its end. Boxes are handled one at a time. */
export abstract class PairingSession {
	onState: (state: PairingState) => void = () => undefined;
	protected readonly tools: PairingSessionTools;
	readonly self: SelfIdentity;
	#rendezvous: Rendezvous | null = null;
	readonly #serial = new Serial();
	#comparing: Comparing | null = null;
	#ended = false;
	#isReady = false;
	#remoteNote: EndNote | null = null;
	#lastSent: readonly Bytes[] = [];
	#stopAll: () => void = () => undefined;
	#stopAnswer: () => void = () => undefined;

	constructor(tools: PairingSessionTools, self: SelfIdentity) {
		this.tools = tools;
		this.self = self;
	}

	/** `null`: joined. */
	async join(participant: Participant, forMs: number): Promise<RelayFailure | null> {
		const rendezvous = await Rendezvous.open(this.tools, participant, {
			ready: () => this.#ready(),
			box: (box) => void this.inTurn(() => this.receive(box)),
			aborted: () => this.#aborted(),
			reconnected: () => this.#rendezvous?.send(this.#lastSent),
			failed: (failure) => this.#failed(failure),
		});
		if ('t' in rendezvous) return rendezvous;
		this.#rendezvous = rendezvous;
		try {
			await this.begin(rendezvous.rid);
		} catch (error) {
			rendezvous.abort();
			expectFault(error);
			return { t: 'fault', fault: error };
		}
		this.#stopAll = this.tools.clock.after(forMs, () =>
			this.#endInTurn({ why: 'expired', fault: null }, 'cancelled'),
		);
		rendezvous.begin();
		// Whoever did not wait has met the other participant already.
		if (participant.how.t !== 'wait') this.#ready();
		return null;
	}

	/** The user typed the digits of the other screen. */
	abstract enter(digits: string): Promise<void>;

	/** The user accepts. */
	abstract confirm(wanted: RequestedAccess): Promise<void>;

	/** Ends the pairing and tells the other side. */
	leave(note: EndNote): void {
		this.#close(note);
	}

	/** The last note of the other side. */
	get remoteNote(): EndNote | null {
		return this.#remoteNote;
	}

	/** The join that a device which has consented may resume (PR21). */
	get pending(): PendingJoin | null {
		return null;
	}

	/** Allowed and being signed: too late to cancel (PR19). */
	get signing(): boolean {
		return false;
	}

	/** Called first, when the rendezvous is known. */
	protected abstract begin(rid: string): Promise<void>;

	/** Handles a box of the other side. Every `Fault` burns the code. */
	protected abstract receive(box: Bytes): Promise<void>;

	/** Succeeded, so that the other side may leave. */
	protected abstract get done(): boolean;

	protected send(boxes: readonly Bytes[]): void {
		this.#lastSent = boxes;
		this.#rendezvous?.send(boxes);
	}

	/** Handles what both sides send alike. */
	protected receiveCommon(event: CommonEvent): void {
		if (event.kind === 'again') this.#rendezvous?.send(event.boxes);
		else this.#remoteNote = event.note;
	}

	protected get comparing(): Comparing | null {
		return this.#comparing;
	}

	/** Shows the digits, and what was said to them. */
	protected compare(comparing: Comparing): void {
		this.#comparing = comparing;
		this.onState(comparing);
	}

	/** Starts or stops the timeout for an answer that needs no person. */
	protected expectAnswer(expected: boolean): void {
		this.#stopAnswer();
		this.#stopAnswer = expected
			? this.tools.clock.after(ANSWER_TIMEOUT_MS, () => this.end('other-side-gone', null, 'failed'))
			: () => undefined;
	}

	protected end(why: PairingEndReason, fault: Fault | null, note: EndNote | null): void {
		if (this.#ended) return;
		this.#close(note);
		if (!this.done) this.onState({ kind: 'ended', why, fault });
	}

	#close(note: EndNote | null): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#stopAll();
		this.#stopAnswer();
		const rendezvous = this.#rendezvous;
		if (rendezvous === null) return;
		if (note !== null && !this.done) rendezvous.send([buildEndNote(note)]);
		rendezvous.abort();
	}

	#ready(): void {
		if (this.#ended || this.#isReady) return;
		this.#isReady = true;
		this.onState({ kind: 'exchanging' });
		this.expectAnswer(true);
	}

	/** Runs boxes and user actions one at a time. */
	protected inTurn(work: () => void | Promise<void>): Promise<void> {
		return this.#serial.run(async () => {
			if (this.#ended) return;
			try {
				await work();
			} catch (error) {
				this.#fail(faultOf(error));
				expectFault(error);
			}
		});
	}

	#fail(fault: Fault): void {
		const burns = fault.kind === 'corrupt' || fault.kind === 'malformed';
		this.end(burns ? 'burnt' : 'failed', fault, burns ? 'burnt' : 'failed');
	}

	#aborted(): void {
		// A note that arrived before may still be queued.
		void this.inTurn(() => {
			this.end(this.#remoteNote === null ? 'burnt' : reasonOfNote(this.#remoteNote), null, null);
		});
	}

	/** Queued behind `admit`, so that signing is never interrupted. */
	#endInTurn(
		{ why, fault }: { why: PairingEndReason; fault: Fault | null },
		note: EndNote | null,
	): void {
		void this.inTurn(() => this.end(why, fault, note));
	}

	#failed(failure: RelayFailure): void {
		const { why, fault } = endedBy(failure);
		this.#endInTurn({ why: why === 'unknown-code' ? 'other-side-gone' : why, fault }, null);
	}
}

import type { Bytes } from '#domain/base/bytes.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
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
import type { RelayFailure } from '#engine/messaging/relay-call.ts';
import { Rendezvous, type Participant } from './rendezvous.ts';
import { endedBy, reasonOfNote } from './end-reasons.ts';
import type { PairingEndReason, PairingState } from './controls.ts';

export interface PairingSessionTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly admissions: Admissions;
	/** Until the relay has heard what was signed here, but not for long. */
	readonly shown: () => Promise<void>;
}

/** What devices answer by themselves, no person asked. */
const ANSWER_TIMEOUT_MS = 20_000;

/** One pairing, from the seat at the meeting to its end. Boxes are read one after the other. */
export abstract class PairingSession {
	onState: (state: PairingState) => void = () => undefined;
	protected readonly tools: PairingSessionTools;
	readonly self: SelfIdentity;
	#rendezvous: Rendezvous | null = null;
	#queue: Promise<unknown> = Promise.resolve();
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

	/** `null`: seated. */
	async join(participant: Participant, forMs: number): Promise<RelayFailure | null> {
		const rendezvous = await Rendezvous.open(this.tools, participant, {
			ready: () => this.#ready(),
			box: (box) => void this.inTurn(() => this.receive(box)),
			aborted: () => this.#aborted(),
			reconnected: () => this.#rendezvous?.send(this.#lastSent),
			failed: (no) => this.#failed(no),
		});
		if ('t' in rendezvous) return rendezvous;
		this.#rendezvous = rendezvous;
		try {
			await this.begin(rendezvous.rid);
		} catch (error) {
			rendezvous.abort();
			return { t: 'fault', fault: faultOf(error) };
		}
		this.#stopAll = this.tools.clock.after(forMs, () =>
			this.#endInTurn({ why: 'expired', fault: null }, 'cancelled'),
		);
		rendezvous.begin();
		// Who joined, or came to where somebody waited, has met.
		if (participant.how.t !== 'wait') this.#ready();
		return null;
	}

	/** A person typed the digits of the other screen. */
	abstract enter(digits: string): Promise<void>;

	/** A person says yes. */
	abstract confirm(wanted: RequestedAccess): Promise<void>;

	/** Gives up, and tells the other side. */
	leave(setRemoteNote: EndNote): void {
		this.#close(setRemoteNote);
	}

	/** What the other side said before it went. */
	get remoteNote(): EndNote | null {
		return this.#remoteNote;
	}

	/** What a newcomer that has consented may come back to (PR21). */
	get pending(): PendingJoin | null {
		return null;
	}

	/** It was allowed and is being signed: too late to give up (PR19). */
	get signing(): boolean {
		return false;
	}

	/** What is done first, when the meeting is known. */
	protected abstract begin(rid: string): Promise<void>;

	/** A box of the other side. Every `Fault` burns the code. */
	protected abstract receive(box: Bytes): Promise<void>;

	/** Whether it came to its end well, so that the other side's leaving means nothing. */
	protected abstract get done(): boolean;

	protected send(boxes: readonly Bytes[]): void {
		this.#lastSent = boxes;
		this.#rendezvous?.send(boxes);
	}

	protected resend(boxes: readonly Bytes[]): void {
		this.#rendezvous?.send(boxes);
	}

	protected note(note: EndNote): void {
		this.#remoteNote = note;
	}

	/** The other side has to answer by itself, or no more. */
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

	/** Boxes and a person's words, one after the other. */
	protected inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.#queue.then(async () => {
			if (this.#ended) return;
			try {
				await work();
			} catch (error) {
				this.#fail(faultOf(error));
			}
		});
		this.#queue = done;
		return done;
	}

	#fail(fault: Fault): void {
		const burns = fault.kind === 'corrupt' || fault.kind === 'malformed';
		this.end(burns ? 'burnt' : 'failed', fault, burns ? 'burnt' : 'failed');
	}

	#aborted(): void {
		// A note before it may still be read.
		void this.inTurn(() => {
			this.end(this.#remoteNote === null ? 'burnt' : reasonOfNote(this.#remoteNote), null, null);
			return Promise.resolve();
		});
	}

	/** What is being signed comes to its end first. */
	#endInTurn(
		{ why, fault }: { why: PairingEndReason; fault: Fault | null },
		note: EndNote | null,
	): void {
		void this.inTurn(() => {
			this.end(why, fault, note);
			return Promise.resolve();
		});
	}

	#failed(no: RelayFailure): void {
		const { why, fault } = endedBy(no);
		this.#endInTurn({ why: why === 'unknown-code' ? 'other-side-gone' : why, fault }, null);
	}
}

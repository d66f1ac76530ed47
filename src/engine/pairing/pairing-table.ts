import type { Bytes } from '#domain/base/bytes.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import { buildNote, type Note, type Wanted } from '#domain/pairing/pairing.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';
import type { Admissions, SelfIdentity } from '#engine/home/admissions.ts';
import type { No } from '#engine/messaging/meeting-line.ts';
import { Meeting, type Seat } from './meeting.ts';
import { endOf, endOfNote } from './pairing-end.ts';
import type { PairingEnd, PairingState } from './pairing.ts';

export interface TableTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
	readonly admissions: Admissions;
	/** Until the relay has heard what was signed here, but not for long. */
	readonly shown: () => Promise<void>;
}

/** What devices answer by themselves, no person asked. */
const ANSWER_MS = 20_000;

/** One pairing, from the seat at the meeting to its end. Boxes are read one after the other. */
export abstract class Table {
	onState: (state: PairingState) => void = () => undefined;
	protected readonly tools: TableTools;
	readonly self: SelfIdentity;
	#meeting: Meeting | null = null;
	#queue: Promise<unknown> = Promise.resolve();
	#ended = false;
	#hasMet = false;
	#noted: Note | null = null;
	#said: readonly Bytes[] = [];
	#stopAll: () => void = () => undefined;
	#stopAnswer: () => void = () => undefined;

	constructor(tools: TableTools, self: SelfIdentity) {
		this.tools = tools;
		this.self = self;
	}

	/** `null`: seated. */
	async sit(seat: Seat, forMs: number): Promise<No | null> {
		const meeting = await Meeting.open(this.tools, seat, {
			met: () => this.#met(),
			box: (box) => void this.inTurn(() => this.hear(box)),
			burnt: () => this.#burnt(),
			back: () => this.#meeting?.post(this.#said),
			gone: (no) => this.#gone(no),
		});
		if ('t' in meeting) return meeting;
		this.#meeting = meeting;
		try {
			await this.begin(meeting.rid);
		} catch (error) {
			meeting.burn();
			return { t: 'fault', fault: faultOf(error) };
		}
		this.#stopAll = this.tools.clock.after(forMs, () =>
			this.#endInTurn({ why: 'expired', fault: null }, 'cancelled'),
		);
		meeting.begin();
		// Who joined, or came to where somebody waited, has met.
		if (seat.how.t !== 'wait') this.#met();
		return null;
	}

	/** A person typed the digits of the other screen. */
	abstract enter(digits: string): Promise<void>;

	/** A person says yes. */
	abstract say(wanted: Wanted): Promise<void>;

	/** Gives up, and tells the other side. */
	leave(note: Note): void {
		this.#close(note);
	}

	/** What the other side said before it went. */
	get noted(): Note | null {
		return this.#noted;
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
	protected abstract hear(box: Bytes): Promise<void>;

	/** Whether it came to its end well, so that the other side's leaving means nothing. */
	protected abstract get done(): boolean;

	protected post(boxes: readonly Bytes[]): void {
		this.#said = boxes;
		this.#meeting?.post(boxes);
	}

	protected again(boxes: readonly Bytes[]): void {
		this.#meeting?.post(boxes);
	}

	protected note(note: Note): void {
		this.#noted = note;
	}

	/** The other side has to answer by itself, or no more. */
	protected expectAnswer(expected: boolean): void {
		this.#stopAnswer();
		this.#stopAnswer = expected
			? this.tools.clock.after(ANSWER_MS, () => this.end('other-side-gone', null, 'failed'))
			: () => undefined;
	}

	protected end(why: PairingEnd, fault: Fault | null, note: Note | null): void {
		if (this.#ended) return;
		this.#close(note);
		if (!this.done) this.onState({ kind: 'ended', why, fault });
	}

	#close(note: Note | null): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#stopAll();
		this.#stopAnswer();
		const meeting = this.#meeting;
		if (meeting === null) return;
		if (note !== null && !this.done) meeting.post([buildNote(note)]);
		meeting.burn();
	}

	#met(): void {
		if (this.#ended || this.#hasMet) return;
		this.#hasMet = true;
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

	#burnt(): void {
		// A note before it may still be read.
		void this.inTurn(() => {
			this.end(this.#noted === null ? 'burnt' : endOfNote(this.#noted), null, null);
			return Promise.resolve();
		});
	}

	/** What is being signed comes to its end first. */
	#endInTurn({ why, fault }: { why: PairingEnd; fault: Fault | null }, note: Note | null): void {
		void this.inTurn(() => {
			this.end(why, fault, note);
			return Promise.resolve();
		});
	}

	#gone(no: No): void {
		const { why, fault } = endOf(no);
		this.#endInTurn({ why: why === 'unknown-code' ? 'other-side-gone' : why, fault }, null);
	}
}

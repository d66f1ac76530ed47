import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import { WIRE_VERSION, type FromRelay } from '#protocol/wire.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import {
	callRelay,
	RelayConnection,
	type RelayConnectionTools,
	type RelayFailure,
} from '#engine/messaging/relay-connection.ts';
import { RetrySchedule } from '#engine/messaging/retry-schedule.ts';

/** Delay before each attempt to reconnect; after the last one it fails. */
const RETRY_MS = [1000, 2000, 4000];
/** Entries per frame (`src/protocol/wire.ts`). */
const MAX_ENTRIES = 32;

export interface Participant {
	readonly self: SelfIdentity;
	readonly origin: string;
	/** Authenticates first; otherwise it takes part without a home. */
	readonly member: boolean;
	readonly how:
		| { readonly t: 'wait'; readonly rid: string; readonly locator: string | null }
		| { readonly t: 'meet'; readonly rid: string }
		| { readonly t: 'find'; readonly locator: string };
}

export interface RendezvousEvents {
	/** Both participants are there. */
	ready(): void;
	box(box: Bytes): void;
	/** Somebody ended it, or a second joiner came. */
	aborted(): void;
	/** Reconnected: what was sent last may not have arrived. */
	reconnected(): void;
	/** Reconnecting failed. */
	failed(failure: RelayFailure): void;
}

/** Participation in a rendezvous (RL17) that survives a lost connection (PR8). */
export class Rendezvous {
	readonly rid: string;
	readonly #tools: RelayConnectionTools;
	readonly #participant: Participant;
	readonly #events: RendezvousEvents;
	readonly #retry: RetrySchedule;
	#connection: RelayConnection;
	#over = false;

	private constructor(
		tools: RelayConnectionTools,
		participant: Participant,
		events: RendezvousEvents,
		joined: Joined,
	) {
		this.#tools = tools;
		this.#participant = participant;
		this.#events = events;
		this.#retry = new RetrySchedule(tools.clock, (failures) => RETRY_MS[failures] ?? null);
		this.#connection = joined.connection;
		this.rid = joined.rid;
	}

	/** Joins the rendezvous. No event before `begin`. */
	static async open(
		tools: RelayConnectionTools,
		participant: Participant,
		events: RendezvousEvents,
	): Promise<Rendezvous | RelayFailure> {
		const joined = await join(tools, participant);
		return 't' in joined ? joined : new Rendezvous(tools, participant, events, joined);
	}

	begin(): void {
		this.#connection.listen({
			frame: (frame) => this.#receive(frame),
			part: () => undefined,
			ended: () => this.#disconnected(),
		});
	}

	send(boxes: readonly Bytes[]): void {
		for (const box of boxes)
			this.#connection.send({ t: 'post', rid: this.rid, box: base64urlOf(box) });
	}

	/** Ends it for both participants. */
	abort(): void {
		this.#connection.send({ t: 'burn', rid: this.rid });
		this.close();
	}

	close(): void {
		this.#over = true;
		this.#retry.stop();
		this.#connection.close();
	}

	#receive(frame: FromRelay): void {
		if (frame.t === 'met') this.#events.ready();
		else if (frame.t === 'post' && frame.rid === this.rid) this.#receiveBox(frame.box);
		else if (frame.t === 'burnt' && frame.rid === this.rid)
			this.#finish(() => this.#events.aborted());
		else if (frame.t === 'refused') this.#finish(() => this.#events.failed(frame));
	}

	#receiveBox(text: string): void {
		try {
			this.#events.box(bytesOfBase64url(text));
		} catch (error) {
			expectFault(error);
			// Invalid base64url: an empty box makes the reader reject the message.
			this.#events.box(new Uint8Array());
		}
	}

	#finish(report: () => void): void {
		this.close();
		report();
	}

	#disconnected(): void {
		if (this.#over || this.#retry.failed(() => void this.#reconnect()) !== null) return;
		const fault = new Fault('offline', 'lost the connection to the rendezvous too often');
		this.#finish(() => this.#events.failed({ t: 'fault', fault }));
	}

	async #reconnect(): Promise<void> {
		const joined = await join(this.#tools, this.#participant);
		if (this.#over) {
			if (!('t' in joined)) joined.connection.close();
		} else if (!('t' in joined)) {
			this.#connection = joined.connection;
			this.#events.reconnected();
			this.begin();
		} else if (joined.t === 'fault') this.#disconnected();
		else this.#finish(() => this.#events.failed(joined));
	}
}

interface Joined {
	readonly connection: RelayConnection;
	readonly rid: string;
}

async function join(
	tools: RelayConnectionTools,
	participant: Participant,
): Promise<Joined | RelayFailure> {
	const { self, origin, member } = participant;
	const connection = new RelayConnection(tools, origin);
	const rid =
		(await connection.open(member ? self : null)) ?? (await enter(connection, participant));
	if (typeof rid === 'string') return { connection, rid };
	connection.close();
	return rid;
}

/** Returns the rid. */
async function enter(
	connection: RelayConnection,
	{ member, how }: Participant,
): Promise<string | RelayFailure> {
	if (how.t === 'wait') {
		const locator = how.locator === null ? {} : { locator: how.locator };
		const version = member ? {} : { version: WIRE_VERSION };
		connection.send({ t: 'wait', rid: how.rid, ...locator, ...version });
		return (await connection.ping()) ?? how.rid;
	}
	connection.send({ ...how, version: WIRE_VERSION });
	const met = await connection.next('met');
	return met.t === 'met' ? met.rid : met;
}

/** Opens this home at a relay. `null`: done; otherwise why not. */
export function openHome(
	tools: RelayConnectionTools,
	{ self, origin, invitation }: { self: SelfIdentity; origin: string; invitation: string },
): Promise<RelayFailure | null> {
	return callRelay(tools, origin, null, async (connection) => {
		const entries = self.roster.map(base64urlOf);
		const roster = entries.slice(0, MAX_ENTRIES);
		connection.send({ t: 'open', version: WIRE_VERSION, invitation, roster });
		const opened = await connection.next('opened');
		if (opened.t !== 'opened') return opened;
		const failure = await connection.prove(self);
		if (failure !== null) return failure;
		for (let at = MAX_ENTRIES; at < entries.length; at += MAX_ENTRIES) {
			connection.send({ t: 'append', entries: entries.slice(at, at + MAX_ENTRIES) });
			const appended = await connection.next('appended');
			if (appended.t !== 'appended') return appended;
		}
		return null;
	});
}

import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { ascii, type Bytes } from '#domain/base/bytes.ts';
import { Fault, faultOf } from '#domain/base/fault.ts';
import { loginBytes } from '#domain/home/login.ts';
import { WIRE_VERSION, type FromRelay } from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Relays } from '#ports/network/relay.ts';
import type { SelfIdentity } from '#engine/home/admissions.ts';
import type { LoginIdentity } from '#engine/messaging/relay-connection.ts';
import { RelayCall, type RelayFailure } from '#engine/messaging/relay-call.ts';

/** Delay before each attempt to reconnect; after the last one it fails. */
const RETRY_MS = [1000, 2000, 4000];
/** Entries per frame (`src/protocol/wire.ts`). */
const MAX_ENTRIES = 32;

export interface RendezvousTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly relays: Relays;
}

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
	readonly #tools: RendezvousTools;
	readonly #participant: Participant;
	readonly #events: RendezvousEvents;
	#call: RelayCall;
	#lost = 0;
	#over = false;
	#stop: () => void = () => undefined;

	private constructor(
		tools: RendezvousTools,
		participant: Participant,
		events: RendezvousEvents,
		joined: JoinedCall,
	) {
		this.#tools = tools;
		this.#participant = participant;
		this.#events = events;
		this.#call = joined.call;
		this.rid = joined.rid;
	}

	/** Joins the rendezvous. No event before `begin`. */
	static async open(
		tools: RendezvousTools,
		participant: Participant,
		events: RendezvousEvents,
	): Promise<Rendezvous | RelayFailure> {
		const joined = await joinAt(tools, participant);
		return 't' in joined ? joined : new Rendezvous(tools, participant, events, joined);
	}

	begin(): void {
		this.#call.listen(
			(frame) => this.#receive(frame),
			() => this.#disconnected(),
		);
	}

	send(boxes: readonly Bytes[]): void {
		for (const box of boxes) this.#call.send({ t: 'post', rid: this.rid, box: base64urlOf(box) });
	}

	/** Ends it for both participants. */
	abort(): void {
		this.#call.send({ t: 'burn', rid: this.rid });
		this.close();
	}

	close(): void {
		this.#over = true;
		this.#stop();
		this.#call.close();
	}

	#receive(frame: FromRelay): void {
		if (this.#over) return;
		if (frame.t === 'met') this.#events.ready();
		else if (frame.t === 'post' && frame.rid === this.rid) this.#receiveBox(frame.box);
		else if (frame.t === 'burnt' && frame.rid === this.rid)
			this.#finish(() => this.#events.aborted());
		else if (frame.t === 'refused') this.#finish(() => this.#events.failed(frame));
		else if (frame.t === 'challenge' && this.#participant.member) {
			// If this fails, the relay closes the connection, which is reported.
			void authenticate(
				this.#tools.crypto,
				this.#participant.self,
				this.#call,
				frame.challenge,
			).catch(() => undefined);
		}
	}

	#receiveBox(text: string): void {
		try {
			this.#events.box(bytesOfBase64url(text));
		} catch {
			// Invalid base64url: an empty box makes the reader reject the message.
			this.#events.box(new Uint8Array());
		}
	}

	#finish(report: () => void): void {
		this.close();
		report();
	}

	#disconnected(): void {
		const waitMs = RETRY_MS[this.#lost];
		if (this.#over) return;
		if (waitMs === undefined) {
			const fault = new Fault('offline', 'lost the connection to the rendezvous too often');
			this.#finish(() => this.#events.failed({ t: 'fault', fault }));
			return;
		}
		this.#lost += 1;
		this.#stop = this.#tools.clock.after(waitMs, () => void this.#reconnect());
	}

	async #reconnect(): Promise<void> {
		const joined = await joinAt(this.#tools, this.#participant);
		if (this.#over) {
			if (!('t' in joined)) joined.call.close();
		} else if (!('t' in joined)) {
			this.#call = joined.call;
			this.#events.reconnected();
			this.begin();
		} else if (joined.t === 'fault') this.#disconnected();
		else this.#finish(() => this.#events.failed(joined));
	}
}

interface JoinedCall {
	readonly call: RelayCall;
	readonly rid: string;
}

async function joinAt(
	tools: RendezvousTools,
	participant: Participant,
): Promise<JoinedCall | RelayFailure> {
	const call = await RelayCall.open(tools.relays, tools.clock, participant.origin);
	if ('t' in call) return call;
	try {
		const joined = await joinOver(tools.crypto, call, participant);
		if ('t' in joined) call.close();
		return joined;
	} catch (error) {
		call.close();
		return { t: 'fault', fault: faultOf(error) };
	}
}

async function joinOver(
	crypto: Crypto,
	call: RelayCall,
	{ self, member, how }: Participant,
): Promise<JoinedCall | RelayFailure> {
	const challenge = await call.challenge();
	if (challenge.t !== 'challenge') return challenge;
	if (member) {
		await authenticate(crypto, self, call, challenge.challenge);
		const welcome = await call.next('welcome');
		if (welcome.t !== 'welcome') return welcome;
	}
	if (how.t === 'wait') {
		const locator = how.locator === null ? {} : { locator: how.locator };
		const version = member ? {} : { version: WIRE_VERSION };
		call.send({ t: 'wait', rid: how.rid, ...locator, ...version });
		const pong = await call.ping();
		return pong.t === 'pong' ? { call, rid: how.rid } : pong;
	}
	call.send({ ...how, version: WIRE_VERSION });
	const met = await call.next('met');
	return met.t === 'met' ? { call, rid: met.rid } : met;
}

/** Opens this home at a relay. `null`: done; otherwise why not. */
export async function openHome(
	{ crypto, clock, relays }: RendezvousTools,
	{ self, origin, invitation }: { self: SelfIdentity; origin: string; invitation: string },
): Promise<RelayFailure | null> {
	const call = await RelayCall.open(relays, clock, origin);
	if ('t' in call) return call;
	try {
		const challenge = await call.challenge();
		if (challenge.t !== 'challenge') return challenge;
		const entries = self.roster.map(base64urlOf);
		const roster = entries.slice(0, MAX_ENTRIES);
		call.send({ t: 'open', version: WIRE_VERSION, invitation, roster });
		const opened = await call.next('opened');
		if (opened.t !== 'opened') return opened;
		await authenticate(crypto, self, call, challenge.challenge);
		const welcome = await call.next('welcome');
		if (welcome.t !== 'welcome') return welcome;
		for (let at = MAX_ENTRIES; at < entries.length; at += MAX_ENTRIES) {
			call.send({ t: 'append', entries: entries.slice(at, at + MAX_ENTRIES) });
			const appended = await call.next('appended');
			if (appended.t !== 'appended') return appended;
		}
		return null;
	} catch (error) {
		return { t: 'fault', fault: faultOf(error) };
	} finally {
		call.close();
	}
}

export async function authenticate(
	crypto: Crypto,
	{ home, device, sign }: LoginIdentity,
	call: RelayCall,
	challenge: string,
): Promise<void> {
	const originHash = await crypto.sha256(ascii(call.origin));
	const covered = loginBytes({ originHash, challenge: bytesOfBase64url(challenge), home, device });
	const signature = base64urlOf(await crypto.sign(sign.key, covered));
	call.send({ t: 'prove', version: WIRE_VERSION, home, device, signature });
}

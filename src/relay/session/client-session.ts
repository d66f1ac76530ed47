import type { DeviceId } from '#domain/base/ids.ts';
import { CHALLENGE_BYTES } from '#domain/home/login.ts';
import type { RosterEntry } from '#domain/home/roster.ts';
import {
	CLOSE_CODES,
	frameFrom,
	fromDevice,
	MAX_TEXT_BYTES,
	WIRE_VERSION,
	type FromDevice,
	type Refusal,
} from '#protocol/wire.ts';
import { authenticate } from './authentication.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';
import { sha256 } from '#relay/base/crypto.ts';
import { memberOf } from './home-registry.ts';
import type { ClientConnection } from './client-connection.ts';
import { bytesFrom, MemberSession } from './member-session.ts';
import type { RendezvousParticipant } from './rendezvous-registry.ts';
import type { RelayContext } from './relay-context.ts';
import { makeToken, TOKEN_MS } from './token.ts';

/** For an unauthenticated socket; both sides of a rendezvous get by with it. */
const GUEST_TEXTS = { perSecond: 8, atOnce: 64 };
const SILENT_MS = 25_000;
const UNPROVED_MS = 5_000;
const CHALLENGE_MS = 60_000;
const CHALLENGE_EVERY_MS = 8 * 60_000;
/** A guest, in no home yet, may stay for the lifetime of a rendezvous. */
const GUEST_MS = 10 * 60_000 + UNPROVED_MS;
/** Frames queued while a signature is verified; the byte limit applies to guests only. */
const MAX_QUEUE = 64;
const MAX_GUEST_QUEUE = 2 * MAX_TEXT_BYTES;

export interface SessionClient {
	/** The origin it connected to, such as `https://cam.local:8443`. */
	readonly origin: string;
	/** The key that limits count by: an IPv4 address or an IPv6 /64 (RL27). */
	readonly address: string;
	/** Called when it exceeded a limit. */
	offended(): void;
	/** Called once it is authenticated: the device's own limits apply from then on. */
	proved(): void;
}

interface Challenge {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly atMs: number;
}

/** The session on one socket, from the challenge to its close (docs/spec/relay.md, "Session"). */
export class ClientSession {
	readonly #relay: RelayContext;
	readonly #connection: ClientConnection;
	readonly #client: SessionClient;
	readonly #texts: TokenBucket;
	#challenge: Challenge | null = null;
	#challengedMs = 0;
	#heardMs: number;
	/** Deadline for authentication. */
	#unprovedUntilMs: number;
	readonly #guestUntilMs: number;
	#member: MemberSession | null = null;
	#participant: RendezvousParticipant | null = null;
	/** `whose` was received; allowed once per socket (RL22). */
	#asked = false;
	#busy = false;
	#over = false;
	readonly #queue: (FromDevice | Uint8Array)[] = [];
	/** Bytes received since the queue was last empty. */
	#queuedBytes = 0;

	constructor(relay: RelayContext, connection: ClientConnection, client: SessionClient) {
		this.#relay = relay;
		this.#connection = connection;
		this.#client = client;
		const nowMs = relay.nowMs();
		this.#texts = new TokenBucket(GUEST_TEXTS, nowMs);
		this.#heardMs = nowMs;
		this.#unprovedUntilMs = nowMs + UNPROVED_MS;
		this.#guestUntilMs = nowMs + GUEST_MS;
		this.#sendChallenge(nowMs);
	}

	receiveText(bytes: Uint8Array): void {
		if (this.#over) return;
		this.#relay.count('text-in');
		const nowMs = this.#relay.nowMs();
		this.#heardMs = nowMs;
		if (!(this.#member?.rateLimit.takeText(nowMs) ?? this.#texts.take(1, nowMs))) {
			this.#tooMuch();
			return;
		}
		const frame =
			bytes.length > MAX_TEXT_BYTES ? null : frameFrom(fromDevice, Buffer.from(bytes).toString());
		if (frame === null) {
			this.#malformed();
			return;
		}
		this.#enqueue(frame, bytes.length);
	}

	receivePart(frame: Uint8Array): void {
		if (this.#over) return;
		this.#relay.count('part-in');
		const nowMs = this.#relay.nowMs();
		this.#heardMs = nowMs;
		// Unauthenticated sockets may not send parts, not even while their proof is being verified.
		if (!this.#member) {
			this.#malformed();
			return;
		}
		if (!this.#member.rateLimit.takePart(frame.length, nowMs)) {
			this.#tooMuch();
			return;
		}
		this.#enqueue(frame, frame.length);
	}

	/** Checks timeouts. Called about once a second. */
	tick(nowMs: number): void {
		if (this.#over) return;
		if (nowMs - this.#heardMs > SILENT_MS) {
			this.#end(CLOSE_CODES.timeout);
			return;
		}
		if (!this.#member) {
			// A proof that arrived in time does not expire because verifying it is slow.
			if (nowMs > this.#unprovedUntilMs && !this.#busy) this.#end(CLOSE_CODES.unproved);
			return;
		}
		if (!this.#member.checkMembership()) return;
		if (this.#challenge && nowMs - this.#challenge.atMs > CHALLENGE_MS) {
			this.#end(CLOSE_CODES.unproved);
			return;
		}
		if (nowMs - this.#challengedMs >= CHALLENGE_EVERY_MS) this.#sendChallenge(nowMs);
	}

	/** The relay is shutting down. */
	close(): void {
		this.#connection.send({ t: 'bye' });
		this.#end(CLOSE_CODES.leaving);
	}

	/** The socket has closed, on either side. */
	ended(): void {
		this.#over = true;
		this.#member?.leave();
		if (this.#participant) this.#relay.rendezvous.leave(this.#participant);
	}

	/** Frames are handled in order; those that need no asynchronous work, at once. */
	#enqueue(next: FromDevice | Uint8Array, bytes: number): void {
		if (!this.#busy) {
			this.#begin(next);
			return;
		}
		this.#queuedBytes += bytes;
		const guest = !this.#member && this.#queuedBytes > MAX_GUEST_QUEUE;
		if (this.#queue.length < MAX_QUEUE && !guest) this.#queue.push(next);
		else this.#tooMuch();
	}

	/** Returns `true` if the frame was handled synchronously. */
	#begin(next: FromDevice | Uint8Array): boolean {
		const work = next instanceof Uint8Array ? this.#handlePart(next) : this.#handle(next);
		this.#busy = work !== null;
		void work?.catch(this.#relay.failed).then(() => this.#next());
		return work === null;
	}

	#next(): void {
		this.#busy = false;
		while (!this.#over) {
			const waiting = this.#queue.shift();
			if (this.#queue.length === 0) this.#queuedBytes = 0;
			if (waiting === undefined || !this.#begin(waiting)) return;
		}
	}

	#handlePart(frame: Uint8Array): null {
		if (!this.#member?.receivePart(frame)) this.#malformed();
		return null;
	}

	/** Returns `null` if the frame was handled synchronously. */
	#handle(frame: FromDevice): Promise<void> | null {
		if ('version' in frame && frame.version !== undefined && frame.version !== WIRE_VERSION) {
			this.#refuse('version');
			return null;
		}
		switch (frame.t) {
			case 'ping':
				this.#connection.send({ t: 'pong', n: frame.n });
				return null;
			case 'prove':
				return this.#prove(frame);
			case 'wait':
			case 'meet':
			case 'find':
				this.#joinRendezvous(frame);
				return null;
			case 'post':
			case 'burn':
				this.#inRendezvous(frame);
				return null;
			case 'whose':
				if (this.#member || this.#asked) break;
				this.#asked = true;
				return this.#sendHomeOf(frame.device as DeviceId);
			case 'open':
				if (!this.#member) return this.#open(frame);
				break;
			default:
				if (this.#member) return this.#member.receive(frame);
		}
		this.#refuse('not-allowed');
		return null;
	}

	async #sendHomeOf(device: DeviceId): Promise<void> {
		const home = await this.#relay.homes.homeOf(device);
		if (home === null) this.#refuse('unknown-home');
		else this.#connection.send({ t: 'of', home });
	}

	async #open({ invitation, roster }: Extract<FromDevice, { t: 'open' }>): Promise<void> {
		const { invitations } = this.#relay;
		const hash = Buffer.from(sha256(invitation)).toString('hex');
		// Consumed before the roster is verified: without an invitation nothing expensive runs, and two
		// concurrent requests cannot both use it.
		const untilMs = invitations.get(hash);
		invitations.delete(hash);
		if (untilMs === undefined || this.#relay.wallMs() >= untilMs) {
			this.#refuse('invitation');
			return;
		}
		const home = await this.#relay.homes.open(bytesFrom(roster));
		if (typeof home === 'string') {
			invitations.set(hash, untilMs);
			this.#refuse(home);
			return;
		}
		const { id, entries } = home;
		this.#relay.persist({ kind: 'opened', home: id, invitation: hash, entries: [...entries] });
		this.#unprovedUntilMs = this.#relay.nowMs() + UNPROVED_MS;
		this.#connection.send({ t: 'opened' });
	}

	async #prove(proof: Extract<FromDevice, { t: 'prove' }>): Promise<void> {
		this.#relay.count('proof');
		const challenge = this.#challenge;
		this.#challenge = null;
		if (!challenge || this.#relay.nowMs() - challenge.atMs > CHALLENGE_MS) {
			this.#refuse('bad-proof');
			return;
		}
		const member = this.#member;
		if (member && (member.home !== proof.home || member.device !== proof.device)) {
			this.#refuse('bad-proof');
			return;
		}
		const home = await authenticate(this.#relay, challenge.bytes, this.#client.origin, proof);
		if (typeof home === 'string') {
			this.#refuse(home);
			return;
		}
		const newcomer =
			member ??
			(await MemberSession.of(this.#relay, this.#connection, home, proof.device as DeviceId));
		// Looked up again: the roster may have changed, or the socket closed, while the signature was
		// verified.
		if (this.#over) return;
		const now = this.#relay.homes.loaded(home.id);
		const entry = now && memberOf(now, newcomer.device, this.#relay.wallMs());
		if (!entry) {
			this.#refuse('not-a-member');
			return;
		}
		this.#welcome(newcomer, entry, now.roster.seq);
	}

	#welcome(newcomer: MemberSession, entry: RosterEntry, rosterSeq: number): void {
		const { home, device } = newcomer;
		const untilMs = this.#relay.wallMs() + TOKEN_MS;
		this.#connection.send({
			t: 'welcome',
			token: makeToken(this.#relay.tokenKey, { home, device, untilMs }),
			...{ tokenMs: TOKEN_MS, rosterSeq, ice: [...this.#relay.ice(device)] },
		});
		if (this.#member) return;
		this.#member = newcomer;
		const nowMs = this.#relay.nowMs();
		this.#client.proved();
		// Connecting costs a token too, so that reconnecting does not evade the limit.
		if (!newcomer.rateLimit.takeText(nowMs)) this.#tooMuch();
		else if (!newcomer.begin(entry)) this.#refuse('too-many');
	}

	#joinRendezvous(frame: Extract<FromDevice, { t: 'wait' | 'meet' | 'find' }>): void {
		const { rendezvous } = this.#relay;
		const nowMs = this.#relay.nowMs();
		this.#participant ??= this.#asParticipant();
		const why =
			frame.t === 'wait'
				? rendezvous.wait(this.#participant, frame.rid, frame.locator ?? null, nowMs)
				: frame.t === 'meet'
					? rendezvous.meet(this.#participant, frame.rid, nowMs)
					: rendezvous.find(this.#participant, frame.locator, nowMs);
		if (why === null) {
			if (!this.#member) this.#unprovedUntilMs = this.#guestUntilMs;
			return;
		}
		// The code may be scanned before the device that shows it has opened the rendezvous.
		const again = this.#member || (frame.t === 'meet' && why === 'no-meeting');
		if (!again) {
			this.#refuse(why);
			return;
		}
		this.#connection.send({ t: 'refused', why });
		this.#unprovedUntilMs = Math.min(nowMs + UNPROVED_MS, this.#guestUntilMs);
	}

	#inRendezvous(frame: Extract<FromDevice, { t: 'post' | 'burn' }>): void {
		const { rendezvous } = this.#relay;
		const nowMs = this.#relay.nowMs();
		const why = !this.#participant
			? 'no-meeting'
			: frame.t === 'post'
				? rendezvous.post(this.#participant, frame.rid, frame.box, nowMs)
				: rendezvous.abort(this.#participant, frame.rid, nowMs);
		if (why !== null) this.#connection.send({ t: 'refused', why });
	}

	#asParticipant(): RendezvousParticipant {
		const member = this.#member && `${this.#member.home}/${this.#member.device}`;
		return {
			member,
			address: this.#client.address,
			ready: (rid) => this.#connection.send({ t: 'met', rid }),
			post: (rid, box) => this.#connection.send({ t: 'post', rid, box }),
			aborted: (rid) => {
				this.#connection.send({ t: 'burnt', rid });
				this.#unprovedUntilMs = this.#relay.nowMs() + UNPROVED_MS;
			},
		};
	}

	#sendChallenge(nowMs: number): void {
		const bytes = this.#relay.crypto.random(CHALLENGE_BYTES);
		this.#challenge = { bytes, atMs: nowMs };
		this.#challengedMs = nowMs;
		const challenge = Buffer.from(bytes).toString('base64url');
		this.#connection.send({ t: 'challenge', versions: [WIRE_VERSION], challenge });
	}

	#refuse(why: Refusal): void {
		this.#relay.count('refused');
		this.#connection.send({ t: 'refused', why });
		this.#end(CLOSE_CODES.unproved);
	}

	#malformed(): void {
		this.#relay.count('malformed');
		this.#end(CLOSE_CODES.malformed);
	}

	#tooMuch(): void {
		this.#relay.count('too-much');
		this.#client.offended();
		this.#end(CLOSE_CODES.tooMuch);
	}

	/** Ignores everything received from now on; cleanup follows in `ended`. */
	#end(code: number): void {
		this.#over = true;
		this.#queue.length = 0;
		this.#connection.close(code);
	}
}

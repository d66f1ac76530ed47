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

/** Of a socket that has proved nothing: two sides of a meeting say no more. */
const GUEST_TEXTS = { perSecond: 8, atOnce: 64 };
const SILENT_MS = 25_000;
const UNPROVED_MS = 5_000;
const CHALLENGE_MS = 60_000;
const CHALLENGE_EVERY_MS = 8 * 60_000;
/** Somebody in no home stays as long as a meeting does. */
const GUEST_MS = 10 * 60_000 + UNPROVED_MS;
/** Frames that wait while a signature is checked, and their bytes for who has proved nothing. */
const MAX_QUEUE = 64;
const MAX_GUEST_QUEUE = 2 * MAX_TEXT_BYTES;

export interface SessionClient {
	/** What it connected to, as in `https://cam.local:8443`. */
	readonly origin: string;
	/** As the limits count it: an address, or a network of one customer. */
	readonly address: string;
	/** It broke a limit. */
	offended(): void;
	/** It proved who it is: from now on its device answers for it. */
	proved(): void;
}

interface Challenge {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly atMs: number;
}

/** One socket, from the challenge to its end (docs/spec/relay.md, "The conversation"). */
export class ClientSession {
	readonly #relay: RelayContext;
	readonly #connection: ClientConnection;
	readonly #client: SessionClient;
	readonly #texts: TokenBucket;
	#challenge: Challenge | null = null;
	#challengedMs = 0;
	#heardMs: number;
	/** When whoever has not proved itself has to go. */
	#unprovedUntilMs: number;
	readonly #guestUntilMs: number;
	#member: MemberSession | null = null;
	#participant: RendezvousParticipant | null = null;
	/** It asked whose kit it is: once a socket. */
	#asked = false;
	#busy = false;
	#over = false;
	readonly #queue: (FromDevice | Uint8Array)[] = [];
	/** Of all that came since the queue was empty. */
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
		// Whoever has proved nothing has no camera: not even while its proof is looked at.
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

	/** Called about once a second: what time alone decides. */
	tick(nowMs: number): void {
		if (this.#over) return;
		if (nowMs - this.#heardMs > SILENT_MS) {
			this.#end(CLOSE_CODES.timeout);
			return;
		}
		if (!this.#member) {
			// Not while we ourselves are slow to look at its proof.
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

	/** The relay stops. */
	close(): void {
		this.#connection.send({ t: 'bye' });
		this.#end(CLOSE_CODES.leaving);
	}

	/** The socket is gone, whoever closed it. */
	ended(): void {
		this.#over = true;
		this.#member?.leave();
		if (this.#participant) this.#relay.rendezvous.leave(this.#participant);
	}

	/** One after the other, as they came; what can be done at once is. */
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

	/** `true`: it is done already. */
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

	/** `null`: it is done. */
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
		// Taken before the roster is looked at: whoever has none costs nothing, and one opens one home.
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
		// Looked up again: while the signature was checked the roster may have changed, or the line
		// broken.
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
		// Its coming, too: to come and go is no way around.
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
		// Whoever shows a code may be a moment later than who scanned it.
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

	/** Nothing is heard after it; the rest follows when the socket has ended. */
	#end(code: number): void {
		this.#over = true;
		this.#queue.length = 0;
		this.#connection.close(code);
	}
}

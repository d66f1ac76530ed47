import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
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
import { FrameQueue } from './frame-queue.ts';
import { memberOf, type Home } from './home-registry.ts';
import type { ClientConnection } from './client-connection.ts';
import { MemberSession } from './member-session.ts';
import type { RendezvousParticipant } from './rendezvous-registry.ts';
import type { Relay } from './relay.ts';

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** For an unauthenticated socket; both sides of a rendezvous get by with it. */
const GUEST_TEXTS = { perSecond: 8, atOnce: 64 };
/** How long a token is valid (RL12). */
const TOKEN_MS = 10 * 60_000;
const SILENT_MS = 25_000;
const UNPROVED_MS = 5_000;
const CHALLENGE_MS = 60_000;
const CHALLENGE_EVERY_MS = 8 * 60_000;
/** A guest, in no home yet, may stay for the lifetime of a rendezvous. */
const GUEST_MS = 10 * 60_000 + UNPROVED_MS;
/** Bytes queued for a guest while a signature is verified. */
const MAX_GUEST_QUEUE = 2 * MAX_TEXT_BYTES;

export interface SessionClient {
	/** The origin it connected to, such as `https://cam.local:8443`. */
	readonly origin: string;
	/** The key that limits count by: an IPv4 address or an IPv6 /64 (RL27). */
	readonly address: string;
	/** The key for comparing networks: an IPv4 address or an IPv6 /48 (RL27). */
	readonly network: string;
	/**
	 * In a rendezvous: a stranger until it proves itself; or the page that plays the relay, which
	 * counts as a member; or a guest of that page, which opens none (NB9).
	 */
	readonly rendezvous: 'stranger' | 'host' | 'guest';
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
	readonly #relay: Relay;
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
	#over = false;
	readonly #queue = new FrameQueue<FromDevice | Uint8Array>(
		(frame) => (frame instanceof Uint8Array ? this.#handlePart(frame) : this.#handle(frame)),
		(error) => this.#failed(error),
	);

	constructor(relay: Relay, connection: ClientConnection, client: SessionClient) {
		this.#relay = relay;
		this.#connection = connection;
		this.#client = client;
		const nowMs = relay.host.nowMs();
		this.#texts = new TokenBucket(GUEST_TEXTS, nowMs);
		this.#heardMs = nowMs;
		this.#unprovedUntilMs = nowMs + UNPROVED_MS;
		this.#guestUntilMs = nowMs + GUEST_MS;
		this.#sendChallenge(nowMs);
	}

	/** Whether it belongs to a device that is a member now; if it was one, closes it (RL11). */
	checkMembership(): boolean {
		return !this.#over && this.#member?.checkMembership() === true;
	}

	/** @param frame UTF-8, or a text already decoded */
	receiveText(frame: Uint8Array | string): void {
		if (this.#over) return;
		this.#relay.host.count('text-in');
		const nowMs = this.#relay.host.nowMs();
		this.#heardMs = nowMs;
		if (!(this.#member?.rateLimit.takeText(nowMs) ?? this.#texts.take(1, nowMs))) {
			this.#tooMuch();
			return;
		}
		const decoded = frame.length > MAX_TEXT_BYTES ? null : frameFrom(fromDevice, textOf(frame));
		if (decoded === null) this.#malformed();
		else this.#enqueue(decoded, frame.length);
	}

	receivePart(frame: Uint8Array): void {
		if (this.#over) return;
		this.#relay.host.count('part-in');
		const nowMs = this.#relay.host.nowMs();
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

	/** Checks timeouts and membership. Called about once a second. */
	tick(): void {
		if (this.#member) this.checkMembership();
		if (this.#over || !this.#relay.timeouts) return;
		const nowMs = this.#relay.host.nowMs();
		if (nowMs - this.#heardMs > SILENT_MS) {
			this.#end(CLOSE_CODES.timeout);
			return;
		}
		if (!this.#member) {
			// A proof that arrived in time does not expire because verifying it is slow.
			if (nowMs > this.#unprovedUntilMs && !this.#queue.busy) this.#end(CLOSE_CODES.unproved);
			return;
		}
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

	/** The socket has closed, on either side. What the device sent before is still handled. */
	ended(): void {
		this.#queue.finish(() => {
			this.#over = true;
			this.#member?.leave();
			if (this.#participant) this.#relay.rendezvous.leave(this.#participant);
		});
	}

	#enqueue(next: FromDevice | Uint8Array, bytes: number): void {
		const maxBytes = this.#member ? Infinity : MAX_GUEST_QUEUE;
		if (!this.#queue.add(next, bytes, maxBytes)) this.#tooMuch();
	}

	#failed(error: unknown): void {
		if (error instanceof Fault && error.kind === 'malformed') this.#malformed();
		else this.#relay.host.failed(error);
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
		const { invitations, host } = this.#relay;
		const entries = roster.map(bytesOfBase64url);
		const hash = hexOf(await host.crypto.sha256(new TextEncoder().encode(invitation)));
		// Consumed before the roster is verified: without an invitation nothing expensive runs, and two
		// concurrent requests cannot both use it.
		const untilMs = invitations.get(hash);
		invitations.delete(hash);
		if (untilMs === undefined || host.wallMs() >= untilMs) {
			this.#refuse('invitation');
			return;
		}
		const home = await this.#relay.homes.open(entries);
		if (typeof home === 'string') {
			invitations.set(hash, untilMs);
			this.#refuse(home);
			return;
		}
		const opened = { home: home.id, invitation: hash, entries: [...home.entries] };
		host.save({ kind: 'opened', ...opened });
		this.#unprovedUntilMs = host.nowMs() + UNPROVED_MS;
		this.#connection.send({ t: 'opened' });
	}

	async #prove(proof: Extract<FromDevice, { t: 'prove' }>): Promise<void> {
		this.#relay.host.count('proof');
		const challenge = this.#challenge;
		this.#challenge = null;
		if (!challenge || this.#relay.host.nowMs() - challenge.atMs > CHALLENGE_MS) {
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
		const newcomer = member ?? (await this.#memberOf(home, proof.device as DeviceId));
		// Looked up again: the roster may have changed, or the socket closed, while the signature was
		// verified.
		if (this.#over) return;
		const now = this.#relay.homes.loaded(home.id);
		const entry = now && memberOf(now, newcomer.device, this.#relay.host.wallMs());
		if (!entry) {
			this.#refuse('not-a-member');
			return;
		}
		this.#welcome(newcomer, entry, now.roster.seq);
	}

	#memberOf(home: Home, device: DeviceId): Promise<MemberSession> {
		const end = (code: number): void => this.#end(code);
		return MemberSession.of(this.#relay, { connection: this.#connection, end }, home, device);
	}

	#welcome(newcomer: MemberSession, entry: RosterEntry, rosterSeq: number): void {
		const { home, device } = newcomer;
		const { host } = this.#relay;
		const untilMs = host.wallMs() + TOKEN_MS;
		this.#connection.send({
			t: 'welcome',
			token: host.tokenOf({ home, device, untilMs }),
			...{ tokenMs: TOKEN_MS, rosterSeq, ice: [...host.ice(device)] },
			...(host.footage && { footage: true }),
		});
		if (this.#member) return;
		this.#member = newcomer;
		const nowMs = host.nowMs();
		this.#client.proved();
		// Connecting costs a token too, so that reconnecting does not evade the limit.
		if (!newcomer.rateLimit.takeText(nowMs)) this.#tooMuch();
		else if (!newcomer.begin(entry)) this.#refuse('too-many');
	}

	#joinRendezvous(frame: Extract<FromDevice, { t: 'wait' | 'meet' | 'find' }>): void {
		if (frame.t === 'wait' && this.#client.rendezvous === 'guest') {
			this.#refuse('not-allowed');
			return;
		}
		const { rendezvous } = this.#relay;
		const nowMs = this.#relay.host.nowMs();
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
		const nowMs = this.#relay.host.nowMs();
		const why = !this.#participant
			? 'no-meeting'
			: frame.t === 'post'
				? rendezvous.post(this.#participant, frame.rid, frame.box, nowMs)
				: rendezvous.abort(this.#participant, frame.rid, nowMs);
		if (why !== null) this.#connection.send({ t: 'refused', why });
	}

	#asParticipant(): RendezvousParticipant {
		const { address, network, rendezvous } = this.#client;
		const member = this.#member && `${this.#member.home}/${this.#member.device}`;
		return {
			...{ member: rendezvous === 'host' ? rendezvous : member, address, network },
			ready: (rid) => this.#connection.send({ t: 'met', rid }),
			post: (rid, box) => this.#connection.send({ t: 'post', rid, box }),
			aborted: (rid) => {
				this.#connection.send({ t: 'burnt', rid });
				this.#unprovedUntilMs = this.#relay.host.nowMs() + UNPROVED_MS;
			},
		};
	}

	#sendChallenge(nowMs: number): void {
		const bytes = this.#relay.host.crypto.random(CHALLENGE_BYTES);
		this.#challenge = { bytes, atMs: nowMs };
		this.#challengedMs = nowMs;
		const challenge = base64urlOf(bytes);
		this.#connection.send({ t: 'challenge', versions: [WIRE_VERSION], challenge });
	}

	#refuse(why: Refusal): void {
		this.#relay.host.count('refused');
		this.#connection.send({ t: 'refused', why });
		this.#end(CLOSE_CODES.unproved);
	}

	#malformed(): void {
		this.#relay.host.count('malformed');
		this.#end(CLOSE_CODES.malformed);
	}

	#tooMuch(): void {
		this.#relay.host.count('too-much');
		this.#client.offended();
		this.#end(CLOSE_CODES.tooMuch);
	}

	/** Ignores everything received from now on; cleanup follows in `ended`. */
	#end(code: number): void {
		this.#over = true;
		this.#queue.stop();
		this.#connection.close(code);
	}
}

function textOf(frame: Uint8Array | string): string {
	return typeof frame === 'string' ? frame : utf8.decode(frame);
}

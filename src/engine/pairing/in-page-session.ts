import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { faultOf } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { IN_PAGE_RELAY_ORIGIN } from '#domain/pairing/direct-code.ts';
import {
	CLOSE_CODES,
	PART_HEADER_BYTES,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
} from '#protocol/wire.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { RelaySocketEvents } from '#ports/network/relay.ts';
import { camerasOf } from '#engine/home/keys.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';

/** Queued frames of one session; more disconnect it. */
const MAX_WAITING = 240;

export interface InPageRelayTools {
	readonly crypto: Crypto;
	readonly clock: Clock;
	readonly homeRoster: Pick<HomeRoster, 'roster' | 'entries' | 'member' | 'merge' | 'on'>;
}

export type DeviceFrame<T extends FromDevice['t']> = Extract<FromDevice, { readonly t: T }>;

/** The relay's part that all sessions share. */
export interface InPageRelayRoom {
	readonly tools: InPageRelayTools;
	isHome(home: HomeId): Promise<boolean>;
	wait(session: InPageSession, rid: string): void;
	meet(session: InPageSession, rid: string): void;
	post(session: InPageSession, frame: DeviceFrame<'post'>): void;
	abort(session: InPageSession, rid: string): void;
	append(session: InPageSession, entries: readonly string[]): Promise<void>;
	sendEntries(session: InPageSession, seq: number): void;
	forwardMessage(session: InPageSession, frame: DeviceFrame<'letter'>): void;
	watch(session: InPageSession, frame: DeviceFrame<'watch'>): void;
	forwardPart(session: InPageSession, bytes: Bytes): void;
	/** The session has authenticated. */
	proved(session: InPageSession): void;
	left(session: InPageSession): void;
}

/** One connection to the in-page relay. */
export class InPageSession {
	readonly watching = new Set<string>();
	/** `null`: not authenticated. */
	device: DeviceId | null = null;
	boxes = 0;
	/** Camera ids that its device may use. */
	cameras: ReadonlySet<string> = new Set();
	readonly origin: string;
	readonly #relay: InPageRelayRoom;
	readonly #events: RelaySocketEvents;
	#challenge: Bytes | null = null;
	#work: Promise<void> = Promise.resolve();
	#waiting = 0;
	#over = false;

	constructor(relay: InPageRelayRoom, origin: string, events: RelaySocketEvents) {
		this.#relay = relay;
		this.origin = origin;
		this.#events = events;
	}

	challenge(): void {
		this.#challenge = this.#relay.tools.crypto.random(32);
		const challenge = base64urlOf(this.#challenge);
		this.send({ t: 'challenge', versions: [WIRE_VERSION], challenge });
	}

	send(frame: FromRelay): void {
		if (!this.#over) this.#events.frame(frame);
	}

	sendPart(bytes: Bytes): void {
		if (!this.#over) this.#events.part(bytes);
	}

	/** Frames are handled one at a time. */
	receive(frame: FromDevice): void {
		if (this.#waiting >= MAX_WAITING) {
			this.end(CLOSE_CODES.tooMuch);
			return;
		}
		this.#waiting += 1;
		this.#work = this.#work.then(async () => {
			this.#waiting -= 1;
			if (this.#over) return;
			try {
				await this.#handle(frame);
			} catch (error) {
				const { kind } = faultOf(error);
				if (kind === 'malformed') this.end(CLOSE_CODES.malformed);
				else if (frame.t === 'append') this.send({ t: 'refused', why: 'roster' });
			}
		});
	}

	/** As at a relay: parts of its own cameras only. */
	receivePart(bytes: Bytes): void {
		if (bytes.length >= PART_HEADER_BYTES) this.#relay.forwardPart(this, bytes);
	}

	end(code: number): void {
		if (this.#over) return;
		this.leave();
		this.#events.ended({ code });
	}

	/** Leaves after all queued frames. */
	leaveWhenDone(): void {
		this.#work = this.#work.then(() => this.leave());
	}

	leave(): void {
		if (this.#over) return;
		this.#over = true;
		this.#relay.left(this);
	}

	async #handle(frame: FromDevice): Promise<void> {
		const relay = this.#relay;
		if ('version' in frame && (frame.version ?? WIRE_VERSION) !== WIRE_VERSION) {
			this.send({ t: 'refused', why: 'version' });
		} else if (frame.t === 'ping') this.send({ t: 'pong', n: frame.n });
		else if (frame.t === 'prove') await this.#prove(frame);
		else if (frame.t === 'meet') relay.meet(this, frame.rid);
		// Only the page that showed the code waits; guests come to meet it.
		else if (frame.t === 'wait' && this.origin === IN_PAGE_RELAY_ORIGIN)
			relay.wait(this, frame.rid);
		else if (frame.t === 'post') relay.post(this, frame);
		else if (frame.t === 'burn') relay.abort(this, frame.rid);
		else if (this.device === null) this.#refuse();
		else if (frame.t === 'append') await relay.append(this, frame.entries);
		else if (frame.t === 'roster-since') relay.sendEntries(this, frame.seq);
		else if (frame.t === 'letter') relay.forwardMessage(this, frame);
		else if (frame.t === 'watch') relay.watch(this, frame);
		else if (frame.t !== 'got') this.#refuse();
	}

	#refuse(): void {
		this.send({ t: 'refused', why: 'not-allowed' });
	}

	/** As at a relay (RL10, RL11). */
	async #prove({ home, device, signature }: DeviceFrame<'prove'>): Promise<void> {
		const { crypto, homeRoster } = this.#relay.tools;
		const challenge = this.#challenge;
		this.#challenge = null;
		if (challenge === null) {
			this.send({ t: 'refused', why: 'bad-proof' });
			return;
		}
		if (!(await this.#relay.isHome(home as HomeId))) {
			this.send({ t: 'refused', why: 'unknown-home' });
			return;
		}
		const subject = homeRoster.member(device as DeviceId)?.subject;
		if (!subject) {
			this.send({ t: 'refused', why: 'not-a-member' });
			return;
		}
		const covered = loginBytes({
			originHash: await crypto.sha256(new TextEncoder().encode(this.origin)),
			...{ challenge, home: home as HomeId, device: device as DeviceId },
		});
		const verifier = await crypto.verifier(subject.sign);
		if (!(await crypto.verify(verifier, bytesOfBase64url(signature), covered))) {
			this.send({ t: 'refused', why: 'bad-proof' });
			return;
		}
		this.cameras = new Set(await camerasOf(crypto, device as DeviceId));
		if (this.#over) return;
		this.device = device as DeviceId;
		const rosterSeq = homeRoster.entries.length;
		this.send({ t: 'welcome', token: '', tokenMs: 0, rosterSeq, ice: [] });
		this.#relay.proved(this);
	}
}

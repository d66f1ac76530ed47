import { createHash } from 'node:crypto';
import { WebCrypto } from '#web/crypto.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';
import {
	CLOSE_CODES,
	frameFrom,
	fromDevice,
	fromRelay,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
	type RelayInfo,
} from '#protocol/wire.ts';
import { ClientSession } from '#relay-core/client-session.ts';
import { Relay } from '#relay-core/relay.ts';
import { FakeHomes } from './relay-homes.ts';

/** The side of a rendezvous that a socket has. */
export type Side = 'waiter' | 'joiner';

const CHALLENGE_EVERY_MS = 8 * 60_000;
/** One frame's worth of the rate limit of guests. */
const FRAME_MS = 125;

/** Frames pass through the schema and arrive later, as on a network. */
const soon = (work: () => void): void => void Promise.resolve().then(work);

/**
 * A real relay in memory, without timeouts. It can be down, fall silent, break connections, and
 * lie.
 */
export class FakeRelay implements Relays {
	readonly origin: string;
	readonly homes: FakeHomes;
	readonly core: Relay;
	readonly sockets = new Set<FakeSocket>();
	/** Every frame and every connection attempt, in order. */
	readonly heard: FromDevice[] = [];
	tries = 0;
	down = false;
	/** Accepts everything and answers nothing. */
	silent = false;
	/** Answers this many `append` frames with `too-many`. */
	busy = 0;
	/** Replaces a frame; `null` drops it. */
	lie: (frame: FromRelay) => FromRelay | null = (frame) => frame;
	/** Sees each box of a rendezvous in transit; returns what is delivered. */
	between: (box: Bytes, from: Side) => readonly Bytes[] = (box) => [box];
	/** What it says of itself; `null`: it is no relay. */
	card: RelayInfo | null;
	/** For its limits. */
	nowMs = 0;

	constructor(clock: Pick<Clock, 'wallMs'>, origin = 'https://cam.local:8443') {
		this.origin = origin;
		const versions = [WIRE_VERSION];
		this.card = { name: 'spy-cam', versions, secure: origin, trust: null };
		const crypto = new WebCrypto();
		this.homes = new FakeHomes(crypto);
		this.core = new Relay(
			{
				...{ crypto, soon, wallMs: () => clock.wallMs(), nowMs: () => this.nowMs },
				...{ save: () => undefined, count: () => undefined, failed: expectFault },
				...{ tokenOf: ({ device }) => `token-${device}`, ice: () => [], footage: true },
			},
			{
				...{ homes: this.homes, messages: [], liveBytes: 1_000_000, farewell: null },
				...{ invitations: new Map(), timeouts: true },
			},
		);
	}

	open(entries: readonly Bytes[], home: HomeId): void {
		this.homes.set(home, entries);
	}

	/** Lets one more home be opened. */
	invite(code: string): void {
		const hash = createHash('sha256').update(code).digest('hex');
		this.core.invitations.set(hash, Infinity);
	}

	info(origin: string): Promise<RelayInfo | null> {
		return this.from('somewhere').info(origin);
	}

	connect(origin: string, events: RelaySocketEvents): Promise<RelaySocket> {
		return this.from('somewhere').connect(origin, events);
	}

	/** The relay as seen from one address, under one of its names. */
	from(address: string, name = this.origin): Relays {
		return {
			info: (origin) => {
				if (this.down) return Promise.reject(new Fault('offline', 'down'));
				return Promise.resolve(origin === name ? this.card : null);
			},
			connect: (origin, events) => {
				this.tries += 1;
				if (this.down || origin !== name)
					return Promise.reject(new Fault('offline', 'the relay does not answer'));
				const socket = new FakeSocket(this, { origin, address }, events);
				this.sockets.add(socket);
				return Promise.resolve(socket);
			},
		};
	}

	/** Ends every connection, or those of one side of a rendezvous, as a network or a relay does. */
	cut(code = 1006, side?: Side): void {
		for (const socket of [...this.sockets])
			if (side === undefined || socket.side === side) socket.end(code);
	}

	of(home: string, device?: string): FakeSocket[] {
		return [...this.sockets].filter(
			(one) => one.home === home && (device === undefined || one.device === device),
		);
	}

	/** The number of messages that wait for a device. */
	waiting(home: HomeId, device: DeviceId): number {
		return this.core.mailbox.waitingFor(home, device, this.core.host.wallMs()).length;
	}

	/** Sends a box as the relay itself, for attacks. */
	inject(to: Side, box: Bytes): void {
		for (const { side, rid, say } of this.sockets)
			if (side === to) say({ t: 'post', rid, box: base64urlOf(box) });
	}
}

export class FakeSocket implements RelaySocket {
	readonly origin: string;
	/** Of the device that it authenticated. */
	home = '';
	device = '';
	/** Its part in a rendezvous. */
	side: Side | null = null;
	rid = '';
	#proving: [home: string, device: string] = ['', ''];
	waiting = 0;
	readonly #relay: FakeRelay;
	readonly #events: RelaySocketEvents;
	readonly #session: ClientSession;
	/** This end has closed, or was told that the other has. */
	#over = false;

	constructor(
		relay: FakeRelay,
		{ origin, address }: { origin: string; address: string },
		events: RelaySocketEvents,
	) {
		this.#relay = relay;
		this.#events = events;
		this.origin = origin;
		const connection = {
			slow: false,
			send: (frame: FromRelay) => this.#deliver(frame),
			sendBytes: (part: Uint8Array) => {
				const copy = new Uint8Array(part);
				soon(() => {
					if (!this.#over) events.part(copy);
				});
			},
			close: (code: number) => {
				this.#gone();
				// After the frames that were sent before.
				soon(() => this.end(code));
			},
		};
		this.#session = new ClientSession(relay.core, connection, {
			...{ origin, address, network: address, rendezvous: 'stranger' },
			...{ offended: () => undefined, proved: () => undefined },
		});
	}

	/** Lets the relay ask for another proof. */
	challenge(): void {
		this.#relay.nowMs += CHALLENGE_EVERY_MS;
		this.#session.receiveText('{"t":"ping","n":0}');
		this.#session.tick();
	}

	#deliver(frame: FromRelay): void {
		if (frame.t === 'met') this.rid = frame.rid;
		if (frame.t === 'welcome') [this.home, this.device] = this.#proving;
		this.say(frame);
	}

	/** Sends a frame to the device that may not be the relay's own. */
	readonly say = (frame: FromRelay): void => {
		if (this.#relay.silent) return;
		const said = this.#relay.lie(frame);
		if (said === null) return;
		const read = frameFrom(fromRelay, JSON.stringify(said));
		soon(() => {
			if (this.#over) return;
			if (read === null) this.end(CLOSE_CODES.malformed);
			else this.#events.frame(read);
		});
	};

	send(frame: FromDevice): void {
		if (!this.#over) soon(() => this.#receive(frame));
	}

	#receive(frame: FromDevice): void {
		const relay = this.#relay;
		const read = frameFrom(fromDevice, JSON.stringify(frame));
		if (read !== null) relay.heard.push(read);
		if (frame.t === 'prove') this.#proving = [frame.home, frame.device];
		// Where tests move the clock, pings follow one another at once.
		if (frame.t === 'ping') relay.nowMs += FRAME_MS;
		if (frame.t === 'wait') [this.side, this.rid] = ['waiter', frame.rid];
		if (frame.t === 'meet' || frame.t === 'find') this.side = 'joiner';
		if (frame.t === 'append' && relay.busy > 0) {
			relay.busy -= 1;
			this.say({ t: 'refused', why: 'too-many' });
		} else if (frame.t === 'post' && this.side !== null) {
			for (const box of relay.between(bytesOfBase64url(frame.box), this.side))
				this.#session.receiveText(JSON.stringify({ ...frame, box: base64urlOf(box) }));
		} else this.#session.receiveText(JSON.stringify(frame));
	}

	sendPart(bytes: Bytes): void {
		if (!this.#over) soon(() => this.#session.receivePart(bytes.slice()));
	}

	close(): void {
		this.#over = true;
		// What was sent before still arrives.
		soon(() => this.#gone());
	}

	/** Breaks it: what is under way is lost. */
	end(code: number): void {
		if (this.#over) return;
		this.#over = true;
		this.#gone();
		soon(() => this.#events.ended({ code }));
	}

	#gone(): void {
		this.#relay.sockets.delete(this);
		this.#session.ended();
	}
}

import { Fault } from '#domain/base/fault.ts';
import {
	LOCATOR_PATTERN,
	WIRE_VERSION,
	type FromDevice,
	type FromRelay,
	type RelayInfo,
} from '#protocol/wire.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { Relays, RelaySocket, RelaySocketEvents } from '#ports/network/relay.ts';

export type Side = 'waiter' | 'joiner';

interface FakeRendezvous {
	readonly rid: string;
	readonly locator: string | undefined;
	readonly sockets: Map<Side, FakeRendezvousSocket>;
	readonly waiting: Record<Side, FromRelay[]>;
	readonly posted: Record<Side, number>;
	joined: boolean;
}

const WRONG_PER_ADDRESS = 3;
const WRONG_IN_ALL = 100;
const POSTS = 16;

/** A relay with rendezvous only (RL17, RL18). In attacks `between` sees and changes each box. */
export class FakeRendezvousRelay {
	card: RelayInfo = { name: 'spy-cam', versions: [1], secure: null, store: null, trust: null };
	/** Sees each box in transit; returns what is delivered. */
	between: (box: Bytes, from: Side) => readonly Bytes[] = (box) => [box];
	versions = [WIRE_VERSION];
	/** Called when a rendezvous was opened, with its locator. */
	opened: (locator: string | null) => void = () => undefined;
	/** Homes that are open here; `null`: all. */
	homes: Set<string> | null = null;
	invitation = 'WELCOME';
	up = true;
	#wrongInAll = 0;
	readonly #wrong = new Map<string, number>();
	readonly #rendezvous = new Map<string, FakeRendezvous>();
	readonly #sockets = new Set<FakeRendezvousSocket>();

	/** Relays as seen from one address. */
	relays(origin: string, address = 'somewhere'): Relays {
		return {
			info: (asked) => Promise.resolve(asked === origin && this.up ? this.card : null),
			connect: (asked, events) => {
				if (asked !== origin) return Promise.reject(new Fault('denied', 'not from here'));
				if (!this.up) return Promise.reject(new Fault('offline', 'the relay is away'));
				const socket = new FakeRendezvousSocket(origin, address, events, this);
				this.#sockets.add(socket);
				socket.tell({
					t: 'challenge',
					versions: this.versions,
					challenge: base64urlOf(new Uint8Array(32)),
				});
				return Promise.resolve(socket);
			},
		};
	}

	/** Breaks every connection, or only those of `side`. */
	breakLines(side?: Side): void {
		for (const socket of [...this.#sockets]) {
			const sides = [...this.#rendezvous.values()].flatMap(({ sockets }) => [...sockets]);
			const its = sides.find(([, one]) => one === socket)?.[0];
			if (side === undefined || its === side) socket.break();
		}
	}

	get open(): number {
		return this.#rendezvous.size;
	}

	hear(socket: FakeRendezvousSocket, frame: FromDevice): void {
		switch (frame.t) {
			case 'prove':
				if (this.homes !== null && !this.homes.has(frame.home)) {
					socket.refuse('unknown-home');
					return;
				}
				{
					socket.tell({ t: 'welcome', token: '', tokenMs: 0, rosterSeq: 1, ice: [] });
					return;
				}
			case 'open':
				if (frame.invitation !== this.invitation) {
					socket.refuse('invitation');
					return;
				}
				this.homes = null;
				{
					socket.tell({ t: 'opened' });
					return;
				}
			case 'ping': {
				socket.tell({ t: 'pong', n: frame.n });
				return;
			}
			case 'wait': {
				this.#wait(socket, frame.rid, frame.locator);
				return;
			}
			case 'meet': {
				this.#join(socket, this.#rendezvous.get(frame.rid));
				return;
			}
			case 'find': {
				this.#find(socket, frame.locator);
				return;
			}
			case 'post': {
				this.#post(socket, frame.rid, frame.box);
				return;
			}
			case 'burn': {
				const rendezvous = this.#rendezvous.get(frame.rid);
				if (rendezvous) this.#burn(rendezvous);
				return;
			}
			case 'roster-since': {
				// It stores no homes, so no member logs in.
				socket.refuse('not-allowed');
				return;
			}
			default:
				throw new Error(`unexpected frame at the rendezvous relay: ${frame.t}`);
		}
	}

	gone(socket: FakeRendezvousSocket): void {
		this.#sockets.delete(socket);
		for (const { sockets } of this.#rendezvous.values()) {
			for (const [side, one] of sockets) if (one === socket) sockets.delete(side);
		}
	}

	/** Sends a box as the relay itself, for attacks. */
	inject(to: Side, box: Bytes): void {
		for (const rendezvous of this.#rendezvous.values()) this.#deliver(rendezvous, to, box);
	}

	#wait(socket: FakeRendezvousSocket, rid: string, locator: string | undefined): void {
		if (!this.#rendezvous.has(rid)) this.opened(locator ?? null);
		const rendezvous = this.#rendezvous.get(rid) ?? {
			...{ rid, locator, sockets: new Map<Side, FakeRendezvousSocket>(), joined: false },
			...{ waiting: { waiter: [], joiner: [] }, posted: { waiter: 0, joiner: 0 } },
		};
		this.#rendezvous.set(rid, rendezvous);
		this.#addParticipant(rendezvous, 'waiter', socket);
	}

	#find(socket: FakeRendezvousSocket, locator: string): void {
		const wrong = this.#wrong.get(socket.address) ?? 0;
		if (wrong >= WRONG_PER_ADDRESS || this.#wrongInAll >= WRONG_IN_ALL) {
			socket.refuse('too-many');
			return;
		}
		const found = [...this.#rendezvous.values()].find((one) => one.locator === locator);
		if (found === undefined || !LOCATOR_PATTERN.test(locator)) {
			this.#wrong.set(socket.address, wrong + 1);
			this.#wrongInAll += 1;
		}
		this.#join(socket, found);
	}

	#join(socket: FakeRendezvousSocket, rendezvous: FakeRendezvous | undefined): void {
		if (rendezvous === undefined) {
			socket.refuse('no-meeting');
			return;
		}
		if (rendezvous.sockets.has('joiner')) {
			this.#burn(rendezvous);
			socket.refuse('burnt');
			return;
		}
		rendezvous.joined = true;
		this.#addParticipant(rendezvous, 'joiner', socket);
		for (const one of rendezvous.sockets.values()) one.tell({ t: 'met', rid: rendezvous.rid });
		this.#flush(rendezvous);
	}

	#addParticipant(rendezvous: FakeRendezvous, side: Side, socket: FakeRendezvousSocket): void {
		rendezvous.sockets.set(side, socket);
		if (side === 'waiter') this.#flush(rendezvous);
	}

	#post(socket: FakeRendezvousSocket, rid: string, text: string): void {
		const rendezvous = this.#rendezvous.get(rid);
		const from = [...(rendezvous?.sockets ?? [])].find(([, one]) => one === socket)?.[0];
		if (rendezvous === undefined || from === undefined) return;
		rendezvous.posted[from] += 1;
		if (rendezvous.posted[from] > POSTS) {
			socket.refuse('too-many');
			return;
		}
		const to = from === 'waiter' ? 'joiner' : 'waiter';
		for (const box of this.between(bytesOfBase64url(text), from))
			this.#deliver(rendezvous, to, box);
	}

	#deliver(rendezvous: FakeRendezvous, to: Side, box: Bytes): void {
		rendezvous.waiting[to].push({ t: 'post', rid: rendezvous.rid, box: base64urlOf(box) });
		this.#flush(rendezvous);
	}

	#flush(rendezvous: FakeRendezvous): void {
		for (const side of ['waiter', 'joiner'] as const) {
			const socket = rendezvous.sockets.get(side);
			if (socket) for (const frame of rendezvous.waiting[side].splice(0)) socket.tell(frame);
		}
	}

	#burn(rendezvous: FakeRendezvous): void {
		this.#rendezvous.delete(rendezvous.rid);
		for (const one of rendezvous.sockets.values()) one.tell({ t: 'burnt', rid: rendezvous.rid });
	}
}

export class FakeRendezvousSocket implements RelaySocket {
	readonly origin: string;
	readonly address: string;
	readonly waiting = 0;
	readonly #events: RelaySocketEvents;
	readonly #point: FakeRendezvousRelay;
	#ended = false;

	constructor(
		origin: string,
		address: string,
		events: RelaySocketEvents,
		point: FakeRendezvousRelay,
	) {
		this.origin = origin;
		this.address = address;
		this.#events = events;
		this.#point = point;
	}

	send(frame: FromDevice): void {
		if (!this.#ended) this.#soon(() => this.#point.hear(this, frame));
	}

	sendPart(): void {
		throw new Error('a rendezvous carries no parts');
	}

	close(): void {
		// What was sent before still arrives.
		this.#soon(() => this.#end());
	}

	tell(frame: FromRelay): void {
		this.#soon(() => {
			if (!this.#ended) this.#events.frame(frame);
		});
	}

	refuse(why: Extract<FromRelay, { t: 'refused' }>['why']): void {
		this.tell({ t: 'refused', why });
		this.close();
	}

	break(): void {
		this.#end();
	}

	#end(): void {
		if (this.#ended) return;
		this.#ended = true;
		this.#point.gone(this);
		this.#events.ended({ code: 1006 });
	}

	#soon(work: () => void): void {
		queueMicrotask(work);
	}
}

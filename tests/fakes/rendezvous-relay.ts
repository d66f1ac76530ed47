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

interface Meeting {
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
	readonly #meetings = new Map<string, Meeting>();
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
			const sides = [...this.#meetings.values()].flatMap(({ sockets }) => [...sockets]);
			const its = sides.find(([, one]) => one === socket)?.[0];
			if (side === undefined || its === side) socket.break();
		}
	}

	get open(): number {
		return this.#meetings.size;
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
				this.#join(socket, this.#meetings.get(frame.rid));
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
				const meeting = this.#meetings.get(frame.rid);
				if (meeting) this.#burn(meeting);
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
		for (const { sockets } of this.#meetings.values()) {
			for (const [side, one] of sockets) if (one === socket) sockets.delete(side);
		}
	}

	/** Sends a box as the relay itself, for attacks. */
	inject(to: Side, box: Bytes): void {
		for (const meeting of this.#meetings.values()) this.#deliver(meeting, to, box);
	}

	#wait(socket: FakeRendezvousSocket, rid: string, locator: string | undefined): void {
		if (!this.#meetings.has(rid)) this.opened(locator ?? null);
		const meeting = this.#meetings.get(rid) ?? {
			...{ rid, locator, sockets: new Map<Side, FakeRendezvousSocket>(), joined: false },
			...{ waiting: { waiter: [], joiner: [] }, posted: { waiter: 0, joiner: 0 } },
		};
		this.#meetings.set(rid, meeting);
		this.#sit(meeting, 'waiter', socket);
	}

	#find(socket: FakeRendezvousSocket, locator: string): void {
		const wrong = this.#wrong.get(socket.address) ?? 0;
		if (wrong >= WRONG_PER_ADDRESS || this.#wrongInAll >= WRONG_IN_ALL) {
			socket.refuse('too-many');
			return;
		}
		const found = [...this.#meetings.values()].find((one) => one.locator === locator);
		if (found === undefined || !LOCATOR_PATTERN.test(locator)) {
			this.#wrong.set(socket.address, wrong + 1);
			this.#wrongInAll += 1;
		}
		this.#join(socket, found);
	}

	#join(socket: FakeRendezvousSocket, meeting: Meeting | undefined): void {
		if (meeting === undefined) {
			socket.refuse('no-meeting');
			return;
		}
		if (meeting.sockets.has('joiner')) {
			this.#burn(meeting);
			socket.refuse('burnt');
			return;
		}
		meeting.joined = true;
		this.#sit(meeting, 'joiner', socket);
		for (const one of meeting.sockets.values()) one.tell({ t: 'met', rid: meeting.rid });
		this.#flush(meeting);
	}

	#sit(meeting: Meeting, side: Side, socket: FakeRendezvousSocket): void {
		meeting.sockets.set(side, socket);
		if (side === 'waiter') this.#flush(meeting);
	}

	#post(socket: FakeRendezvousSocket, rid: string, text: string): void {
		const meeting = this.#meetings.get(rid);
		const from = [...(meeting?.sockets ?? [])].find(([, one]) => one === socket)?.[0];
		if (meeting === undefined || from === undefined) return;
		meeting.posted[from] += 1;
		if (meeting.posted[from] > POSTS) {
			socket.refuse('too-many');
			return;
		}
		const to = from === 'waiter' ? 'joiner' : 'waiter';
		for (const box of this.between(bytesOfBase64url(text), from)) this.#deliver(meeting, to, box);
	}

	#deliver(meeting: Meeting, to: Side, box: Bytes): void {
		meeting.waiting[to].push({ t: 'post', rid: meeting.rid, box: base64urlOf(box) });
		this.#flush(meeting);
	}

	#flush(meeting: Meeting): void {
		for (const side of ['waiter', 'joiner'] as const) {
			const socket = meeting.sockets.get(side);
			if (socket) for (const frame of meeting.waiting[side].splice(0)) socket.tell(frame);
		}
	}

	#burn(meeting: Meeting): void {
		this.#meetings.delete(meeting.rid);
		for (const one of meeting.sockets.values()) one.tell({ t: 'burnt', rid: meeting.rid });
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

import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { PeerDescriptor } from '#domain/pairing/peer-descriptor.ts';
import { Fault } from '#domain/base/fault.ts';
import type {
	DataConnectionEvents,
	DataConnections,
	DataChannel,
	DataChannelEvents,
	OfferedDataConnection,
} from '#ports/network/data-connection.ts';

type Message = string | Bytes;

/** One network, with the direct connections between its devices. */
export class FakeDataNetwork {
	/** Whether devices can reach each other. */
	open = true;
	/** Sees each message in transit, from the offering or the answering end; `null` loses it. */
	between: (message: Message, from: 'offered' | 'answered') => Message | null = (message) =>
		message;
	readonly #ends = new Map<string, FakeDataConnection>();
	#count = 0;

	cables(): DataConnections {
		return {
			offer: (events) => Promise.resolve(this.#end('offered', events)),
			answer: (offer, events) => {
				const end = this.#end('answered', events);
				end.offer = hexOf(offer.fingerprint);
				return Promise.resolve(end);
			},
		};
	}

	/** Breaks every connection, at both ends. */
	cut(): void {
		for (const end of this.#ends.values()) end.breaks();
	}

	/** The answering ends give up, as browsers do after a while. */
	tire(): void {
		for (const end of this.#ends.values()) if (end.side === 'answered' && !end.up) end.breaks();
	}

	/** DTLS: each end must have the fingerprint in the other's descriptor. */
	connect(offered: FakeDataConnection, answer: PeerDescriptor): void {
		const other = this.#ends.get(hexOf(answer.fingerprint));
		const mine = hexOf(offered.descriptor.fingerprint);
		if (!this.open || other === undefined || other.offer !== mine || other.over) return;
		offered.other = other;
		other.other = offered;
		for (const end of [offered, other]) end.rise();
	}

	#end(side: FakeDataConnection['side'], events: DataConnectionEvents): FakeDataConnection {
		this.#count += 1;
		const fingerprint = crypto.getRandomValues(new Uint8Array(32));
		const bytes = Uint8Array.of(192, 168, 1, this.#count);
		const addresses = [{ kind: 'ipv4', port: 40_000 + this.#count, bytes }] as const;
		const descriptor = { fingerprint, ufrag: 'abcd', password: 'x'.repeat(24), addresses };
		const end = new FakeDataConnection(this, side, descriptor, events);
		this.#ends.set(hexOf(fingerprint), end);
		return end;
	}
}

const soon = (work: () => void): void => void Promise.resolve().then(work);

class FakeDataConnection implements OfferedDataConnection {
	readonly side: 'offered' | 'answered';
	readonly descriptor: PeerDescriptor;
	readonly events: DataConnectionEvents;
	readonly channels = new Set<FakeDataChannel>();
	/** Fingerprint of the offer that this answers. */
	offer = '';
	other: FakeDataConnection | null = null;
	up = false;
	over = false;
	readonly air: FakeDataNetwork;

	constructor(
		air: FakeDataNetwork,
		side: FakeDataConnection['side'],
		descriptor: PeerDescriptor,
		events: DataConnectionEvents,
	) {
		this.air = air;
		this.side = side;
		this.descriptor = descriptor;
		this.events = events;
	}

	accept(answer: PeerDescriptor): Promise<void> {
		soon(() => this.air.connect(this, answer));
		return Promise.resolve();
	}

	open(events: DataChannelEvents): Promise<DataChannel> {
		const { other } = this;
		if (this.over || other === null) return Promise.reject(new Fault('offline', 'not connected'));
		const [mine, theirs] = [new FakeDataChannel(this), new FakeDataChannel(other)];
		mine.other = theirs;
		theirs.other = mine;
		mine.events = events;
		theirs.events = other.events.channel(theirs);
		return Promise.resolve(mine);
	}

	close(): void {
		if (this.over) return;
		this.over = true;
		// What was sent before still arrives.
		setTimeout(() => {
			this.#end();
			this.other?.breaks();
		}, 20);
	}

	rise(): void {
		this.up = true;
		soon(() => {
			if (!this.over) this.events.up();
		});
	}

	breaks(): void {
		if (this.over) return;
		this.over = true;
		this.#end();
		this.events.down();
	}

	#end(): void {
		for (const channel of this.channels) channel.end();
	}
}

class FakeDataChannel implements DataChannel {
	readonly waiting = 0;
	other: FakeDataChannel | null = null;
	events: DataChannelEvents | null = null;
	readonly #connection: FakeDataConnection;
	#over = false;

	constructor(connection: FakeDataConnection) {
		this.#connection = connection;
		connection.channels.add(this);
	}

	sendText(text: string): void {
		this.#send(text);
	}

	sendBytes(bytes: Bytes): void {
		this.#send(bytes);
	}

	close(): void {
		if (this.#over) return;
		this.#over = true;
		soon(() => this.other?.end());
	}

	end(): void {
		if (this.#over) return;
		this.#over = true;
		this.events?.ended();
	}

	#send(message: Message): void {
		if (this.#over) return;
		const said = this.#connection.air.between(message, this.#connection.side);
		if (said === null) return;
		soon(() => {
			const { other } = this;
			if (other === null || other.#over) return;
			if (typeof said === 'string') other.events?.text(said);
			else other.events?.bytes(said.slice());
		});
	}
}

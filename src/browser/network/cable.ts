import { candidatesOf, contactFrom, sdpOf, type Contact } from '#domain/pairing/contact.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type {
	Cable,
	CableEvents,
	Cables,
	Channel,
	ChannelEvents,
	OfferedCable,
} from '#ports/network/cable.ts';
import { whenLate } from '#browser/device/when-late.ts';

/** Addresses of this device are found at once or not at all. */
const GATHER_MS = 3000;
const OPEN_MS = 5000;
/** A browser stops knocking after some seconds, and the other person may take minutes to scan. */
const KNOCK_MS = 3000;
const LINGER_MS = 500;
const MOST_BYTES = 256 * 1024;
/** There from the beginning: it tells that the cable is up, and that it is down. */
const FIRST = 'cable';

/** Cables over WebRTC, with a certificate of their own each. */
export class BrowserCables implements Cables {
	async offer(events: CableEvents): Promise<OfferedCable> {
		const pc = connection();
		const first = pc.createDataChannel(FIRST);
		return taking(pc, async () => {
			await pc.setLocalDescription(await pc.createOffer());
			const end = new End(pc, await gathered(pc), events);
			end.watch(first);
			return end;
		});
	}

	async answer(offer: Contact, events: CableEvents): Promise<Cable> {
		const pc = connection();
		return taking(pc, async () => {
			await pc.setRemoteDescription({ type: 'offer', sdp: sdpOf(offer, 'offer') });
			await pc.setLocalDescription(await pc.createAnswer());
			const end = new End(pc, await gathered(pc), events);
			end.knock(candidatesOf(offer.addresses));
			return end;
		});
	}
}

class End implements OfferedCable {
	readonly contact: Contact;
	readonly #pc: RTCPeerConnection;
	readonly #events: CableEvents;
	readonly #conversations = new Set<Conversation>();
	#stopKnocking: () => void = () => undefined;
	#up = false;
	#over = false;

	constructor(pc: RTCPeerConnection, contact: Contact, events: CableEvents) {
		this.#pc = pc;
		this.contact = contact;
		this.#events = events;
		pc.onconnectionstatechange = () => {
			if (pc.connectionState === 'failed' || pc.connectionState === 'closed') this.#down();
		};
		pc.ondatachannel = ({ channel }) => {
			if (channel.label === FIRST) this.watch(channel);
			else this.#begun(channel).hear((one) => events.channel(one));
		};
	}

	async accept(answer: Contact): Promise<void> {
		const sdp = sdpOf(answer, 'answer');
		try {
			await this.#pc.setRemoteDescription({ type: 'answer', sdp });
		} catch (error) {
			throw new Fault('malformed', 'an answer was not taken', error);
		}
	}

	async open(events: ChannelEvents): Promise<Channel> {
		if (this.#over) throw new Fault('offline', 'the cable is down');
		const conversation = this.#begun(this.#pc.createDataChannel('line'));
		conversation.hear(() => events);
		await conversation.opened();
		return conversation;
	}

	close(): void {
		if (this.#over) return;
		this.#over = true;
		this.#stopKnocking();
		// What was said last still arrives.
		if (this.#up) setTimeout(() => this.#end(), LINGER_MS);
		else this.#end();
	}

	watch(first: RTCDataChannel): void {
		const up = (): void => {
			if (this.#over || this.#up) return;
			this.#up = true;
			this.#stopKnocking();
			this.#events.up();
		};
		first.onclose = () => this.#down();
		if (first.readyState === 'open') up();
		else first.onopen = up;
	}

	/** Gives the browser the same addresses again and again, until it is connected. */
	knock(candidates: readonly string[]): void {
		const timer = setInterval(() => {
			for (const candidate of candidates) {
				// One that is refused was a way less, and the others stand.
				this.#pc.addIceCandidate({ candidate, sdpMid: '0' }).catch(() => undefined);
			}
		}, KNOCK_MS);
		this.#stopKnocking = () => clearInterval(timer);
	}

	#begun(channel: RTCDataChannel): Conversation {
		const conversation = new Conversation(channel, () => this.#conversations.delete(conversation));
		this.#conversations.add(conversation);
		return conversation;
	}

	#down(): void {
		if (this.#over) return;
		this.#over = true;
		this.#stopKnocking();
		this.#end();
		this.#events.down();
	}

	#end(): void {
		this.#pc.close();
		for (const conversation of this.#conversations) conversation.end();
	}
}

class Conversation implements Channel {
	readonly #channel: RTCDataChannel;
	readonly #gone: () => void;
	#events: ChannelEvents | null = null;
	#over = false;

	constructor(channel: RTCDataChannel, over: () => void) {
		this.#channel = channel;
		this.#gone = over;
		channel.binaryType = 'arraybuffer';
	}

	get waiting(): number {
		return this.#channel.bufferedAmount;
	}

	hear(listening: (channel: Channel) => ChannelEvents): void {
		const events = listening(this);
		this.#events = events;
		this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
			if (this.#over) return;
			if (typeof data === 'string') events.text(data);
			else if (data instanceof ArrayBuffer) events.bytes(new Uint8Array(data));
		};
		this.#channel.onclose = () => this.end();
	}

	opened(): Promise<void> {
		const channel = this.#channel;
		if (channel.readyState === 'open') return Promise.resolve();
		return new Promise((resolve, reject) => {
			const fail = (): void => {
				clearTimeout(late);
				this.#over = true;
				this.#gone();
				channel.close();
				reject(new Fault('offline', 'a conversation did not begin'));
			};
			const late = setTimeout(fail, OPEN_MS);
			channel.onclose = fail;
			channel.onopen = () => {
				clearTimeout(late);
				channel.onclose = () => this.end();
				resolve();
			};
		});
	}

	sendText(text: string): void {
		if (text.length < MOST_BYTES) this.#send(() => this.#channel.send(text));
	}

	sendBytes(bytes: Bytes): void {
		if (bytes.length < MOST_BYTES) this.#send(() => this.#channel.send(bytes));
	}

	close(): void {
		this.#channel.close();
		this.end();
	}

	#send(send: () => void): void {
		if (this.#over || this.#channel.readyState !== 'open') return;
		try {
			send();
		} catch {
			// More waits than the browser holds: whoever misses it asks again.
		}
	}

	end(): void {
		if (this.#over) return;
		this.#over = true;
		this.#gone();
		this.#events?.ended();
	}
}

function connection(): RTCPeerConnection {
	if (typeof RTCPeerConnection === 'undefined') {
		throw new Fault('unsupported', 'this browser has no WebRTC');
	}
	return new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
}

async function taking<T>(pc: RTCPeerConnection, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		pc.close();
		throw error instanceof Fault ? error : new Fault('malformed', 'no such connection', error);
	}
}

/** All addresses, or those that were found in time. */
async function gathered(pc: RTCPeerConnection): Promise<Contact> {
	await new Promise<void>((resolve) => {
		const found = whenLate(GATHER_MS, resolve);
		const look = (): void => {
			if (pc.iceGatheringState !== 'complete') return;
			found();
			resolve();
		};
		pc.onicegatheringstatechange = look;
		look();
	});
	return contactFrom(pc.localDescription?.sdp ?? '');
}

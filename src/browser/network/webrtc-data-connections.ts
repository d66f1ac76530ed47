import {
	iceCandidatesOf,
	descriptorFromSdp,
	sdpOfDescriptor,
	type PeerDescriptor,
} from '#domain/pairing/peer-descriptor.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type {
	DataConnection,
	DataConnectionEvents,
	DataConnections,
	DataChannel,
	DataChannelEvents,
	OfferedDataConnection,
} from '#ports/network/data-connection.ts';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

/** Host candidates are found at once or not at all. */
const GATHERING_TIMEOUT_MS = 3000;
const OPEN_TIMEOUT_MS = 5000;
/**
 * Browsers give up connectivity checks after some seconds, but the other person may take minutes to
 * scan the answer.
 */
const CANDIDATE_RETRY_MS = 3000;
const LINGER_MS = 500;
const MAX_BYTES = 256 * 1024;
/** Open from the start: its state is the state of the connection. */
const CONTROL_CHANNEL = 'cable';

/** Data connections over WebRTC, each with a DTLS certificate of its own. */
export class WebRtcDataConnections implements DataConnections {
	async offer(events: DataConnectionEvents): Promise<OfferedDataConnection> {
		const pc = newPeerConnection();
		const first = pc.createDataChannel(CONTROL_CHANNEL);
		return closingOnError(pc, async () => {
			await pc.setLocalDescription(await pc.createOffer());
			const connection = new WebRtcDataConnection(pc, await gatherDescriptor(pc), events);
			connection.watch(first);
			return connection;
		});
	}

	async answer(offer: PeerDescriptor, events: DataConnectionEvents): Promise<DataConnection> {
		const pc = newPeerConnection();
		return closingOnError(pc, async () => {
			await pc.setRemoteDescription({ type: 'offer', sdp: sdpOfDescriptor(offer, 'offer') });
			await pc.setLocalDescription(await pc.createAnswer());
			const connection = new WebRtcDataConnection(pc, await gatherDescriptor(pc), events);
			connection.retryCandidates(iceCandidatesOf(offer.addresses));
			return connection;
		});
	}
}

class WebRtcDataConnection implements OfferedDataConnection {
	readonly descriptor: PeerDescriptor;
	readonly #pc: RTCPeerConnection;
	readonly #events: DataConnectionEvents;
	readonly #channels = new Set<WebRtcDataChannel>();
	#stopRetrying: () => void = () => undefined;
	#up = false;
	#over = false;

	constructor(pc: RTCPeerConnection, descriptor: PeerDescriptor, events: DataConnectionEvents) {
		this.#pc = pc;
		this.descriptor = descriptor;
		this.#events = events;
		pc.onconnectionstatechange = () => {
			if (pc.connectionState === 'failed' || pc.connectionState === 'closed') this.#down();
		};
		pc.ondatachannel = ({ channel }) => {
			if (channel.label === CONTROL_CHANNEL) this.watch(channel);
			else this.#track(channel).listen((one) => events.channel(one));
		};
	}

	async accept(answer: PeerDescriptor): Promise<void> {
		const sdp = sdpOfDescriptor(answer, 'answer');
		try {
			await this.#pc.setRemoteDescription({ type: 'answer', sdp });
		} catch (error) {
			throw new Fault('malformed', 'the browser rejected the answer of the other device', error);
		}
	}

	async open(events: DataChannelEvents): Promise<DataChannel> {
		if (this.#over) throw new Fault('offline', 'the direct connection is down');
		const dataChannel = this.#track(this.#pc.createDataChannel('line'));
		dataChannel.listen(() => events);
		await dataChannel.opened();
		return dataChannel;
	}

	close(): void {
		if (this.#over) return;
		this.#over = true;
		this.#stopRetrying();
		// Lets data sent just before still arrive.
		if (this.#up) setTimeout(() => this.#end(), LINGER_MS);
		else this.#end();
	}

	watch(first: RTCDataChannel): void {
		const up = (): void => {
			if (this.#over || this.#up) return;
			this.#up = true;
			this.#stopRetrying();
			this.#events.up();
		};
		first.onclose = () => this.#down();
		if (first.readyState === 'open') up();
		else first.onopen = up;
	}

	/** Adds the same candidates repeatedly until the connection is up, which restarts the checks. */
	retryCandidates(candidates: readonly string[]): void {
		const timer = setInterval(() => {
			for (const candidate of candidates) {
				// Rejected candidates do not matter: the others remain.
				this.#pc.addIceCandidate({ candidate, sdpMid: '0' }).catch(() => undefined);
			}
		}, CANDIDATE_RETRY_MS);
		this.#stopRetrying = () => clearInterval(timer);
	}

	#track(channel: RTCDataChannel): WebRtcDataChannel {
		const dataChannel = new WebRtcDataChannel(channel, () => this.#channels.delete(dataChannel));
		this.#channels.add(dataChannel);
		return dataChannel;
	}

	#down(): void {
		if (this.#over) return;
		this.#over = true;
		this.#stopRetrying();
		this.#end();
		this.#events.down();
	}

	#end(): void {
		this.#pc.close();
		for (const dataChannel of this.#channels) dataChannel.end();
	}
}

class WebRtcDataChannel implements DataChannel {
	readonly #channel: RTCDataChannel;
	readonly #gone: () => void;
	#events: DataChannelEvents | null = null;
	#over = false;

	constructor(channel: RTCDataChannel, over: () => void) {
		this.#channel = channel;
		this.#gone = over;
		channel.binaryType = 'arraybuffer';
	}

	get waiting(): number {
		return this.#channel.bufferedAmount;
	}

	listen(listening: (channel: DataChannel) => DataChannelEvents): void {
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
				reject(new Fault('offline', 'the data channel did not open'));
			};
			const late = setTimeout(fail, OPEN_TIMEOUT_MS);
			channel.onclose = fail;
			channel.onopen = () => {
				clearTimeout(late);
				channel.onclose = () => this.end();
				resolve();
			};
		});
	}

	sendText(text: string): void {
		if (text.length < MAX_BYTES) this.#send(() => this.#channel.send(text));
	}

	sendBytes(bytes: Bytes): void {
		if (bytes.length < MAX_BYTES) this.#send(() => this.#channel.send(bytes));
	}

	/** A channel that is reset at once may lose what was sent just before: seen in Chromium. */
	close(): void {
		if (this.#over) return;
		if (this.#channel.readyState === 'open') setTimeout(() => this.#channel.close(), LINGER_MS);
		else this.#channel.close();
		this.end();
	}

	#send(send: () => void): void {
		if (this.#over || this.#channel.readyState !== 'open') return;
		try {
			send();
		} catch {
			// The send buffer is full. Receivers ask again for what they miss.
		}
	}

	end(): void {
		if (this.#over) return;
		this.#over = true;
		this.#gone();
		this.#events?.ended();
	}
}

function newPeerConnection(): RTCPeerConnection {
	if (typeof RTCPeerConnection === 'undefined') {
		throw new Fault('unsupported', 'this browser has no WebRTC');
	}
	return new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
}

async function closingOnError<T>(pc: RTCPeerConnection, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		pc.close();
		throw error instanceof Fault
			? error
			: new Fault('malformed', 'the browser rejected the session description', error);
	}
}

/** All candidates, or those found before the timeout. */
async function gatherDescriptor(pc: RTCPeerConnection): Promise<PeerDescriptor> {
	await new Promise<void>((resolve) => {
		const stopTimer = startDeadlineTimer(GATHERING_TIMEOUT_MS, resolve);
		const check = (): void => {
			if (pc.iceGatheringState !== 'complete') return;
			stopTimer();
			resolve();
		};
		pc.onicegatheringstatechange = check;
		check();
	});
	return descriptorFromSdp(pc.localDescription?.sdp ?? '');
}

import { Fault } from '#domain/base/fault.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type {
	CameraPeer,
	PeerEvent,
	PeerConnections,
	ViewerPeer,
} from '#ports/network/peer-connection.ts';

const CONNECT_MS = 80;

/** A picture whose frames come from the test. */
export interface FakePicture {
	readonly onFrame: Set<() => void>;
}

export function makePicture(): Picture & FakePicture {
	return { onFrame: new Set() } as unknown as Picture & FakePicture;
}

const pairs = (bytes: Uint8Array) =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');

function sdpOf(number: number, { fingerprint }: DtlsCertificate): string {
	return [
		...['v=0', `o=- ${number} 2 IN IP4 127.0.0.1`, 's=-', 't=0 0'],
		...['m=video 9 UDP/TLS/RTP/SAVPF 96', `a=fingerprint:sha-256 ${pairs(fingerprint)}`, ''],
	].join('\r\n');
}

function numberIn(sdp: string): number {
	return Number(/^o=- (\d+) /m.exec(sdp)?.[1] ?? NaN);
}

/** The network between peers: open or blocked, and cut on demand. */
export class FakePeerNetwork {
	blocked = false;
	way: 'direct' | 'turn' = 'direct';
	/** Loses frames while the connection stands. */
	blind = false;
	/** Loses messages on the data channel. */
	mute = false;
	/** Resolves when the viewers' microphones are open. */
	microphone: Promise<void> = Promise.resolve();
	readonly clock: Clock;
	readonly ends: FakePeerConnection[] = [];

	constructor(clock: Clock) {
		this.clock = clock;
	}

	/** Breaks all connections; ICE may restore them unless it is blocked. */
	cut(): void {
		for (const end of this.ends) end.lose();
	}

	get connected(): number {
		return this.ends.filter((end) => end instanceof FakeCameraEnd && end.linked).length;
	}
}

abstract class FakePeerConnection {
	linked = false;
	open = false;
	closed = false;
	said: string[] = [];
	other: FakePeerConnection | null = null;
	/** The fingerprint in the remote description. */
	expects = '';
	readonly number: number;
	readonly dtls: DtlsCertificate;
	protected readonly network: FakePeerNetwork;
	readonly #heard: (event: PeerEvent) => void;

	constructor(network: FakePeerNetwork, dtls: DtlsCertificate, heard: (event: PeerEvent) => void) {
		this.network = network;
		this.dtls = dtls;
		this.#heard = heard;
		this.number = network.ends.length + 1;
		network.ends.push(this);
	}

	hearFake(event: PeerEvent): void {
		if (!this.closed) this.#heard(event);
	}

	meet(sdp: string): void {
		const other = this.network.ends.find(({ number }) => number === numberIn(sdp));
		if (other === undefined) throw new Fault('malformed', 'unknown session description');
		this.other = other;
		this.expects = /fingerprint:sha-256 (\S+)/.exec(sdp)?.[1] ?? '';
	}

	candidate(): Promise<void> {
		return Promise.resolve();
	}

	gather(): void {
		this.hearFake({ kind: 'candidate', candidate: `candidate:${this.number}`, mid: '0' });
	}

	send(text: string): void {
		this.said.push(text);
		const { other } = this;
		if (this.linked && other?.linked && !this.network.mute) {
			this.network.clock.after(5, () => {
				// A browser that closes at once loses some of what it sent last.
				if (!this.closed) other.hearFake({ kind: 'said', text });
			});
		}
	}

	path(): Promise<'direct' | 'turn' | null> {
		return Promise.resolve(this.linked ? this.network.way : null);
	}

	lose(): void {
		if (!this.linked) return;
		this.linked = false;
		this.hearFake({ kind: 'cut' });
	}

	close(): void {
		this.closed = true;
		this.linked = false;
		// As by a DTLS close_notify alert.
		this.other?.lose();
	}

	/** DTLS: each side checks the other's certificate against the fingerprint it was given. */
	connect(): void {
		const { other, network } = this;
		network.clock.after(CONNECT_MS, () => {
			if (other === null || network.blocked || this.closed || other.closed || this.linked) return;
			const fits =
				this.expects === pairs(other.dtls.fingerprint) &&
				other.expects === pairs(this.dtls.fingerprint);
			for (const end of [this, other]) {
				if (!fits) end.hearFake({ kind: 'failed' });
				else end.linked = true;
			}
			if (!fits) return;
			for (const end of [this, other]) end.hearFake({ kind: 'connected' });
			// The channel outlives a path that was lost.
			if (this.open) return;
			for (const end of [this, other]) end.open = true;
			for (const end of [this, other]) end.hearFake({ kind: 'open' });
		});
	}
}

class FakeCameraEnd extends FakePeerConnection implements CameraPeer {
	rates: LiveRate[] = [];
	hears = false;
	#picture: Picture & FakePicture;
	#sentMs = -Infinity;
	readonly #frame = (): void => {
		const { other } = this;
		if (!this.linked || !(other instanceof FakeViewerEnd) || this.network.blind) return;
		const rate = this.rates.at(-1);
		const nowMs = this.network.clock.monotonicMs();
		if (rate === 'none' || (rate === 'slow' && nowMs - this.#sentMs < 1000)) return;
		this.#sentMs = nowMs;
		for (const seen of other.picture.onFrame) seen();
	};

	constructor(
		network: FakePeerNetwork,
		dtls: DtlsCertificate,
		picture: Picture,
		heard: (event: PeerEvent) => void,
	) {
		super(network, dtls, heard);
		this.#picture = picture as Picture & FakePicture;
		this.#picture.onFrame.add(this.#frame);
	}

	async offer(): Promise<string> {
		await Promise.resolve();
		this.gather();
		return sdpOf(this.number, this.dtls);
	}

	async accept(answer: string): Promise<void> {
		await Promise.resolve();
		this.meet(answer);
		this.connect();
	}

	replacePicture(picture: Picture): Promise<void> {
		this.#picture.onFrame.delete(this.#frame);
		this.#picture = picture as Picture & FakePicture;
		this.#picture.onFrame.add(this.#frame);
		return Promise.resolve();
	}

	setRate(rate: LiveRate): void {
		this.rates.push(rate);
	}

	playVoice(on: boolean): void {
		this.hears = on;
	}

	override close(): void {
		this.#picture.onFrame.delete(this.#frame);
		super.close();
	}
}

class FakeViewerEnd extends FakePeerConnection implements ViewerPeer {
	readonly picture = makePicture();
	#talks = 0;

	async answer(offer: string): Promise<string> {
		await Promise.resolve();
		this.meet(offer);
		this.gather();
		return sdpOf(this.number, this.dtls);
	}

	async sendVoice(on: boolean): Promise<void> {
		const turn = (this.#talks += 1);
		if (!on) return;
		if (this.other === null) throw new Fault('unsupported', 'nothing is negotiated yet');
		await this.network.microphone;
		if (turn !== this.#talks) throw new Fault('aborted', 'turned off meanwhile');
	}
}

export class FakePeerConnections implements PeerConnections {
	readonly #network: FakePeerNetwork;

	constructor(network: FakePeerNetwork) {
		this.#network = network;
	}

	camera(
		dtls: DtlsCertificate,
		_ice: unknown,
		picture: Picture,
		heard: (event: PeerEvent) => void,
	): CameraPeer {
		return new FakeCameraEnd(this.#network, dtls, picture, heard);
	}

	viewer(dtls: DtlsCertificate, _ice: unknown, heard: (event: PeerEvent) => void): ViewerPeer {
		return new FakeViewerEnd(this.#network, dtls, heard);
	}
}

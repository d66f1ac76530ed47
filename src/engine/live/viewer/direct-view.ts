import { Serial } from '#domain/base/serial.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { hexOf, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { betterOffset, STALE_MS, type Heartbeat, type ClockOffset } from '#domain/live/age.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { verifySdp } from '#domain/media/sdp.ts';
import {
	liveChannelMessageFrom,
	type LiveChannelMessage,
	type LiveRate,
} from '#protocol/live-channel.ts';
import type { CameraState, Message } from '#protocol/message.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, DtlsCertificate } from '#ports/keys/crypto.ts';
import type { PeerEvent, PeerConnections, ViewerPeer } from '#ports/network/peer-connection.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';

/** Clock measurements are frequent at first, then occasional. */
const PING_MS = 250;
const PINGS_AT_FIRST = 8;
const PING_EACH = 20;

type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

export interface DirectViewTools {
	readonly clock: Clock;
	readonly messenger: Pick<Messenger, 'send' | 'sendAction' | 'ice'>;
	readonly peers: PeerConnections;
	readonly crypto: Pick<Crypto, 'random'>;
	/** `null`: this device cannot answer an offer. */
	readonly dtls: () => Promise<DtlsCertificate | null>;
}

/** Why the call ended. */
export type DirectEndReason = MessageOf<'hang-up'>['why'] | 'failed';

/** One attempt to watch a camera directly, from call to end. Only `talk` throws. */
export class DirectView {
	readonly begunMs: number;
	connectedMs: number | null = null;
	lostMs: number | null = null;
	path: 'direct' | 'turn' = 'direct';
	offset: ClockOffset | null = null;
	heartbeat: Heartbeat | null = null;
	end: DirectEndReason | null = null;
	readonly #tools: DirectViewTools;
	readonly #device: DeviceId;
	readonly #sid: string;
	readonly #nonce: string;
	readonly #certificate: Promise<DtlsCertificate | null>;
	readonly #changed: () => void;
	#peer: ViewerPeer | null = null;
	#dtls: DtlsCertificate | null = null;
	#remoteFingerprint: Bytes | null = null;
	#remoteNonce: string | null = null;
	#confirmed = false;
	#rate: LiveRate;
	#kind: CameraState['kind'] | null = null;
	#pings = 0;
	readonly #sent = new Map<number, number>();
	#stopPings: () => void = () => undefined;
	readonly #work = new Serial();

	constructor(
		tools: DirectViewTools,
		camera: CameraId,
		device: DeviceId,
		rate: LiveRate,
		changed: () => void,
	) {
		this.#tools = tools;
		this.#device = device;
		this.#rate = rate;
		this.#changed = changed;
		this.begunMs = tools.clock.monotonicMs();
		this.#sid = hexOf(tools.crypto.random(16));
		// Requested early, so that the offer does not wait for it.
		this.#certificate = tools.dtls();
		this.#certificate.catch(() => undefined);
		this.#nonce = hexOf(tools.crypto.random(16));
		const about = { sid: this.#sid, nonce: this.#nonce, camera };
		void tools.messenger
			.sendAction(device, { t: 'call', ...about, ways: ['direct'] })
			.then((sent) => {
				if (sent !== 'taken') this.#over('failed');
			});
	}

	/** LV2: `null` until both sides confirmed. Live only once its age is known. */
	get picture(): Picture | null {
		return this.#confirmed ? (this.#peer?.picture ?? null) : null;
	}

	/** LV32: camera status from its heartbeats; `null` if it sends none or they stopped. */
	get kind(): CameraState['kind'] | null {
		const silentMs = this.#tools.clock.monotonicMs() - (this.heartbeat?.heardMs ?? -Infinity);
		return silentMs < STALE_MS ? this.#kind : null;
	}

	receive(message: Message): void {
		if (this.end !== null || !('sid' in message) || message.sid !== this.#sid) return;
		if (!('peer' in message) || message.peer !== this.#nonce) return;
		if (message.t === 'offer') this.#inTurn(() => this.#answer(message));
		else if (message.t === 'candidate') {
			this.#inTurn(async () => this.#peer?.candidate(message.candidate, message.mid));
		} else if (message.t === 'relayed') this.#over(message.why === 'full' ? 'full' : 'failed');
		else if (message.t === 'hang-up') this.#over(message.why);
	}

	setRate(rate: LiveRate): void {
		this.#rate = rate;
		if (this.#confirmed) this.#send({ t: 'want', rate });
	}

	async talk(on: boolean): Promise<void> {
		if (on && !this.#confirmed)
			throw new Fault('unavailable', 'cannot talk: no confirmed direct connection');
		await this.#peer?.sendVoice(on);
	}

	hangUp(): void {
		if (this.end !== null) return;
		const sid = this.#sid;
		const peer = this.#remoteNonce ?? this.#nonce;
		void this.#tools.messenger.send(this.#device, { t: 'hang-up', sid, peer, why: 'done' });
		this.#over('done');
	}

	#inTurn(work: () => Promise<void>): void {
		void this.#work.run(async () => {
			try {
				if (this.end === null) await work();
			} catch (error) {
				this.hangUp();
				expectFault(error);
			}
		});
	}

	async #answer(offer: MessageOf<'offer'>): Promise<void> {
		const theirs = bytesOfBase64url(offer.fingerprint);
		verifySdp(offer.sdp, theirs);
		const known = this.#remoteFingerprint;
		const other =
			known !== null && (!equalBytes(known, theirs) || offer.nonce !== this.#remoteNonce);
		if (other || offer.restart !== (known !== null)) throw certificateChanged();
		this.#remoteFingerprint = theirs;
		this.#remoteNonce = offer.nonce;
		const dtls = (this.#dtls ??= await this.#certificate);
		if (dtls === null)
			throw new Fault('unsupported', 'cannot answer the offer: no DTLS certificate');
		this.#peer ??= this.#tools.peers.viewer(dtls, this.#tools.messenger.ice, (event) => {
			this.#onPeerEvent(event);
		});
		const sdp = await this.#peer.answer(offer.sdp);
		const fingerprint = base64urlOf(dtls.fingerprint);
		const about = { sid: this.#sid, peer: offer.nonce };
		await this.#tools.messenger.send(this.#device, { t: 'answer', ...about, sdp, fingerprint });
	}

	#onPeerEvent(event: PeerEvent): void {
		if (this.end !== null) return;
		const { clock, messenger } = this.#tools;
		if (event.kind === 'candidate' && this.#remoteNonce !== null) {
			const { candidate, mid } = event;
			const about = { sid: this.#sid, peer: this.#remoteNonce };
			void messenger.send(this.#device, { t: 'candidate', ...about, candidate, mid });
		} else if (event.kind === 'connected') {
			this.connectedMs = clock.monotonicMs();
			this.lostMs = null;
			void this.#findPath();
		} else if (event.kind === 'cut' || event.kind === 'failed') {
			this.lostMs ??= clock.monotonicMs();
			this.connectedMs = null;
		} else if (event.kind === 'open' && this.#dtls !== null && this.#remoteFingerprint !== null) {
			const [mine, theirs] = [
				base64urlOf(this.#dtls.fingerprint),
				base64urlOf(this.#remoteFingerprint),
			];
			this.#send({ t: 'confirm', mine, theirs });
		} else if (event.kind === 'said') this.#onChannelMessage(liveChannelMessageFrom(event.text));
		this.#changed();
	}

	#onChannelMessage(message: LiveChannelMessage | null): void {
		if (message === null || this.#remoteFingerprint === null || this.#dtls === null) return;
		const nowMs = this.#tools.clock.monotonicMs();
		if (message.t === 'confirm') {
			const fits =
				message.mine === base64urlOf(this.#remoteFingerprint) &&
				message.theirs === base64urlOf(this.#dtls.fingerprint);
			if (!fits) this.hangUp();
			else if (!this.#confirmed) this.#begin();
		} else if (!this.#confirmed) return;
		else if (message.t === 'beat') {
			this.heartbeat = { heardMs: nowMs, atMs: message.atMs, capturedMs: message.capturedMs };
			this.#kind = message.kind ?? null;
		} else if (message.t === 'pong') {
			const sentMs = this.#sent.get(message.n);
			if (sentMs === undefined) return;
			this.#sent.delete(message.n);
			this.offset = betterOffset(this.offset, { sentMs, heardMs: nowMs, theirsMs: message.atMs });
		}
	}

	#begin(): void {
		this.#confirmed = true;
		this.#send({ t: 'want', rate: this.#rate });
		const ping = (): void => {
			this.#pings += 1;
			if (this.#pings > PINGS_AT_FIRST && this.#pings % PING_EACH !== 0) return;
			this.#sent.set(this.#pings, this.#tools.clock.monotonicMs());
			this.#send({ t: 'ping', n: this.#pings });
		};
		ping();
		this.#stopPings = this.#tools.clock.every(PING_MS, ping);
	}

	async #findPath(): Promise<void> {
		this.path = (await this.#peer?.path().catch(() => null)) ?? 'direct';
		this.#changed();
	}

	#send(message: LiveChannelMessage): void {
		this.#peer?.send(JSON.stringify(message));
	}

	#over(why: DirectEndReason): void {
		if (this.end !== null) return;
		this.end = why;
		this.#stopPings();
		this.#peer?.close();
		this.#changed();
	}
}

function certificateChanged(): Fault {
	return new Fault('corrupt', 'the camera’s DTLS certificate changed during the call');
}

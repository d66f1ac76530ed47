import { hexOf, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { base64urlOf, bytesOfBase64url } from '#domain/base/base64url.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { verifySdp } from '#domain/media/sdp.ts';
import { liveChannelMessageFrom, type LiveChannelMessage } from '#protocol/live-channel.ts';
import type { CameraState, Message } from '#protocol/message.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, DtlsCertificate } from '#ports/keys/crypto.ts';
import type { CameraPeer, PeerEvent, PeerConnections } from '#ports/network/peer-connection.ts';
import type { LensFrameMonitor, LiveClock } from '#engine/live/live-clock.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';

const HEARTBEAT_MS = 250;
/** Delay before an ICE restart: most lost connections recover by themselves. */
const RESTART_MS = 1000;
/** Longer than the viewer's own timeout, so that the viewer decides when the call is over. */
const GIVE_UP_MS = 12_000;

type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

export interface DirectViewerTools {
	readonly clock: Clock;
	readonly live: LiveClock;
	readonly pulse: LensFrameMonitor;
	readonly messenger: Pick<Messenger, 'send' | 'ice'>;
	readonly peers: PeerConnections;
	readonly crypto: Pick<Crypto, 'random'>;
	/** Current recording status of the camera. */
	readonly kind: () => CameraState['kind'];
}

export type HangUpReason = MessageOf<'hang-up'>['why'];

/** One directly connected viewer, from its call to its end. Never throws. */
export class DirectViewer {
	readonly device: DeviceId;
	readonly sid: string;
	/** `null` until connected. */
	path: 'direct' | 'turn' | null = null;
	readonly sinceMs: number;
	readonly #tools: DirectViewerTools;
	readonly #dtls: DtlsCertificate;
	readonly #nonce: string;
	readonly #viewerNonce: string;
	readonly #peer: CameraPeer;
	readonly #changed: (call: DirectViewer) => void;
	#remoteFingerprint: Bytes | null = null;
	#confirmed = false;
	#restarted = false;
	#over = false;
	#stopHeartbeats: () => void = () => undefined;
	#cancel: () => void = () => undefined;

	/** Throws `unsupported` without WebRTC. */
	constructor(
		tools: DirectViewerTools,
		dtls: DtlsCertificate,
		from: DeviceId,
		call: MessageOf<'call'>,
		picture: Picture,
		changed: (call: DirectViewer) => void,
	) {
		this.#tools = tools;
		this.#dtls = dtls;
		this.device = from;
		this.sid = call.sid;
		this.#viewerNonce = call.nonce;
		this.#nonce = hexOf(tools.crypto.random(16));
		this.#changed = changed;
		this.sinceMs = tools.clock.wallMs();
		this.#peer = tools.peers.camera(dtls, tools.messenger.ice, picture, (event) => {
			this.#onPeerEvent(event);
		});
		this.#waitAtMost(GIVE_UP_MS);
		void this.#offer(false);
	}

	get over(): boolean {
		return this.#over;
	}

	/** Handles the viewer's messages about this call. */
	receive(message: MessageOf<'answer' | 'candidate'>): void {
		if (this.#over || message.peer !== this.#nonce) return;
		if (message.t === 'candidate') void this.#peer.candidate(message.candidate, message.mid);
		else void this.#accept(message);
	}

	show(picture: Picture): void {
		this.#peer.replacePicture(picture).catch(() => {
			this.hangUp('closed');
		});
	}

	setTalk(on: boolean): void {
		this.#peer.playVoice(on && this.#confirmed);
	}

	/** `null`: the viewer already knows, or cannot be reached. */
	hangUp(why: HangUpReason | null): void {
		if (this.#over) return;
		this.#over = true;
		this.#cancel();
		this.#stopHeartbeats();
		this.#peer.close();
		const { sid, device } = this;
		const peer = this.#viewerNonce;
		if (why !== null) void this.#tools.messenger.send(device, { t: 'hang-up', sid, peer, why });
		this.#changed(this);
	}

	async #offer(restart: boolean): Promise<void> {
		try {
			const sdp = await this.#peer.offer(restart);
			if (this.#over) return;
			const taken = await this.#tools.messenger.send(this.device, {
				...{ t: 'offer', sid: this.sid, nonce: this.#nonce, peer: this.#viewerNonce },
				...{ sdp, restart, fingerprint: base64urlOf(this.#dtls.fingerprint) },
			});
			if (taken === 'away') this.hangUp(null);
		} catch (error) {
			this.hangUp('closed');
			expectFault(error);
		}
	}

	async #accept({ sdp, fingerprint }: MessageOf<'answer'>): Promise<void> {
		try {
			const theirs = bytesOfBase64url(fingerprint);
			verifySdp(sdp, theirs);
			// A different certificate in the middle of a call means a different peer.
			if (this.#remoteFingerprint !== null && !equalBytes(this.#remoteFingerprint, theirs))
				throw certificateChanged();
			this.#remoteFingerprint = theirs;
			await this.#peer.accept(sdp);
		} catch (error) {
			this.hangUp('closed');
			expectFault(error);
		}
	}

	#onPeerEvent(event: PeerEvent): void {
		if (this.#over) return;
		if (event.kind === 'candidate') {
			const { candidate, mid } = event;
			const about = { sid: this.sid, peer: this.#viewerNonce };
			void this.#tools.messenger.send(this.device, { t: 'candidate', ...about, candidate, mid });
		} else if (event.kind === 'said') this.#receive(liveChannelMessageFrom(event.text));
		else if (event.kind === 'open') this.#confirm();
		else if (event.kind === 'connected') void this.#connected();
		else this.#cut(event.kind === 'failed' ? 0 : RESTART_MS);
	}

	async #connected(): Promise<void> {
		this.#cancel();
		this.#restarted = false;
		this.path = (await this.#peer.path().catch(() => null)) ?? 'direct';
		if (!this.#over) this.#changed(this);
	}

	/** LV3: one restart, then it is up to the viewer to call again. */
	#cut(afterMs: number): void {
		if (this.#restarted || this.path === null) return;
		this.#cancel();
		this.#cancel = this.#tools.clock.after(afterMs, () => {
			this.#restarted = true;
			this.#waitAtMost(GIVE_UP_MS);
			void this.#offer(true);
		});
	}

	#waitAtMost(ms: number): void {
		this.#cancel();
		this.#cancel = this.#tools.clock.after(ms, () => {
			this.hangUp('closed');
		});
	}

	#confirm(): void {
		if (this.#remoteFingerprint === null) return;
		const [mine, theirs] = [
			base64urlOf(this.#dtls.fingerprint),
			base64urlOf(this.#remoteFingerprint),
		];
		this.#send({ t: 'confirm', mine, theirs });
	}

	#receive(message: LiveChannelMessage | null): void {
		if (message === null || this.#remoteFingerprint === null) return;
		if (message.t === 'confirm') {
			const fits =
				message.mine === base64urlOf(this.#remoteFingerprint) &&
				message.theirs === base64urlOf(this.#dtls.fingerprint);
			if (!fits) this.hangUp('closed');
			else if (!this.#confirmed) this.#startHeartbeats();
			return;
		}
		if (!this.#confirmed) return;
		if (message.t === 'ping') {
			this.#send({ t: 'pong', n: message.n, atMs: this.#tools.live.nowMs() });
		} else if (message.t === 'want') this.#peer.setRate(message.rate);
	}

	#startHeartbeats(): void {
		this.#confirmed = true;
		const { clock, live, pulse, kind } = this.#tools;
		const heartbeat = (): void => {
			const { capturedMs, frames } = pulse;
			this.#send({ t: 'beat', atMs: live.nowMs(), capturedMs, frames, kind: kind() });
		};
		heartbeat();
		this.#stopHeartbeats = clock.every(HEARTBEAT_MS, heartbeat);
	}

	#send(message: LiveChannelMessage): void {
		this.#peer.send(JSON.stringify(message));
	}
}

function certificateChanged(): Fault {
	return new Fault('corrupt', 'the viewer’s DTLS certificate changed during the call');
}

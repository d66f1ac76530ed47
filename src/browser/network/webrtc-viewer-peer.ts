import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { PeerEvent, ViewerPeer } from '#ports/network/peer-connection.ts';
import { WebRtcPeer } from './webrtc-peer.ts';
import { pictureOf } from '#browser/capture/picture.ts';

const FAULT_KINDS_BY_NAME: Readonly<Record<string, FaultKind>> = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'not-found',
	NotReadableError: 'conflict',
};

/** The receiving end: it answers, and sends nothing but its microphone while somebody speaks. */
export class WebRtcViewerPeer extends WebRtcPeer implements ViewerPeer {
	readonly picture;
	readonly #stream = new MediaStream();
	#voice: MediaStreamTrack | null = null;
	/** Counts presses and releases, to reject a microphone that opens after the release. */
	#request = 0;

	constructor(pc: RTCPeerConnection, onEvent: (event: PeerEvent) => void) {
		super(pc, onEvent);
		this.picture = pictureOf(this.#stream);
		pc.ontrack = ({ track, receiver }) => {
			// Prefer low latency to smooth playback.
			if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
			this.#stream.addTrack(track);
		};
		pc.ondatachannel = ({ channel }) => {
			if (channel.label === 'live') this.useChannel(channel);
		};
	}

	async answer(offer: string): Promise<string> {
		const { pc } = this;
		return this.negotiate(async () => {
			await pc.setRemoteDescription({ type: 'offer', sdp: offer });
			const audio = this.#audio();
			// Negotiated up front, so that speaking needs no second offer.
			if (audio !== undefined) audio.direction = 'sendrecv';
			await pc.setLocalDescription(await pc.createAnswer());
			return pc.localDescription?.sdp ?? '';
		});
	}

	async sendVoice(on: boolean): Promise<void> {
		const request = this.#stopVoice();
		const sender = this.#audio()?.sender;
		if (!on) return sender?.replaceTrack(null);
		if (sender === undefined)
			throw new Fault('unsupported', 'the connection has no audio transceiver');
		if (!('mediaDevices' in navigator))
			throw new Fault('unsupported', 'navigator.mediaDevices is missing');
		try {
			const stream = await navigator.mediaDevices.getUserMedia({
				audio: { echoCancellation: true, noiseSuppression: true },
			});
			const [track] = stream.getAudioTracks();
			if (track === undefined) throw new Fault('not-found', 'the microphone has no audio track');
			if (request !== this.#request) {
				track.stop();
				throw new Fault('aborted', 'the button was released before the microphone opened');
			}
			this.#voice = track;
			await sender.replaceTrack(track);
		} catch (error) {
			if (error instanceof Fault) throw error;
			const name = error instanceof DOMException ? error.name : '';
			throw new Fault(
				FAULT_KINDS_BY_NAME[name] ?? 'unavailable',
				'the microphone could not be opened',
				error,
			);
		}
	}

	override close(): void {
		this.#stopVoice();
		super.close();
		for (const track of this.#stream.getTracks()) track.stop();
	}

	#stopVoice(): number {
		this.#voice?.stop();
		this.#voice = null;
		return (this.#request += 1);
	}

	#audio(): RTCRtpTransceiver | undefined {
		return this.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio');
	}
}

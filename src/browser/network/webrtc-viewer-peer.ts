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

/** The end that watches; it answers, and sends nothing but a voice while somebody speaks. */
export class WebRtcViewerPeer implements ViewerPeer {
	readonly picture;
	readonly #peer: WebRtcPeer;
	readonly #stream = new MediaStream();
	#voice: MediaStreamTrack | null = null;
	/** Counts who began and who let go: a microphone that opens later than that is not wanted. */
	#turn = 0;

	constructor(pc: RTCPeerConnection, heard: (event: PeerEvent) => void) {
		this.#peer = new WebRtcPeer(pc, heard);
		this.picture = pictureOf(this.#stream);
		pc.ontrack = ({ track, receiver }) => {
			// The newest frame, not the smoothest.
			if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
			this.#stream.addTrack(track);
		};
		pc.ondatachannel = ({ channel }) => {
			if (channel.label === 'live') this.#peer.useChannel(channel);
		};
	}

	async answer(offer: string): Promise<string> {
		const { pc } = this.#peer;
		return this.#peer.negotiate(async () => {
			await pc.setRemoteDescription({ type: 'offer', sdp: offer });
			const audio = this.#audio();
			// So that a voice needs no second round of descriptions.
			if (audio !== undefined) audio.direction = 'sendrecv';
			await pc.setLocalDescription(await pc.createAnswer());
			return pc.localDescription?.sdp ?? '';
		});
	}

	async sendVoice(on: boolean): Promise<void> {
		const turn = this.#hush();
		const sender = this.#audio()?.sender;
		if (!on) return sender?.replaceTrack(null);
		if (sender === undefined) throw new Fault('unsupported', 'nothing carries a voice there');
		if (!('mediaDevices' in navigator)) throw new Fault('unsupported', 'no microphone here');
		try {
			const stream = await navigator.mediaDevices.getUserMedia({
				audio: { echoCancellation: true, noiseSuppression: true },
			});
			const [track] = stream.getAudioTracks();
			if (track === undefined) throw new Fault('not-found', 'a microphone without a track');
			if (turn !== this.#turn) {
				track.stop();
				throw new Fault('aborted', 'let go before the microphone was open');
			}
			this.#voice = track;
			await sender.replaceTrack(track);
		} catch (error) {
			if (error instanceof Fault) throw error;
			const name = error instanceof DOMException ? error.name : '';
			throw new Fault(
				FAULT_KINDS_BY_NAME[name] ?? 'unavailable',
				'no microphone to speak into',
				error,
			);
		}
	}

	candidate(candidate: string, mid: string | null): Promise<void> {
		return this.#peer.candidate(candidate, mid);
	}

	send(text: string): void {
		this.#peer.send(text);
	}

	path(): Promise<'direct' | 'turn' | null> {
		return this.#peer.path();
	}

	close(): void {
		this.#hush();
		this.#peer.close();
		for (const track of this.#stream.getTracks()) track.stop();
	}

	#hush(): number {
		this.#voice?.stop();
		this.#voice = null;
		return (this.#turn += 1);
	}

	#audio(): RTCRtpTransceiver | undefined {
		return this.#peer.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio');
	}
}

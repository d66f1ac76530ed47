import { Fault, type FaultKind } from '#domain/fault.ts';
import type { PeerEvent, ViewerPeer } from '#ports/peer.ts';
import { End } from './peer-end.ts';
import { pictureOf } from './picture.ts';

const KINDS: Readonly<Record<string, FaultKind>> = {
	NotAllowedError: 'denied',
	SecurityError: 'denied',
	NotFoundError: 'not-found',
	NotReadableError: 'conflict',
};

/** The end that watches; it answers, and sends nothing but a voice while somebody speaks. */
export class ViewerEnd implements ViewerPeer {
	readonly picture;
	readonly #end: End;
	readonly #stream = new MediaStream();
	#voice: MediaStreamTrack | null = null;
	#closed = false;

	constructor(pc: RTCPeerConnection, heard: (event: PeerEvent) => void) {
		this.#end = new End(pc, heard);
		this.picture = pictureOf(this.#stream);
		pc.ontrack = ({ track, receiver }) => {
			// The newest frame, not the smoothest.
			if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
			this.#stream.addTrack(track);
		};
		pc.ondatachannel = ({ channel }) => {
			if (channel.label === 'live') this.#end.use(channel);
		};
	}

	async answer(offer: string): Promise<string> {
		const { pc } = this.#end;
		return this.#end.taking(async () => {
			await pc.setRemoteDescription({ type: 'offer', sdp: offer });
			const audio = this.#audio();
			// So that a voice needs no second round of descriptions.
			if (audio !== undefined) audio.direction = 'sendrecv';
			await pc.setLocalDescription(await pc.createAnswer());
			return pc.localDescription?.sdp ?? '';
		});
	}

	async talk(on: boolean): Promise<void> {
		this.#voice?.stop();
		this.#voice = null;
		const sender = this.#audio()?.sender;
		if (sender === undefined) throw new Fault('unsupported', 'nothing carries a voice there');
		if (!on) return sender.replaceTrack(null);
		if (!('mediaDevices' in navigator)) throw new Fault('unsupported', 'no microphone here');
		try {
			const stream = await navigator.mediaDevices.getUserMedia({
				audio: { echoCancellation: true, noiseSuppression: true },
			});
			const [track] = stream.getAudioTracks();
			if (track === undefined || this.#closed) {
				track?.stop();
				return;
			}
			this.#voice = track;
			await sender.replaceTrack(track);
		} catch (error) {
			const name = error instanceof DOMException ? error.name : '';
			throw new Fault(KINDS[name] ?? 'unavailable', 'no microphone to speak into', error);
		}
	}

	candidate(candidate: string, mid: string | null): Promise<void> {
		return this.#end.candidate(candidate, mid);
	}

	say(text: string): void {
		this.#end.say(text);
	}

	way(): Promise<'direct' | 'turn' | null> {
		return this.#end.way();
	}

	close(): void {
		this.#closed = true;
		this.#end.close();
		this.#voice?.stop();
		for (const track of this.#stream.getTracks()) track.stop();
	}

	#audio(): RTCRtpTransceiver | undefined {
		return this.#end.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio');
	}
}

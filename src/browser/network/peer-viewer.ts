import { Fault, type FaultKind } from '#domain/base/fault.ts';
import type { PeerEvent, ViewerPeer } from '#ports/network/peer.ts';
import { End } from './peer-end.ts';
import { pictureOf } from '#browser/capture/picture.ts';

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
	/** Counts who began and who let go: a microphone that opens later than that is not wanted. */
	#turn = 0;

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
		this.#hush();
		this.#end.close();
		for (const track of this.#stream.getTracks()) track.stop();
	}

	#hush(): number {
		this.#voice?.stop();
		this.#voice = null;
		return (this.#turn += 1);
	}

	#audio(): RTCRtpTransceiver | undefined {
		return this.#end.pc.getTransceivers().find(({ receiver }) => receiver.track.kind === 'audio');
	}
}

import { withStartBitrate } from '#domain/media/sdp.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { CameraPeer, PeerEvent } from '#ports/network/peer-connection.ts';
import { WebRtcPeer } from './webrtc-peer.ts';
import { REPLACED, streamOf } from '#browser/capture/picture.ts';

const MAX_BITRATE = 4_000_000;
/** What a home network carries from the first frame on. */
const START_KILOBITS = 2500;

/** What an encoder is asked for at each rate. */
const FRAME_RATES: Readonly<Record<LiveRate, number | null>> = {
	full: null,
	slow: 1,
	none: 0,
};

/**
 * The end that sends its lens: the very track that is recorded, because beside a clone Chromium
 * scales no lens down (the recording of a size that was made smaller would be as large as before),
 * and a clone of the sound, which is switched.
 */
export class WebRtcCameraPeer implements CameraPeer {
	readonly #peer: WebRtcPeer;
	readonly #video: RTCRtpTransceiver;
	readonly #audio: RTCRtpTransceiver;
	/** Plays what the viewer says. */
	readonly #voice = document.createElement('audio');
	#remoteVoice: MediaStream | null = null;
	#audioClone: MediaStreamTrack | null = null;
	#off: () => void = () => undefined;

	constructor(pc: RTCPeerConnection, picture: Picture, heard: (event: PeerEvent) => void) {
		this.#peer = new WebRtcPeer(pc, heard);
		const stream = new MediaStream();
		this.#audioClone = soundTrackOf(picture)?.clone() ?? null;
		this.#follow(picture);
		this.#video = pc.addTransceiver(pictureTrackOf(picture) ?? 'video', {
			...{ direction: 'sendonly', streams: [stream] },
			sendEncodings: [{ maxBitrate: MAX_BITRATE }],
		});
		this.#audio = pc.addTransceiver(this.#audioClone ?? 'audio', {
			...{ direction: 'sendrecv', streams: [stream] },
		});
		preferHardware(this.#video);
		this.#peer.useChannel(pc.createDataChannel('live'));
		pc.ontrack = ({ track }) => {
			if (track.kind === 'audio') this.#remoteVoice = new MediaStream([track]);
		};
	}

	async offer(restart: boolean): Promise<string> {
		const { pc } = this.#peer;
		return this.#peer.negotiate(async () => {
			const offer = await pc.createOffer({ iceRestart: restart });
			await pc.setLocalDescription(offer);
			return pc.localDescription?.sdp ?? '';
		});
	}

	async accept(answer: string): Promise<void> {
		const sdp = withStartBitrate(answer, START_KILOBITS);
		await this.#peer.negotiate(() => this.#peer.pc.setRemoteDescription({ type: 'answer', sdp }));
		await this.#parameters({ degradationPreference: 'maintain-resolution' });
	}

	async replacePicture(picture: Picture): Promise<void> {
		const old = this.#audioClone;
		this.#follow(picture);
		this.#audioClone = soundTrackOf(picture)?.clone() ?? null;
		await this.#video.sender.replaceTrack(pictureTrackOf(picture));
		await this.#audio.sender.replaceTrack(this.#audioClone);
		old?.stop();
	}

	/** The same picture may come of another track. */
	#follow(picture: Picture): void {
		this.#off();
		const stream = streamOf(picture);
		const replace = () => void this.#video.sender.replaceTrack(pictureTrackOf(picture));
		stream.addEventListener(REPLACED, replace);
		this.#off = () => {
			stream.removeEventListener(REPLACED, replace);
		};
	}

	setRate(rate: LiveRate): void {
		void this.#parameters({}, FRAME_RATES[rate]);
	}

	playVoice(on: boolean): void {
		if (this.#audioClone !== null) this.#audioClone.enabled = !on;
		// Only while somebody speaks: an element that has sound keeps the loudspeaker's thread busy,
		// played or not.
		this.#voice.srcObject = on ? this.#remoteVoice : null;
		if (on) void this.#voice.play().catch(() => undefined);
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
		this.#off();
		this.#peer.close();
		this.#voice.srcObject = null;
		this.#audioClone?.stop();
	}

	/** `frameRate`: `null` as the lens gives, 0 nothing. */
	async #parameters(
		change: { readonly degradationPreference?: string },
		frameRate?: number | null,
	): Promise<void> {
		const { sender } = this.#video;
		const parameters = sender.getParameters();
		const [encoding] = parameters.encodings;
		if (frameRate !== undefined && encoding !== undefined) {
			encoding.active = frameRate !== 0;
			if (frameRate) encoding.maxFramerate = frameRate;
			else delete encoding.maxFramerate;
		}
		try {
			await sender.setParameters(Object.assign(parameters, change));
		} catch {
			// A browser that does not know it sends as it thinks best.
		}
	}
}

const pictureTrackOf = (picture: Picture): MediaStreamTrack | null =>
	streamOf(picture).getVideoTracks()[0] ?? null;

const soundTrackOf = (picture: Picture): MediaStreamTrack | null =>
	streamOf(picture).getAudioTracks()[0] ?? null;

/** H.264 first: phones encode it in hardware. Whoever has none takes what comes after. */
function preferHardware(transceiver: RTCRtpTransceiver): void {
	const codecs = RTCRtpSender.getCapabilities('video')?.codecs ?? [];
	const isFirst = ({ mimeType }: { readonly mimeType: string }) =>
		mimeType.toLowerCase() === 'video/h264';
	if (!codecs.some(isFirst) || !('setCodecPreferences' in transceiver)) return;
	transceiver.setCodecPreferences([
		...codecs.filter(isFirst),
		...codecs.filter((codec) => !isFirst(codec)),
	]);
}

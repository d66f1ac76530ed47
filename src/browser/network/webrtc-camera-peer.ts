import { withStartBitrate } from '#domain/media/sdp.ts';
import type { LiveRate } from '#protocol/live-channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { CameraPeer, PeerEvent } from '#ports/network/peer-connection.ts';
import { WebRtcPeer } from './webrtc-peer.ts';
import { REPLACED, streamOf } from '#browser/capture/picture.ts';

const MAX_BITRATE = 4_000_000;
/** A home network carries this from the first frame on. */
const START_KILOBITS = 2500;

/** `maxFramerate` at each rate; `null`: no limit, 0: inactive. */
const FRAME_RATES: Readonly<Record<LiveRate, number | null>> = {
	full: null,
	slow: 1,
	none: 0,
};

/**
 * The sending end. Video is the recorded track itself: with a clone of it, Chromium does not scale
 * the recorded track down, and recordings of a reduced size stay as large as before. Audio is a
 * clone, so that it can be muted here alone.
 */
export class WebRtcCameraPeer extends WebRtcPeer implements CameraPeer {
	readonly #video: RTCRtpTransceiver;
	readonly #audio: RTCRtpTransceiver;
	/** Plays the viewer's microphone. */
	readonly #voice = document.createElement('audio');
	#remoteVoice: MediaStream | null = null;
	#audioClone: MediaStreamTrack | null = null;
	#off: () => void = () => undefined;

	constructor(pc: RTCPeerConnection, picture: Picture, onEvent: (event: PeerEvent) => void) {
		super(pc, onEvent);
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
		this.useChannel(pc.createDataChannel('live'));
		pc.ontrack = ({ track }) => {
			if (track.kind === 'audio') this.#remoteVoice = new MediaStream([track]);
		};
	}

	async offer(restart: boolean): Promise<string> {
		const { pc } = this;
		return this.negotiate(async () => {
			const offer = await pc.createOffer({ iceRestart: restart });
			await pc.setLocalDescription(offer);
			return pc.localDescription?.sdp ?? '';
		});
	}

	async accept(answer: string): Promise<void> {
		const sdp = withStartBitrate(answer, START_KILOBITS);
		await this.negotiate(() => this.pc.setRemoteDescription({ type: 'answer', sdp }));
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

	/** A picture keeps its identity while its track is replaced. */
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
		// Only while somebody speaks: an audio element with a source keeps the audio thread busy even
		// while paused.
		this.#voice.srcObject = on ? this.#remoteVoice : null;
		if (on) void this.#voice.play().catch(() => undefined);
	}

	override close(): void {
		this.#off();
		super.close();
		this.#voice.srcObject = null;
		this.#audioClone?.stop();
	}

	/** `frameRate`: `null` removes the limit, 0 stops sending. */
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
			// Not supported: the browser's defaults apply.
		}
	}
}

const pictureTrackOf = (picture: Picture): MediaStreamTrack | null =>
	streamOf(picture).getVideoTracks()[0] ?? null;

const soundTrackOf = (picture: Picture): MediaStreamTrack | null =>
	streamOf(picture).getAudioTracks()[0] ?? null;

/** H.264 first, because phones encode it in hardware; the other codecs follow. */
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

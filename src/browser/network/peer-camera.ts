import { withStartBitrate } from '#domain/media/sdp.ts';
import type { LiveRate } from '#protocol/channel.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { CameraPeer, PeerEvent } from '#ports/network/peer.ts';
import { End } from './peer-end.ts';
import { REPLACED, streamOf } from '#browser/capture/picture.ts';

const MOST_BITS = 4_000_000;
/** What a home network carries from the first frame on. */
const BEGIN_KILOBITS = 2500;

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
export class CameraEnd implements CameraPeer {
	readonly #end: End;
	readonly #video: RTCRtpTransceiver;
	readonly #audio: RTCRtpTransceiver;
	/** Plays what the viewer says. */
	readonly #voice = document.createElement('audio');
	#said: MediaStream | null = null;
	#audioClone: MediaStreamTrack | null = null;
	#off: () => void = () => undefined;

	constructor(pc: RTCPeerConnection, picture: Picture, heard: (event: PeerEvent) => void) {
		this.#end = new End(pc, heard);
		const stream = new MediaStream();
		this.#audioClone = soundOf(picture)?.clone() ?? null;
		this.#follow(picture);
		this.#video = pc.addTransceiver(pictureTrackOf(picture) ?? 'video', {
			...{ direction: 'sendonly', streams: [stream] },
			sendEncodings: [{ maxBitrate: MOST_BITS }],
		});
		this.#audio = pc.addTransceiver(this.#audioClone ?? 'audio', {
			...{ direction: 'sendrecv', streams: [stream] },
		});
		preferHardware(this.#video);
		this.#end.use(pc.createDataChannel('live'));
		pc.ontrack = ({ track }) => {
			if (track.kind === 'audio') this.#said = new MediaStream([track]);
		};
	}

	async offer(restart: boolean): Promise<string> {
		const { pc } = this.#end;
		return this.#end.taking(async () => {
			const offer = await pc.createOffer({ iceRestart: restart });
			await pc.setLocalDescription(offer);
			return pc.localDescription?.sdp ?? '';
		});
	}

	async accept(answer: string): Promise<void> {
		const sdp = withStartBitrate(answer, BEGIN_KILOBITS);
		await this.#end.taking(() => this.#end.pc.setRemoteDescription({ type: 'answer', sdp }));
		await this.#parameters({ degradationPreference: 'maintain-resolution' });
	}

	async show(picture: Picture): Promise<void> {
		const old = this.#audioClone;
		this.#follow(picture);
		this.#audioClone = soundOf(picture)?.clone() ?? null;
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

	rate(rate: LiveRate): void {
		void this.#parameters({}, FRAME_RATES[rate]);
	}

	hear(on: boolean): void {
		if (this.#audioClone !== null) this.#audioClone.enabled = !on;
		// Only while somebody speaks: an element that has sound keeps the loudspeaker's thread busy,
		// played or not.
		this.#voice.srcObject = on ? this.#said : null;
		if (on) void this.#voice.play().catch(() => undefined);
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
		this.#off();
		this.#end.close();
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

const soundOf = (picture: Picture): MediaStreamTrack | null =>
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

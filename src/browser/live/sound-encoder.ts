import type { SoundPacket, SoundPart } from '#domain/live/live-part.ts';
import { Microphone } from '#browser/encoding/microphone.ts';

/** Duration of a part. */
const PART_US = 100_000;
/** Opus always decodes at this rate, whatever the microphone's. */
const OPUS_RATE = 48_000;

/** Encodes the microphone to parts while somebody at the relay listens. */
export class SoundEncoder {
	readonly #microphone: Microphone;
	readonly #track: MediaStreamTrack;
	readonly #part: (part: SoundPart) => void;
	readonly #wallOffsetMs: number;
	#packets: SoundPacket[] = [];
	#bufferedUs = 0;

	/** Stops the track when it stops. */
	constructor(track: MediaStreamTrack, wallOffsetMs: number, part: (part: SoundPart) => void) {
		this.#track = track;
		this.#part = part;
		this.#wallOffsetMs = wallOffsetMs;
		this.#microphone = new Microphone(track);
		this.#microphone.onPacket(({ chunk, atMs }) => {
			this.#add(chunk, atMs);
		});
	}

	stop(): void {
		this.#microphone.stop();
		this.#track.stop();
	}

	#add(chunk: EncodedAudioChunk, atMs: number): void {
		const bytes = new Uint8Array(chunk.byteLength);
		chunk.copyTo(bytes);
		const durationUs = chunk.duration ?? 20_000;
		const capturedUs = Math.round((atMs + this.#wallOffsetMs) * 1000);
		this.#packets.push({ capturedUs, durationUs, bytes });
		this.#bufferedUs += durationUs;
		if (this.#bufferedUs < PART_US) return;
		const packets = this.#packets;
		this.#packets = [];
		this.#bufferedUs = 0;
		this.#part({ kind: 'sound', codec: 'opus', sampleRate: OPUS_RATE, channels: 1, packets });
	}
}

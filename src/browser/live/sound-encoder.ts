import type { SoundPacket, SoundPart } from '#domain/live/live-part.ts';
import { Microphone } from '#browser/encoding/microphone.ts';

/** So much sound goes at once. */
const PART_US = 100_000;
/** Opus decodes at this rate whatever the microphone's was. */
const OPUS_RATE = 48_000;

/** What a microphone hears, as parts, while somebody at the relay listens. */
export class SoundEncoder {
	readonly #voice: Microphone;
	readonly #track: MediaStreamTrack;
	readonly #part: (part: SoundPart) => void;
	readonly #wallOffsetMs: number;
	#packets: SoundPacket[] = [];
	#heldUs = 0;

	/** Stops the track with itself. */
	constructor(track: MediaStreamTrack, wallOffsetMs: number, part: (part: SoundPart) => void) {
		this.#track = track;
		this.#part = part;
		this.#wallOffsetMs = wallOffsetMs;
		this.#voice = new Microphone(track);
		this.#voice.onPacket(({ chunk, atMs }) => {
			this.#put(chunk, atMs);
		});
	}

	stop(): void {
		this.#voice.stop();
		this.#track.stop();
	}

	#put(chunk: EncodedAudioChunk, atMs: number): void {
		const bytes = new Uint8Array(chunk.byteLength);
		chunk.copyTo(bytes);
		const durationUs = chunk.duration ?? 20_000;
		const capturedUs = Math.round((atMs + this.#wallOffsetMs) * 1000);
		this.#packets.push({ capturedUs, durationUs, bytes });
		this.#heldUs += durationUs;
		if (this.#heldUs < PART_US) return;
		const packets = this.#packets;
		this.#packets = [];
		this.#heldUs = 0;
		this.#part({ kind: 'sound', codec: 'opus', sampleRate: OPUS_RATE, channels: 1, packets });
	}
}

import { Fault } from '#domain/base/fault.ts';
import { movieFragment, initSectionOf } from '#domain/media/fmp4.ts';
import type { SoundPart } from '#domain/live/live-part.ts';
import { MediaSourceFeed } from './media-source-feed.ts';
import { canPlaySound, OPUS_MIME_TYPE } from './media-source.ts';

/** Playback delay that evens out network jitter. */
const AHEAD_S = 0.08;
/** Sound delayed longer than this is dropped. */
const MAX_AHEAD_S = 0.4;

export interface SoundPlayer {
	play(part: SoundPart): void;
	close(): void;
}

/** Plays sound parts until closed. Throws `unsupported`. */
export function createSoundPlayer(): SoundPlayer {
	if (typeof AudioDecoder !== 'undefined') return new WebCodecsSoundPlayer();
	if (canPlaySound()) return new MediaSourceSoundPlayer();
	throw new Fault(
		'unsupported',
		'cannot play sound parts: neither AudioDecoder nor MediaSource supports Opus',
	);
}

class WebCodecsSoundPlayer implements SoundPlayer {
	readonly #context = new AudioContext({ latencyHint: 'interactive' });
	#decoder: AudioDecoder | null = null;
	#nextS = 0;

	play({ codec, sampleRate, channels, packets }: SoundPart): void {
		try {
			if (this.#decoder?.state !== 'configured') {
				this.#decoder = new AudioDecoder({
					output: (data) => {
						this.#schedule(data);
					},
					error: () => {
						this.#decoder = null;
					},
				});
				this.#decoder.configure({ codec, sampleRate, numberOfChannels: channels });
			}
			for (const { capturedUs, bytes } of packets) {
				const chunk = { type: 'key', timestamp: capturedUs, data: bytes } as const;
				this.#decoder.decode(new EncodedAudioChunk(chunk));
			}
		} catch {
			// After a damaged packet the next part starts a new decoder.
			this.#decoder = null;
		}
	}

	close(): void {
		if (this.#decoder?.state === 'configured') this.#decoder.close();
		void this.#context.close().catch(() => undefined);
	}

	#schedule(data: AudioData): void {
		const { currentTime, state } = this.#context;
		const { numberOfChannels, numberOfFrames, sampleRate } = data;
		if (state === 'running' && this.#nextS - currentTime < MAX_AHEAD_S) {
			const buffer = this.#context.createBuffer(numberOfChannels, numberOfFrames, sampleRate);
			for (let channel = 0; channel < numberOfChannels; channel += 1) {
				const samples = new Float32Array(numberOfFrames);
				data.copyTo(samples, { planeIndex: channel, format: 'f32-planar' });
				buffer.copyToChannel(samples, channel);
			}
			const source = this.#context.createBufferSource();
			source.buffer = buffer;
			source.connect(this.#context.destination);
			const atS = this.#nextS < currentTime ? currentTime + AHEAD_S : this.#nextS;
			source.start(atS);
			this.#nextS = atS + buffer.duration;
		}
		data.close();
	}
}

/** Plays through a media element, where only MediaSource is available. */
class MediaSourceSoundPlayer implements SoundPlayer {
	readonly #feed: MediaSourceFeed;
	readonly #element = document.createElement('audio');
	#init: ReturnType<typeof initSectionOf> | null = null;
	#originUs = 0;
	#number = 0;

	constructor() {
		this.#feed = new MediaSourceFeed(this.#element, () => undefined);
	}

	play({ sampleRate, channels, packets }: SoundPart): void {
		const [first] = packets;
		if (first === undefined) return;
		if (this.#init === null) {
			this.#originUs = first.capturedUs;
			this.#init = initSectionOf({ kind: 'opus', sampleRate, channels });
		}
		this.#number += 1;
		const startUs = Math.max(0, first.capturedUs - this.#originUs);
		const samples = packets.map(({ durationUs, bytes }) => ({ durationUs, key: true, bytes }));
		const durationS = packets.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1e6;
		const bytes = movieFragment(this.#number, startUs, samples);
		this.#feed.push({
			mime: OPUS_MIME_TYPE,
			init: this.#init,
			bytes,
			offsetS: 0,
			durationS,
			key: true,
		});
	}

	close(): void {
		this.#feed.close();
	}
}

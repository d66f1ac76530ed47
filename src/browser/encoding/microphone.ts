import workletUrl from './microphone.worklet.ts?worker&url';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

/** How long a microphone may take to give its first packet; then the picture goes on without it. */
const FIRST_PACKET_MS = 2000;
/** The clock of the sound card and ours drift apart; more than this is put right. */
const DRIFT_MS = 150;
const BITS_PER_SECOND = 32_000;

export interface MicrophonePacket {
	readonly chunk: EncodedAudioChunk;
	/** When its sound was made, `performance.now()` scale. */
	readonly atMs: number;
	/** How to decode it; encoders say it once, with a packet that may be left out. */
	readonly meta: EncodedAudioChunkMetadata | undefined;
}

/**
 * A microphone as Opus packets by WebCodecs, for browsers whose MediaRecorder does not serve.
 * Nothing waits for it beyond a deadline: a muxer that waits for sound that never comes stalls the
 * picture, too.
 */
export class Microphone {
	/** Whether there is sound; known after `FIRST_PACKET_MS` at the latest. Never rejects. */
	readonly ready: Promise<boolean>;
	/** When the last packet came, `performance.now()` scale. */
	lastPacketMs = -Infinity;
	readonly #packets: MicrophonePacket[] = [];
	#onPacket: ((packet: MicrophonePacket) => void) | null = null;
	#resolveReady: (there: boolean) => void = () => undefined;
	readonly #cancelDeadline: () => void;
	#meta: EncodedAudioChunkMetadata | undefined;
	#context: AudioContext | null = null;
	#encoder: AudioEncoder | null = null;
	/** End of what was given to the encoder. */
	#endMs: number | null = null;

	constructor(track: MediaStreamTrack) {
		this.ready = new Promise((done) => {
			this.#resolveReady = done;
		});
		this.#cancelDeadline = startDeadlineTimer(FIRST_PACKET_MS, () => {
			this.#resolveReady(false);
		});
		// A browser without audio encoder or context: the same as silence.
		this.#listen(track).catch(() => this.#resolveReady(false));
	}

	/** Hands over every packet, those that are here already first. */
	onPacket(onPacket: (packet: MicrophonePacket) => void): void {
		this.#onPacket = onPacket;
		for (const packet of this.#packets.splice(0)) onPacket(packet);
	}

	stop(): void {
		this.#cancelDeadline();
		this.#resolveReady(false);
		if (this.#encoder?.state === 'configured') this.#encoder.close();
		void this.#context?.close().catch(() => undefined);
		this.#context = this.#encoder = null;
	}

	async #listen(track: MediaStreamTrack): Promise<void> {
		const context = new AudioContext();
		this.#context = context;
		const { sampleRate } = context;
		const encoder = new AudioEncoder({
			output: (chunk, meta) => {
				this.lastPacketMs = performance.now();
				if (meta?.decoderConfig !== undefined)
					this.#meta = { decoderConfig: at48k(meta.decoderConfig) };
				const packet = { chunk, atMs: chunk.timestamp / 1000, meta: this.#meta };
				if (this.#onPacket === null) this.#packets.push(packet);
				else this.#onPacket(packet);
				this.#resolveReady(true);
			},
			error: () => {
				this.stop();
			},
		});
		encoder.configure({ codec: 'opus', sampleRate, numberOfChannels: 1, bitrate: BITS_PER_SECOND });
		this.#encoder = encoder;
		await context.audioWorklet.addModule(workletUrl);
		const source = context.createMediaStreamSource(new MediaStream([track]));
		const options = { numberOfOutputs: 0, channelCount: 1, channelCountMode: 'explicit' } as const;
		const node = new AudioWorkletNode(context, 'microphone', options);
		node.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => {
			this.#encode(data, sampleRate);
		};
		source.connect(node);
		await context.resume();
	}

	#encode(samples: Float32Array<ArrayBuffer>, sampleRate: number): void {
		if (this.#encoder?.state !== 'configured') return;
		const lengthMs = (samples.length / sampleRate) * 1000;
		const beganMs = performance.now() - lengthMs;
		const joinMs = this.#endMs ?? beganMs;
		// Too fast: this buffer is left out. Too slow: a little silence.
		if (joinMs - beganMs > DRIFT_MS) return;
		const atMs = beganMs - joinMs > DRIFT_MS ? beganMs : joinMs;
		this.#endMs = atMs + lengthMs;
		const data = new AudioData({
			format: 'f32',
			sampleRate,
			numberOfFrames: samples.length,
			numberOfChannels: 1,
			timestamp: Math.round(atMs * 1000),
			data: samples,
		});
		this.#encoder.encode(data);
		data.close();
	}
}

const OPUS_RATE = 48_000;
/** In an Opus header (RFC 7845, 5.1): the rate of what was encoded, for information only. */
const INPUT_RATE_AT = 12;

/**
 * Opus always decodes at 48 kHz; Chromium refuses an MP4 whose header names the microphone's own
 * rate.
 */
function at48k(config: AudioDecoderConfig): AudioDecoderConfig {
	const { description } = config;
	if (description === undefined) return { ...config, sampleRate: OPUS_RATE };
	const header = ArrayBuffer.isView(description)
		? new Uint8Array(description.buffer, description.byteOffset, description.byteLength).slice()
		: new Uint8Array(description).slice();
	if (header.length >= INPUT_RATE_AT + 4) {
		new DataView(header.buffer).setUint32(INPUT_RATE_AT, OPUS_RATE, true);
	}
	return { ...config, sampleRate: OPUS_RATE, description: header };
}

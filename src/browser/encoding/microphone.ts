import workletUrl from './microphone.worklet.ts?worker&url';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

/** RC20: deadline for the first packet; after that, video is recorded without sound. */
const FIRST_PACKET_MS = 2000;
/** The sound card's clock drifts against ours; more drift than this is corrected. */
const DRIFT_MS = 150;
const BITS_PER_SECOND = 32_000;

export interface MicrophonePacket {
	readonly chunk: EncodedAudioChunk;
	/** Capture time, on the `performance.now()` scale. */
	readonly atMs: number;
	/**
	 * Decoder configuration, on every packet: encoders send it only with one, which may be dropped.
	 */
	readonly meta: EncodedAudioChunkMetadata | undefined;
}

/**
 * Encodes a microphone as Opus with WebCodecs, for browsers whose MediaRecorder writes no MP4. It
 * has a deadline, because a muxer that waits for missing sound stalls the video too.
 */
export class Microphone {
	/** Whether there is sound; resolves within `FIRST_PACKET_MS`. Never rejects. */
	readonly ready: Promise<boolean>;
	/** Arrival of the last packet, on the `performance.now()` scale. */
	lastPacketMs = -Infinity;
	readonly #packets: MicrophonePacket[] = [];
	#onPacket: ((packet: MicrophonePacket) => void) | null = null;
	#resolveReady: (heard: boolean) => void = () => undefined;
	readonly #cancelDeadline: () => void;
	#meta: EncodedAudioChunkMetadata | undefined;
	#context: AudioContext | null = null;
	#encoder: AudioEncoder | null = null;
	/** End time of the samples passed to the encoder. */
	#endMs: number | null = null;

	constructor(track: MediaStreamTrack) {
		this.ready = new Promise((done) => {
			this.#resolveReady = done;
		});
		this.#cancelDeadline = startDeadlineTimer(FIRST_PACKET_MS, () => {
			this.#resolveReady(false);
		});
		// No AudioEncoder or AudioContext: treated like a silent microphone.
		this.#listen(track).catch(() => this.#resolveReady(false));
	}

	/** Delivers all packets, starting with those already buffered. */
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
		// Sound card too fast: drop this buffer. Too slow: leave a short silence.
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
/** Offset of the input sample rate in the Opus header (RFC 7845, 5.1); informational only. */
const INPUT_RATE_AT = 12;

/**
 * Opus always decodes at 48 kHz; Chromium rejects an MP4 whose header has the microphone's own
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

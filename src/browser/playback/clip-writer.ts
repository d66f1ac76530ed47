import {
	AudioSampleSink,
	AudioSampleSource,
	BufferSource,
	EncodedAudioPacketSource,
	EncodedPacketSink,
	EncodedVideoPacketSource,
	Input,
	MP4,
	Mp4OutputFormat,
	Output,
	Quality,
	StreamTarget,
	VideoSampleSink,
	VideoSampleSource,
	type EncodedPacket,
	type InputAudioTrack,
	type InputVideoTrack,
	type StreamTargetChunk,
} from 'mediabunny';
import { concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	avcConfig,
	bareSample,
	parameterSetsOf,
	pictureSize,
	readAvcConfig,
	sameSets,
	unitsOf,
	type Framing,
	type ParameterSets,
} from '#domain/media/h264.ts';
import type { ClipMuxerOptions, ClipPart } from '#ports/media/clip-muxer.ts';
import { BlobParts } from './blob-parts.ts';

/** Bitrate per pixel when re-encoding: sharp at 15 to 30 frames per second. */
const BITS_PER_PIXEL = 3;
const KEY_FRAME_S = 2;
const AAC_BITS = 96_000;
/** Size of one write. */
const CHUNK_BYTES = 4 * 2 ** 20;
/** Duration of a last frame that has none. */
const FRAME_S = 1 / 15;

type Output_ = Output<Mp4OutputFormat, StreamTarget>;

/** Writes one clip, in the clip worker. Parts must come one after the other. */
export class ClipWriter {
	readonly #order: ClipMuxerOptions;
	readonly #memory = new BlobParts('video/mp4');
	#writable: WritableStream<StreamTargetChunk> | null = null;
	#output: Output_ | null = null;
	#copied: EncodedVideoPacketSource | null = null;
	#encoded: VideoSampleSource | null = null;
	#opus: EncodedAudioPacketSource | null = null;
	#aac: AudioSampleSource | null = null;
	#sets: ParameterSets | null = null;
	#piece: number | null = null;
	/** Clip time minus media time of the piece, and the current end of the clip; seconds. */
	#offsetS = 0;
	#endS = 0;
	#soundEndS = 0;

	constructor(order: ClipMuxerOptions) {
		this.#order = order;
	}

	async add({ init, fragment, piece, untilUs }: ClipPart): Promise<void> {
		const input = new Input({
			source: new BufferSource(concatBytes(init, fragment)),
			formats: [MP4],
		});
		try {
			const video = await input.getPrimaryVideoTrack();
			if (video === null) return;
			const first = await new EncodedPacketSink(video).getFirstPacket();
			if (first === null) return;
			this.#output ??= await this.#begin();
			if (piece !== this.#piece) {
				this.#piece = piece;
				this.#offsetS = this.#endS - first.timestamp;
			}
			const untilS = untilUs === null ? Infinity : first.timestamp + untilUs / 1e6;
			await this.#picture(video, untilS);
			const audio = await input.getPrimaryAudioTrack();
			if (audio !== null) await this.#sound(audio, untilS);
		} finally {
			input.dispose();
		}
	}

	async finish(): Promise<Blob | null> {
		if (this.#output === null) throw new Fault('not-found', 'clip without parts');
		await this.#output.finalize();
		return this.#order.file === null ? this.#memory.blob() : null;
	}

	async cancel(): Promise<void> {
		await this.#output?.cancel();
		await this.#writable?.abort().catch(() => undefined);
	}

	async #begin(): Promise<Output_> {
		const { file, into, sound } = this.#order;
		// The file's previous contents are replaced only on close.
		this.#writable =
			file === null
				? new WritableStream({ write: (chunk) => this.#memory.write(chunk.data, chunk.position) })
				: await file.createWritable();
		const output = new Output({
			format: new Mp4OutputFormat({ fastStart: false }),
			target: new StreamTarget(this.#writable, { chunked: true, chunkSize: CHUNK_BYTES }),
		});
		if (into === null) output.addVideoTrack((this.#copied = new EncodedVideoPacketSource('avc')));
		else {
			this.#encoded = new VideoSampleSource({
				codec: 'avc',
				quality: new Quality({
					bitrate: Math.max(1_000_000, Math.round(into.width * into.height * BITS_PER_PIXEL)),
				}),
				keyFrameInterval: KEY_FRAME_S,
				sizeChangeBehavior: 'contain',
				transform: { width: into.width, height: into.height, fit: 'contain' },
			});
			output.addVideoTrack(this.#encoded);
		}
		if (sound === 'copied')
			output.addAudioTrack((this.#opus = new EncodedAudioPacketSource('opus')));
		if (sound === 'aac') {
			this.#aac = new AudioSampleSource({
				codec: 'aac',
				quality: new Quality({ bitrate: AAC_BITS }),
			});
			output.addAudioTrack(this.#aac);
		}
		await output.start();
		return output;
	}

	async #picture(track: InputVideoTrack, untilS: number): Promise<void> {
		if (this.#encoded !== null) return this.#encode(track, this.#encoded, untilS);
		if ((await track.getCodec()) !== 'avc')
			throw new Fault('unsupported', 'clip part with another codec');
		const config = await track.getDecoderConfig();
		const record = readAvcConfig(asBytes(config?.description) ?? new Uint8Array());
		const framing: Framing = record?.framing ?? 'start-codes';
		for await (const packet of new EncodedPacketSink(track).packets()) {
			if (packet.timestamp >= untilS - 1e-6) break;
			await this.#copy(packet, framing, record?.sets ?? null);
		}
	}

	async #copy(packet: EncodedPacket, framing: Framing, known: ParameterSets | null): Promise<void> {
		const units = unitsOf(packet.data, framing);
		const sets = packet.type === 'key' ? (parameterSetsOf(units) ?? known) : this.#sets;
		if (sets === null) throw new Fault('unsupported', 'clip frame without parameter sets');
		const before = this.#sets;
		if (before !== null && !sameSets(before, sets)) {
			throw new Fault('unsupported', 'parameter sets change within the clip');
		}
		this.#sets = sets;
		const timestamp = packet.timestamp + this.#offsetS;
		const duration = packet.duration > 0 ? packet.duration : FRAME_S;
		const { width, height } = pictureSize(sets);
		const description = avcConfig(sets);
		await this.#copied?.add(packet.clone({ data: bareSample(units), timestamp, duration }), {
			decoderConfig: {
				codec: `avc1.${hexByte(description[1])}${hexByte(description[2])}${hexByte(description[3])}`,
				codedWidth: width,
				codedHeight: height,
				description,
			},
		});
		this.#endS = Math.max(this.#endS, timestamp + duration);
	}

	async #encode(track: InputVideoTrack, source: VideoSampleSource, untilS: number): Promise<void> {
		for await (const sample of new VideoSampleSink(track).samples()) {
			const { timestamp, duration } = sample;
			if (timestamp < untilS - 1e-6) {
				const lasts = duration > 0 ? duration : FRAME_S;
				sample.setTimestamp(timestamp + this.#offsetS);
				sample.setDuration(lasts);
				await source.add(sample);
				this.#endS = Math.max(this.#endS, timestamp + this.#offsetS + lasts);
			}
			sample.close();
		}
	}

	async #sound(track: InputAudioTrack, untilS: number): Promise<void> {
		if (this.#opus !== null) {
			const decoderConfig = await track.getDecoderConfig();
			if ((await track.getCodec()) !== 'opus' || decoderConfig === null) return;
			for await (const packet of new EncodedPacketSink(track).packets()) {
				const timestamp = packet.timestamp + this.#offsetS;
				if (!this.#isNext(timestamp, packet.timestamp, untilS)) continue;
				await this.#opus.add(packet.clone({ timestamp }), { decoderConfig });
				this.#soundEndS = timestamp + packet.duration;
			}
		} else if (this.#aac !== null) {
			for await (const sample of new AudioSampleSink(track).samples()) {
				const timestamp = sample.timestamp + this.#offsetS;
				if (this.#isNext(timestamp, sample.timestamp, untilS)) {
					sample.setTimestamp(timestamp);
					await this.#aac.add(sample);
					this.#soundEndS = timestamp + sample.duration;
				}
				sample.close();
			}
		}
	}

	/** Drops sound from before the first frame, after the end, or that overlaps what was written. */
	#isNext(clipS: number, mediaS: number, untilS: number): boolean {
		return clipS >= 0 && mediaS < untilS && clipS >= this.#soundEndS - 0.005;
	}
}

/** The frame size of a part, from its first frame. */
export async function videoSizeOfPart({
	init,
	fragment,
}: Pick<ClipPart, 'init' | 'fragment'>): Promise<{
	width: number;
	height: number;
}> {
	const input = new Input({
		source: new BufferSource(concatBytes(init, fragment)),
		formats: [MP4],
	});
	try {
		const track = await input.getPrimaryVideoTrack();
		const sample =
			track && (await new VideoSampleSink(track).getSample(await track.getFirstTimestamp()));
		if (!sample) throw new Fault('corrupt', 'clip part without a frame');
		const { displayWidth: width, displayHeight: height } = sample;
		sample.close();
		return { width, height };
	} finally {
		input.dispose();
	}
}

function hexByte(byte: number | undefined): string {
	return (byte ?? 0).toString(16).padStart(2, '0');
}

function asBytes(data: AllowSharedBufferSource | undefined): Uint8Array | null {
	if (data === undefined) return null;
	return ArrayBuffer.isView(data)
		? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
		: new Uint8Array(data);
}

import type { FramesPart } from '#domain/live/live-part.ts';
import { CaptureTimes } from './capture-times.ts';
import { LiveBatcher } from './live-batcher.ts';

/**
 * Worker of `live-encoder.ts`: reads one track's frames and encodes them to parts, also while the
 * page is hidden.
 */
export type ToLiveEncoder =
	| {
			readonly kind: 'begin';
			readonly frames: ReadableStream<VideoFrame>;
			readonly bitsPerSecond: number;
			readonly frameRate: number;
			/** Wall time minus the page's monotonic time, and the origin of that monotonic clock. */
			readonly wallOffsetMs: number;
			readonly originMs: number;
	  }
	| { readonly kind: 'key' }
	| { readonly kind: 'pace'; readonly bitsPerSecond: number; readonly holding: boolean }
	| { readonly kind: 'end' };

export type FromLiveEncoder =
	| { readonly kind: 'part'; readonly part: FramesPart }
	| {
			readonly kind: 'failed';
			readonly fault: 'unsupported' | 'unavailable';
			readonly why: string;
	  };

let batcher: LiveBatcher | null = null;
let reader: ReadableStreamDefaultReader<VideoFrame> | null = null;

function send(message: FromLiveEncoder): void {
	const transfer =
		message.kind === 'part' ? message.part.frames.map(({ bytes }) => bytes.buffer) : [];
	globalThis.postMessage(message, { transfer });
}

async function run(given: Extract<ToLiveEncoder, { kind: 'begin' }>): Promise<void> {
	const { frames, bitsPerSecond, frameRate, wallOffsetMs, originMs } = given;
	const working = new LiveBatcher(bitsPerSecond, frameRate, {
		part: (part) => {
			send({ kind: 'part', part });
		},
		failed: (fault, why) => {
			send({ kind: 'failed', fault, why });
		},
	});
	batcher = working;
	const toWallMs = performance.timeOrigin - originMs + wallOffsetMs;
	const times = new CaptureTimes();
	const reading = (reader = frames.getReader());
	for (;;) {
		const { done, value } = await reading.read();
		if (done) return;
		const atMs = times.of(value.timestamp, performance.now());
		working.encode(value, Math.round((atMs + toWallMs) * 1000));
	}
}

/** The track belongs to the page and goes on: it is released before the worker closes. */
async function end(): Promise<void> {
	batcher?.close();
	await reader?.cancel().catch(() => undefined);
	globalThis.close();
}

globalThis.onmessage = ({ data }: MessageEvent<ToLiveEncoder>) => {
	if (data.kind === 'begin') {
		run(data).catch((error: unknown) => {
			send({ kind: 'failed', fault: 'unavailable', why: String(error) });
		});
	} else if (data.kind === 'key') batcher?.requestKeyFrame();
	else if (data.kind === 'end') void end();
	else batcher?.setPace(data.bitsPerSecond, data.holding);
};

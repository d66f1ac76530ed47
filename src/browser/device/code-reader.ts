import type { CodeReader } from '#ports/device/code-reader.ts';
import type { DecodeReply, DecodeRequest } from './qr-decoder.worker.ts';
import codesUrl from './qr-decoder.worker.ts?worker&url';
import { trustedWorkerUrl } from './trusted-worker-url.ts';

const SCAN_INTERVAL_MS = 150;
/** Larger frames are slower to decode and no more likely to be read. */
const MAX_SIDE_PX = 960;

/** https://wicg.github.io/shape-detection-api/ – in Chrome on Android and macOS. */
interface BarcodeDetectorLike {
	detect(source: ImageBitmap): Promise<readonly { readonly rawValue: string }[]>;
}
interface BarcodeDetectorConstructor {
	new (options: { formats: string[] }): BarcodeDetectorLike;
	getSupportedFormats(): Promise<readonly string[]>;
}

/** Uses the browser's `BarcodeDetector`, or a worker with a QR decoder. */
export class VideoCodeReader implements CodeReader {
	readonly #video: HTMLVideoElement;

	constructor(video: HTMLVideoElement) {
		this.#video = video;
	}

	watch(found: (text: string) => void): () => void {
		const stop = new AbortController();
		void this.#watch(found, stop.signal);
		return () => stop.abort();
	}

	async #watch(found: (text: string) => void, stop: AbortSignal): Promise<void> {
		const reads = (await nativeDecoder()) ?? (stop.aborted ? null : workerDecoder(stop));
		if (reads === null) return;
		for (;;) {
			const begunMs = performance.now();
			const frame = await frameOf(this.#video);
			const text = frame && (await reads(frame));
			if (stop.aborted) return;
			if (text !== null) found(text);
			const leftMs = Math.max(0, SCAN_INTERVAL_MS - (performance.now() - begunMs));
			await new Promise((resolve) => setTimeout(resolve, leftMs));
		}
	}
}

/** `null`: no frame yet. */
async function frameOf(video: HTMLVideoElement): Promise<ImageBitmap | null> {
	const { videoWidth: width, videoHeight: height } = video;
	if (width === 0 || height === 0) return null;
	const scale = Math.min(1, MAX_SIDE_PX / Math.max(width, height));
	const size = {
		resizeWidth: Math.round(width * scale),
		resizeHeight: Math.round(height * scale),
	};
	try {
		return await createImageBitmap(video, size);
	} catch {
		// The lens was just closed, or has not delivered a frame.
		return null;
	}
}

async function nativeDecoder(): Promise<((frame: ImageBitmap) => Promise<string | null>) | null> {
	const { BarcodeDetector } = globalThis as {
		readonly BarcodeDetector?: BarcodeDetectorConstructor;
	};
	try {
		const formats = (await BarcodeDetector?.getSupportedFormats()) ?? [];
		if (BarcodeDetector === undefined || !formats.includes('qr_code')) return null;
		const detector = new BarcodeDetector({ formats: ['qr_code'] });
		return async (frame) => {
			try {
				return (await detector.detect(frame))[0]?.rawValue ?? null;
			} catch {
				return null;
			} finally {
				frame.close();
			}
		};
	} catch {
		return null;
	}
}

const DECODE_TIMEOUT_MS = 3000;

function workerDecoder(stop: AbortSignal): (frame: ImageBitmap) => Promise<string | null> {
	const worker = new Worker(trustedWorkerUrl(codesUrl), { type: 'module', name: 'codes' });
	stop.addEventListener('abort', () => worker.terminate());
	return (frame) =>
		new Promise((resolve) => {
			const timer = setTimeout(() => resolve(null), DECODE_TIMEOUT_MS);
			worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => {
				clearTimeout(timer);
				resolve(data.text);
			};
			const message: DecodeRequest = { frame };
			worker.postMessage(message, [frame]);
		});
}

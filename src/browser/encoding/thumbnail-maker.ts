import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { RenderedThumbnail, ThumbnailMaker } from '#ports/footage/thumbnail-store.ts';
import type { FromThumbnailer, ToThumbnailer } from './thumbnail.worker.ts';
import thumbnailUrl from './thumbnail.worker.ts?worker&url';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

const DEADLINE_MS = 5000;

interface PendingThumbnail {
	readonly done: (thumbnail: RenderedThumbnail) => void;
	readonly failed: (fault: Fault) => void;
}

/** Renders thumbnails in a worker, so that decoding does not cost the page a frame. */
export class WorkerThumbnailMaker implements ThumbnailMaker {
	#worker: Worker | null = null;
	readonly #waiting = new Map<number, PendingThumbnail>();
	#id = 0;

	render(init: Bytes, fragment: Bytes): Promise<RenderedThumbnail> {
		if (!('VideoDecoder' in globalThis) || !('OffscreenCanvas' in globalThis)) {
			return Promise.reject(
				new Fault(
					'unsupported',
					'this browser cannot render thumbnails: no VideoDecoder or OffscreenCanvas',
				),
			);
		}
		const id = (this.#id += 1);
		const movie = concatBytes(init, fragment).buffer;
		return new Promise<RenderedThumbnail>((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#settle(id)?.failed(
					new Fault('timeout', `no thumbnail was rendered in ${DEADLINE_MS} ms`),
				);
				this.release();
			}, DEADLINE_MS);
			this.#waiting.set(id, {
				done: (thumbnail) => {
					clearTimeout(timer);
					resolve(thumbnail);
				},
				failed: (fault) => {
					clearTimeout(timer);
					reject(fault);
				},
			});
			const message: ToThumbnailer = { id, movie };
			this.#start().postMessage(message, [movie]);
		});
	}

	release(): void {
		this.#worker?.terminate();
		this.#worker = null;
		for (const id of [...this.#waiting.keys()]) {
			this.#settle(id)?.failed(new Fault('aborted', 'rendering the thumbnail was cancelled'));
		}
	}

	#settle(id: number): PendingThumbnail | undefined {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		return waiting;
	}

	#start(): Worker {
		if (this.#worker !== null) return this.#worker;
		const worker = new Worker(trustedWorkerUrl(thumbnailUrl), {
			type: 'module',
			name: 'thumbnails',
		});
		worker.onmessage = ({ data }: MessageEvent<FromThumbnailer>) => {
			const waiting = this.#settle(data.id);
			if ('jpeg' in data) {
				waiting?.done({ jpeg: new Uint8Array(data.jpeg), brightness: data.brightness });
			} else waiting?.failed(new Fault('corrupt', data.failed));
		};
		worker.onerror = () => {
			for (const id of [...this.#waiting.keys()]) {
				this.#settle(id)?.failed(new Fault('internal', 'the thumbnail worker failed'));
			}
			this.release();
		};
		this.#worker = worker;
		return worker;
	}
}

import { Fault } from '#domain/base/fault.ts';
import type { ClipMuxer, ClipMuxerOptions, ClipPart, ClipJob } from '#ports/media/clip-muxer.ts';
import type { ClipWorkerResponse, ClipWorkerRequest } from './clip.worker.ts';
import clipUrl from './clip.worker.ts?worker&url';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

const DEADLINE_MS = 60_000;
const CANCEL_MS = 200;

type Ask = ClipWorkerRequest extends infer M ? (M extends unknown ? Omit<M, 'id'> : never) : never;

interface PendingCall {
	readonly done: (answer: unknown) => void;
	readonly failed: (fault: Fault) => void;
}

/** One worker per clip, terminated with it. Rules: docs/spec/clips.md. */
export class WorkerClipMuxer implements ClipMuxer {
	#aac: Promise<boolean> | null = null;

	canAac(): Promise<boolean> {
		this.#aac ??= once<boolean>({ kind: 'aac' });
		return this.#aac;
	}

	sizeOf(part: Pick<ClipPart, 'init' | 'fragment'>): Promise<{ width: number; height: number }> {
		return once({ kind: 'size', part });
	}

	begin(order: ClipMuxerOptions): ClipJob {
		const line = new ClipWorkerClient();
		const begun = line.ask<null>({ kind: 'begin', order });
		begun.catch(() => undefined);
		return {
			add: async ({ init, fragment, piece, untilUs }) => {
				await begun;
				const part = { init, fragment, piece, untilUs };
				const whole = fragment.byteLength === fragment.buffer.byteLength;
				await line.ask({ kind: 'add', part }, whole ? [fragment.buffer] : []);
			},
			finish: async () => {
				const blob = await line.ask<Blob | null>({ kind: 'finish' });
				line.terminate();
				return blob;
			},
			cancel: async () => {
				await line.ask({ kind: 'cancel' }, [], CANCEL_MS).catch(() => undefined);
				line.terminate();
			},
		};
	}
}

async function once<T>(ask: Ask): Promise<T> {
	const line = new ClipWorkerClient();
	try {
		return await line.ask<T>(ask);
	} finally {
		line.terminate();
	}
}

/** Requests to one worker, each with its response and deadline. */
class ClipWorkerClient {
	readonly #worker = new Worker(trustedWorkerUrl(clipUrl), { type: 'module', name: 'clip' });
	readonly #waiting = new Map<number, PendingCall>();
	#id = 0;

	constructor() {
		this.#worker.onmessage = ({ data }: MessageEvent<ClipWorkerResponse>) => {
			const waiting = this.#waiting.get(data.id);
			this.#waiting.delete(data.id);
			if ('failed' in data) waiting?.failed(new Fault(data.failed, data.message));
			else waiting?.done(data.answer);
		};
		this.#worker.onerror = () => this.#fail(new Fault('internal', 'the clip worker failed'));
	}

	ask<T = unknown>(ask: Ask, transfer: Transferable[] = [], deadlineMs = DEADLINE_MS): Promise<T> {
		const id = (this.#id += 1);
		return new Promise<T>((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#waiting.delete(id);
				reject(new Fault('timeout', `no answer from the clip worker in ${deadlineMs} ms`));
			}, deadlineMs);
			this.#waiting.set(id, {
				done: (answer) => {
					clearTimeout(timer);
					resolve(answer as T);
				},
				failed: (fault) => {
					clearTimeout(timer);
					reject(fault);
				},
			});
			this.#worker.postMessage({ ...ask, id }, transfer);
		});
	}

	terminate(): void {
		this.#worker.terminate();
		this.#fail(new Fault('aborted', 'clip export aborted'));
	}

	#fail(fault: Fault): void {
		for (const waiting of this.#waiting.values()) waiting.failed(fault);
		this.#waiting.clear();
	}
}

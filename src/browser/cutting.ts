import { Fault } from '#domain/fault.ts';
import type { EncoderSink, Fragment, InitSection } from '#ports/encoder.ts';
import cutterUrl from './cutter.worker.ts?worker&url';
import type { Cut } from './cutter.ts';
import type { ToCutter } from './cutter.worker.ts';
import { trustedWorker } from './trusted.ts';

type FromCutter =
	Cut | { readonly kind: 'ended' } | { readonly kind: 'failed'; readonly message: string };

/** The page's side of a cutter worker: movie data in, a run's init section and fragments out, in order. */
export class Cutting {
	readonly #worker: Worker;
	readonly #sink: EncoderSink;
	readonly #firstFrameMs: Promise<number>;
	#init: Pick<InitSection, 'bytes' | 'mime'> | null = null;
	#begun = false;
	#over = false;
	#asked = false;
	#delivering: Promise<void> = Promise.resolve();

	/** `firstFrameMs`: when the first frame was captured; it must not reject. */
	constructor(frameRate: number, firstFrameMs: Promise<number>, sink: EncoderSink) {
		this.#sink = sink;
		this.#firstFrameMs = firstFrameMs;
		this.#worker = new Worker(trustedWorker(cutterUrl), { type: 'module', name: 'cutter' });
		this.#worker.onmessage = ({ data }: MessageEvent<FromCutter>) => {
			this.#hear(data);
		};
		this.#worker.onerror = () => {
			this.end(new Fault('internal', 'the cutter failed'));
		};
		this.#post({ kind: 'begin', frameRate });
	}

	/** The buffer is handed over. */
	push(bytes: ArrayBuffer): void {
		if (!this.#over) this.#post({ kind: 'chunk', bytes }, [bytes]);
	}

	/** All was pushed: `ended` follows the last fragment. `asked`: whether somebody wanted the end. */
	finish(asked: boolean): void {
		this.#asked = asked;
		if (!this.#over) this.#post({ kind: 'end' });
	}

	/** Ends it now. Twice is harmless. */
	end(fault: Fault | null): void {
		if (this.#over) return;
		this.#over = true;
		this.#worker.terminate();
		this.#sink.ended(fault);
	}

	/** Away with it, without a word. */
	drop(): void {
		this.#over = true;
		this.#worker.terminate();
	}

	#post(message: ToCutter, transfer: Transferable[] = []): void {
		this.#worker.postMessage(message, transfer);
	}

	#hear(message: FromCutter): void {
		if (message.kind === 'failed') this.end(new Fault('malformed', message.message));
		else if (message.kind === 'init') this.#init = message;
		else if (message.kind === 'fragment') this.#deliver(message.fragment);
		else {
			void this.#delivering.then(() => {
				this.end(this.#asked ? null : new Fault('unavailable', 'the recorder stopped by itself'));
			});
		}
	}

	#deliver(fragment: Fragment): void {
		this.#delivering = this.#delivering.then(async () => {
			if (this.#init !== null && !this.#begun) {
				// Where sound came first, the first picture is not at media time 0.
				const offsetMs = (fragment.mediaTicks / fragment.timescale) * 1000;
				const anchorMs = (await this.#firstFrameMs) - offsetMs;
				if (this.#over) return;
				this.#begun = true;
				this.#sink.init({ ...this.#init, anchorMs });
			}
			if (this.#begun && !this.#over) this.#sink.fragment(fragment);
		});
	}
}

import { Fault } from '#domain/base/fault.ts';
import type { EncoderSink, Fragment, InitSection } from '#ports/media/encoder.ts';
import fragmenterUrl from './fragmenter.worker.ts?worker&url';
import type { FragmenterOutput } from './fragmenter.ts';
import type { ToFragmenter } from './fragmenter.worker.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

/** Whether sound goes on is not the cutter's business. */
type FragmentSink = Omit<EncoderSink, 'renewalNeeded'>;

type FromFragmenter =
	| FragmenterOutput
	| { readonly kind: 'ended' }
	| { readonly kind: 'failed'; readonly message: string };

/**
 * The page's side of a cutter worker: movie data in, a run's init section and fragments out, in
 * order.
 */
export class FragmenterClient {
	readonly #worker: Worker;
	readonly #sink: FragmentSink;
	readonly #firstFrameMs: Promise<number>;
	/** What the next fragment needs first. */
	#init: Pick<InitSection, 'bytes' | 'mime'> | null = null;
	#anchorMs: number | null = null;
	#over = false;
	#asked = false;
	#delivering: Promise<void> = Promise.resolve();

	/** `firstFrameMs`: when the first frame was captured; it must not reject. */
	constructor(frameRate: number, firstFrameMs: Promise<number>, sink: FragmentSink) {
		this.#sink = sink;
		this.#firstFrameMs = firstFrameMs;
		this.#worker = new Worker(trustedWorkerUrl(fragmenterUrl), {
			type: 'module',
			name: 'fragmenter',
		});
		this.#worker.onmessage = ({ data }: MessageEvent<FromFragmenter>) => {
			this.#receive(data);
		};
		this.#worker.onerror = () => {
			this.end(new Fault('internal', 'the fragmenter failed'));
		};
		this.#post({ kind: 'begin', frameRate });
	}

	/** The buffer is handed over. */
	push(bytes: ArrayBuffer): void {
		if (!this.#over) this.#post({ kind: 'chunk', bytes }, [bytes]);
	}

	/**
	 * All was pushed: `ended` follows the last fragment. `asked`: whether somebody wanted the end.
	 */
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
	discard(): void {
		this.#over = true;
		this.#worker.terminate();
	}

	#post(message: ToFragmenter, transfer: Transferable[] = []): void {
		this.#worker.postMessage(message, transfer);
	}

	#receive(message: FromFragmenter): void {
		if (message.kind === 'failed') this.end(new Fault('malformed', message.message));
		else if (message.kind === 'init') this.#inTurn(() => (this.#init = message));
		else if (message.kind === 'fragment') this.#inTurn(() => this.#deliver(message.fragment));
		else {
			void this.#delivering.then(() => {
				this.end(this.#asked ? null : new Fault('unavailable', 'the recorder stopped by itself'));
			});
		}
	}

	#inTurn(work: () => unknown): void {
		this.#delivering = this.#delivering.then(work).then(() => undefined);
	}

	async #deliver(fragment: Fragment): Promise<void> {
		if (this.#anchorMs === null) {
			// Where sound came first, the first picture is not at media time 0.
			const offsetMs = (fragment.mediaTicks / fragment.timescale) * 1000;
			this.#anchorMs = (await this.#firstFrameMs) - offsetMs;
		}
		if (this.#over) return;
		if (this.#init !== null) this.#sink.init({ ...this.#init, anchorMs: this.#anchorMs });
		this.#init = null;
		this.#sink.fragment(fragment);
	}
}

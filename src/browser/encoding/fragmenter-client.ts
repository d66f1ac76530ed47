import { Serial } from '#domain/base/serial.ts';
import { Fault } from '#domain/base/fault.ts';
import type { EncoderSink, Fragment, InitSection } from '#ports/media/encoder.ts';
import fragmenterUrl from './fragmenter.worker.ts?worker&url';
import type { FragmenterOutput } from '#web/fragmenter.ts';
import type { ToFragmenter } from './fragmenter.worker.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';

/** The fragmenter does not track whether sound goes on. */
type FragmentSink = Omit<EncoderSink, 'renewalNeeded'>;

type FromFragmenter =
	| FragmenterOutput
	| { readonly kind: 'ended' }
	| { readonly kind: 'failed'; readonly message: string };

/**
 * The page's side of a fragmenter worker: takes MP4 chunks, delivers init sections and fragments in
 * order.
 */
export class FragmenterClient {
	readonly #worker: Worker;
	readonly #sink: FragmentSink;
	readonly #firstFrameMs: Promise<number>;
	/** Init section to deliver before the next fragment. */
	#init: Pick<InitSection, 'bytes' | 'mime'> | null = null;
	#anchorMs: number | null = null;
	#over = false;
	#requested = false;
	readonly #delivering = new Serial();

	/** `firstFrameMs`: capture time of the first frame; must not reject. */
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
			this.end(new Fault('internal', 'the fragmenter worker failed'));
		};
		this.#post({ kind: 'begin', frameRate });
	}

	/** Transfers the buffer. */
	push(bytes: ArrayBuffer): void {
		if (!this.#over) this.#post({ kind: 'chunk', bytes }, [bytes]);
	}

	/**
	 * Call after the last chunk: `ended` follows the last fragment. `requested`: false if the
	 * recorder stopped by itself.
	 */
	finish(requested: boolean): void {
		this.#requested = requested;
		if (!this.#over) this.#post({ kind: 'end' });
	}

	/** Terminates at once and reports `ended`. Idempotent. */
	end(fault: Fault | null): void {
		if (this.#over) return;
		this.#over = true;
		this.#worker.terminate();
		this.#sink.ended(fault);
	}

	/** Terminates without reporting `ended`. */
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
			this.#inTurn(() => {
				this.end(
					this.#requested
						? null
						: new Fault('unavailable', 'the recorder stopped without being asked to'),
				);
			});
		}
	}

	#inTurn(work: () => unknown): void {
		void this.#delivering.run(work);
	}

	async #deliver(fragment: Fragment): Promise<void> {
		if (this.#anchorMs === null) {
			// RC8: if sound came first, the first frame is not at media time 0.
			const offsetMs = (fragment.mediaTicks / fragment.timescale) * 1000;
			this.#anchorMs = (await this.#firstFrameMs) - offsetMs;
		}
		if (this.#over) return;
		if (this.#init !== null) this.#sink.init({ ...this.#init, anchorMs: this.#anchorMs });
		this.#init = null;
		this.#sink.fragment(fragment);
	}
}

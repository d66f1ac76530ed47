import type { Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/media/encoder.ts';

const TIMESCALE = 30_000;

/** An encoder that makes one-second fragments when the test asks for them. */
export class FakeEncoding implements Encoding {
	soundMissing = false;
	stopped = false;
	readonly captured: Captured;
	readonly options: EncoderOptions;
	readonly #sink: EncoderSink;
	readonly #startedMs: number;
	#count = 0;
	#over = false;
	/**
	 * Whether the next fragment needs an init section first: at the start and after a change of size.
	 */
	#fresh = true;
	/** Seconds without a picture so far. */
	#pausedS = 0;

	constructor(captured: Captured, options: EncoderOptions, sink: EncoderSink, startedMs: number) {
		this.captured = captured;
		this.options = options;
		this.#sink = sink;
		this.#startedMs = startedMs;
	}

	fragment(): void {
		if (this.#over) return;
		if (this.#fresh) {
			this.#fresh = false;
			const mime = 'video/mp4; codecs="avc3.42c01f"';
			this.#sink.init({ bytes: new Uint8Array(700).fill(1), mime, anchorMs: this.#startedMs });
		}
		this.#sink.fragment({
			bytes: new Uint8Array(5000).fill(this.#count),
			mediaTicks: (this.#count + this.#pausedS) * TIMESCALE,
			timescale: TIMESCALE,
			durationTicks: TIMESCALE,
			keyFrame: true,
			sound: this.options.sound,
			frames: this.options.frameRate,
		});
		this.#count++;
	}

	/** Changes the size of the pictures. */
	turn(): void {
		this.#fresh = true;
	}

	/** Pauses the pictures for some seconds. */
	pause(seconds: number): void {
		this.#pausedS += seconds;
	}

	needRenewal(): void {
		this.#sink.renewalNeeded();
	}

	fail(fault: Fault): void {
		this.#end(fault);
	}

	stop(): Promise<void> {
		this.stopped = true;
		this.#end(null);
		return Promise.resolve();
	}

	#end(fault: Fault | null): void {
		if (this.#over) return;
		this.#over = true;
		this.#sink.ended(fault);
	}
}

export class FakeEncoder implements Encoder {
	readonly encodings: FakeEncoding[] = [];
	readonly #nowMs: () => number;

	constructor(nowMs: () => number) {
		this.#nowMs = nowMs;
	}

	start(captured: Captured, options: EncoderOptions, sink: EncoderSink): Encoding {
		const encoding = new FakeEncoding(captured, options, sink, this.#nowMs());
		this.encodings.push(encoding);
		return encoding;
	}

	get current(): FakeEncoding {
		const encoding = this.encodings.at(-1);
		if (encoding === undefined) throw new Error('nothing was encoded');
		return encoding;
	}
}

import type { Captured, Picture } from '#ports/media/capture.ts';
import type {
	Encoder,
	EncoderOptions,
	EncoderSink,
	Encoding,
	Fragment,
	InitSection,
} from '#ports/media/encoder.ts';

export interface EncodingListener {
	/** A copy of each fragment recorded from this picture. */
	fragment(picture: Picture, init: InitSection, fragment: Fragment): void;
	/** A recording started or ended. */
	changed(): void;
}

/** The recorder's encoder; also passes its fragments to listeners, such as live view. */
export class SharedEncoder implements Encoder {
	/** The encoder without sharing, for encodings that listeners must not get. */
	readonly plain: Encoder;
	/** Running encodings; two on the same picture may overlap (RC10). */
	readonly #running = new Set<{ readonly picture: Picture }>();
	readonly #listeners = new Set<EncodingListener>();

	constructor(plain: Encoder) {
		this.plain = plain;
	}

	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		const { picture } = captured;
		const running = { picture };
		let init: InitSection | null = null;
		const encoding = this.plain.start(captured, options, {
			init: (section) => {
				init = section;
				sink.init(section);
			},
			fragment: (fragment) => {
				if (init !== null) {
					for (const listener of this.#listeners) {
						listener.fragment(picture, init, { ...fragment, bytes: fragment.bytes.slice() });
					}
				}
				sink.fragment(fragment);
			},
			renewalNeeded: () => {
				sink.renewalNeeded();
			},
			ended: (fault) => {
				this.#running.delete(running);
				this.#notify();
				sink.ended(fault);
			},
		});
		this.#running.add(running);
		this.#notify();
		return encoding;
	}

	isRecording(picture: Picture): boolean {
		return [...this.#running].some((one) => one.picture === picture);
	}

	subscribe(listener: EncodingListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#notify(): void {
		for (const listener of this.#listeners) listener.changed();
	}
}

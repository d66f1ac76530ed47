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
	/** A copy, of the recording of this picture. */
	fragment(picture: Picture, init: InitSection, fragment: Fragment): void;
	/** A recording began or ended. */
	changed(): void;
}

/** The recorder's encoder; what it makes is given to whoever listens, too. */
export class SharedEncoder implements Encoder {
	/** For who needs an encoding of its own. */
	readonly plain: Encoder;
	/** What records now; one may begin on a picture before the one before has ended. */
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

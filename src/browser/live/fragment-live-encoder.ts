import { faultOf } from '#domain/base/fault.ts';
import { usOfTicks } from '#domain/footage/payload.ts';
import type { Picture } from '#ports/media/capture.ts';
import type { Encoding, Fragment, InitSection } from '#ports/media/encoder.ts';
import type {
	LiveEncoder,
	LiveEncoderOptions,
	LiveEncoderSink,
	LiveEncoding,
} from '#ports/media/live-encoder.ts';
import { streamOf } from '#browser/capture/picture.ts';
import type { SharedEncoder } from '#browser/encoding/shared-encoder.ts';

const KEY_FRAME_MS = 1000;
/** The relay refuses parts longer than twice this. */
const PIECE_BYTES = 256 * 1024;

/**
 * Sends the recorder's own fragments, or those of a recording made for this purpose, in browsers
 * that cannot encode frame by frame.
 */
export class FragmentLiveEncoder implements LiveEncoder {
	readonly #recorders: SharedEncoder;

	constructor(recorders: SharedEncoder) {
		this.#recorders = recorders;
	}

	preload(): void {
		return;
	}

	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding {
		return new FragmentEncoding(this.#recorders, picture, options, sink);
	}
}

class FragmentEncoding implements LiveEncoding {
	readonly #recorders: SharedEncoder;
	readonly #picture: Picture;
	readonly #options: LiveEncoderOptions;
	readonly #sink: LiveEncoderSink;
	readonly #unsubscribe: () => void;
	#own: Encoding | null = null;
	#holding = false;
	#stopped = false;

	/** Throws what starting an encoder throws. */
	constructor(
		recorders: SharedEncoder,
		picture: Picture,
		options: LiveEncoderOptions,
		sink: LiveEncoderSink,
	) {
		this.#recorders = recorders;
		this.#picture = picture;
		this.#options = options;
		this.#sink = sink;
		this.#unsubscribe = recorders.subscribe({
			fragment: (of, init, fragment) => {
				if (of === picture) this.#send(init, fragment);
			},
			changed: () => {
				this.#follow();
			},
		});
		if (!recorders.isRecording(picture)) this.#begin();
	}

	/** Every fragment begins with a key frame. */
	requestKeyFrame(): void {
		return;
	}

	/** The fragments contain it. */
	setSound(): void {
		return;
	}

	setPace({ holding }: { readonly holding: boolean }): void {
		this.#holding = holding;
	}

	stop(): void {
		if (this.#stopped) return;
		this.#stopped = true;
		this.#unsubscribe();
		this.#end();
	}

	#follow(): void {
		if (this.#recorders.isRecording(this.#picture)) this.#end();
		else if (this.#own === null) {
			try {
				this.#begin();
			} catch (error) {
				this.#fail(error);
			}
		}
	}

	#begin(): void {
		const { bitsPerSecond, frameRate } = this.#options;
		const sound = streamOf(this.#picture).getAudioTracks().length > 0;
		const options = { bitsPerSecond, frameRate, keyFrameMs: KEY_FRAME_MS, sound };
		let init: InitSection | null = null;
		const own = this.#recorders.plain.start({ picture: this.#picture }, options, {
			init: (section) => {
				init = section;
			},
			fragment: (fragment) => {
				if (init !== null && own === this.#own) this.#send(init, fragment);
			},
			renewalNeeded: () => {
				if (own !== this.#own) return;
				this.#end();
				this.#follow();
			},
			ended: (fault) => {
				if (own === this.#own && fault !== null) this.#fail(fault);
			},
		});
		this.#own = own;
	}

	#end(): void {
		const own = this.#own;
		this.#own = null;
		void own?.stop();
	}

	#fail(error: unknown): void {
		if (this.#stopped) return;
		this.stop();
		this.#sink.ended(faultOf(error));
	}

	#send({ bytes: init, mime, anchorMs }: InitSection, fragment: Fragment): void {
		const { bytes, mediaTicks, durationTicks, timescale, keyFrame } = fragment;
		if (this.#stopped || this.#holding || !keyFrame) return;
		const mediaUs = usOfTicks(mediaTicks, timescale);
		const capturedUs = Math.round((anchorMs + this.#options.wallOffsetMs) * 1000) + mediaUs;
		const durationUs = usOfTicks(durationTicks, timescale);
		const of = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
		for (let at = 0; at < of; at += 1) {
			this.#sink.part({
				...{ kind: 'fragment', at, of, capturedUs, mediaUs, durationUs, mime },
				init: at === 0 ? init : new Uint8Array(),
				bytes: bytes.slice(at * PIECE_BYTES, (at + 1) * PIECE_BYTES),
			});
		}
	}
}

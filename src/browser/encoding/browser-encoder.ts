import type { Captured } from '#ports/media/capture.ts';
import type { Encoder, EncoderOptions, EncoderSink, Encoding } from '#ports/media/encoder.ts';
import { MediaRecorderEncoder, recorderMimeType } from './media-recorder-encoder.ts';
import { WebCodecsEncoder } from './webcodecs-encoder.ts';

/** Uses MediaRecorder if it writes MP4, else WebCodecs (Firefox). */
export class BrowserEncoder implements Encoder {
	readonly #encoder: Encoder =
		recorderMimeType(false) === null ? new WebCodecsEncoder() : new MediaRecorderEncoder();

	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding {
		return this.#encoder.start(captured, options, sink);
	}
}

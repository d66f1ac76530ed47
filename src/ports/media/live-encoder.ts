import type { Fault } from '#domain/base/fault.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { Pace } from '#domain/live/pace.ts';
import type { Picture } from './capture.ts';

export interface LiveEncoderOptions {
	readonly bitsPerSecond: number;
	/** At most. */
	readonly frameRate: number;
	/** What makes wall time of the monotonic clock (ms): frames are stamped by it. */
	readonly wallOffsetMs: number;
}

export interface LiveEncoderSink {
	/**
	 * Each 100 ms at most, a key frame at its head or in none; or about one a second where there are
	 * no single frames.
	 */
	part(part: LivePart): void;
	/** It gave up. Nothing comes after it. */
	ended(fault: Fault): void;
}

export interface LiveEncoding {
	/** As soon as there is a frame. */
	requestKeyFrame(): void;
	/** Whether somebody listens: sound goes only then, where the picture has any. */
	setSound(on: boolean): void;
	setPace(pace: Pick<Pace, 'bitsPerSecond' | 'holding'>): void;
	stop(): void;
}

/** Encodes a picture frame by frame, apart from the recorder. Throws `unsupported`. */
export interface LiveEncoder {
	/** Somebody watches, and may need it any moment: what takes time to load is loaded. */
	preload(): void;
	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding;
}

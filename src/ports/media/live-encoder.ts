import type { Fault } from '#domain/base/fault.ts';
import type { LivePart } from '#domain/live/live-part.ts';
import type { Pace } from '#domain/live/pace.ts';
import type { Picture } from './capture.ts';

export interface LiveEncoderOptions {
	readonly bitsPerSecond: number;
	/** Upper bound. */
	readonly frameRate: number;
	/** Add to monotonic ms to get the wall time that frames are stamped with. */
	readonly wallOffsetMs: number;
}

export interface LiveEncoderSink {
	/**
	 * About one every 50 ms, with a key frame first or not at all; about one a second where
	 * fragments are sent instead of frames.
	 */
	part(part: LivePart): void;
	/** The encoder gave up; no call follows. */
	ended(fault: Fault): void;
}

export interface LiveEncoding {
	/** Makes the next frame a key frame. */
	requestKeyFrame(): void;
	/** Sends sound while somebody listens, if the picture has any. */
	setSound(on: boolean): void;
	setPace(pace: Pick<Pace, 'bitsPerSecond' | 'holding'>): void;
	stop(): void;
}

/** Encodes a picture frame by frame, independently of the recorder. Throws `unsupported`. */
export interface LiveEncoder {
	/** Loads what takes time to load, because a viewer may need it at any moment. */
	preload(): void;
	start(picture: Picture, options: LiveEncoderOptions, sink: LiveEncoderSink): LiveEncoding;
}

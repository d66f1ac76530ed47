import type { Fault } from '#domain/base/fault.ts';
import type { Captured } from './capture.ts';

/** Initialization section of a run: `ftyp` and `moov`. */
export interface InitSection {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** MIME type for MediaSource; its codec strings are read from the section itself. */
	readonly mime: string;
	/** Capture time of media time 0, in ms on the monotonic clock. */
	readonly anchorMs: number;
}

/** One `moof` + `mdat`: a key frame and the frames that follow it. */
export interface Fragment {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Media time of the first video frame; exactly `mediaTicks / timescale` seconds. */
	readonly mediaTicks: number;
	readonly timescale: number;
	/** Sum of the video sample durations, in `timescale` units; audio durations do not count. */
	readonly durationTicks: number;
	readonly keyFrame: boolean;
	readonly sound: boolean;
	/** Number of video frames. */
	readonly frames: number;
}

/**
 * Calls come in order: `init`, then `fragment`s, then `ended` once and last. If the frame size
 * changes, another `init` with the same anchor comes; what follows it is a new run.
 */
export interface EncoderSink {
	init(section: InitSection): void;
	fragment(fragment: Fragment): void;
	/**
	 * The tracks no longer match the init section, for example because sound ended. This encoding
	 * goes on, but should be replaced.
	 */
	renewalNeeded(): void;
	/**
	 * `null` after `stop()`, else the reason for giving up. All complete fragments were delivered
	 * before.
	 */
	ended(fault: Fault | null): void;
}

export interface EncoderOptions {
	readonly bitsPerSecond: number;
	readonly keyFrameMs: number;
	readonly frameRate: number;
	readonly sound: boolean;
}

export interface Encoding {
	/** Delivers the remaining fragments, then calls `ended(null)`. Always resolves within 5 s. */
	stop(): Promise<void>;
	/** True if sound was requested but did not arrive in time. */
	readonly soundMissing: boolean;
}

/** Encodes captured video as fragmented MP4. */
export interface Encoder {
	/**
	 * Starts synchronously, so that the encoding it replaces can stop in the same task without losing
	 * a frame.
	 */
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding;
}

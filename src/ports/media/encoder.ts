import type { Fault } from '#domain/base/fault.ts';
import type { Captured } from './capture.ts';

/** The head of a run: `ftyp` and `moov`. */
export interface InitSection {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** For MediaSource, codec strings read from the section itself. */
	readonly mime: string;
	/** Capture time of media time 0, on the clock's monotonic scale (ms). */
	readonly anchorMs: number;
}

/** One `moof` + `mdat`: a key frame and what follows it. */
export interface Fragment {
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** Media time of the first video frame: `mediaTicks / timescale` seconds, exact. */
	readonly mediaTicks: number;
	readonly timescale: number;
	/** Sum of the video samples' durations; audio durations are never summed. Same scale. */
	readonly durationTicks: number;
	readonly keyFrame: boolean;
	readonly sound: boolean;
	/** Pictures in it. */
	readonly frames: number;
}

/**
 * Called in order: `init`, then `fragment`s, then `ended` once. Nothing after `ended`. Where
 * pictures change their size another `init` comes, with the same anchor: what follows it is a run
 * of its own.
 */
export interface EncoderSink {
	init(section: InitSection): void;
	fragment(fragment: Fragment): void;
	/**
	 * What is recorded is no more what it was: sound is gone. This goes on, but another encoding
	 * should follow.
	 */
	renewalNeeded(): void;
	/** `null` after `stop()`. Else why it gave up; everything whole was delivered before. */
	ended(fault: Fault | null): void;
}

export interface EncoderOptions {
	readonly bitsPerSecond: number;
	readonly keyFrameMs: number;
	readonly frameRate: number;
	readonly sound: boolean;
}

export interface Encoding {
	/** Ends it; the rest is delivered, then `ended(null)`. Resolves within 5 s, whatever happens. */
	stop(): Promise<void>;
	/** Set when sound was wanted but could not be had in time. */
	readonly soundMissing: boolean;
}

/** Turns a captured picture into fragmented MP4. */
export interface Encoder {
	/**
	 * Begins in this very task, so that a replaced encoding can stop in the same one without losing a
	 * frame.
	 */
	start(captured: Pick<Captured, 'picture'>, options: EncoderOptions, sink: EncoderSink): Encoding;
}

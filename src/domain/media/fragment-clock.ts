import { Fault } from '#domain/base/fault.ts';

/** Timing of one track in a movie fragment, from its `traf` (ISO/IEC 14496-12, 8.8.6). */
export interface TrackTiming {
	readonly handler: 'vide' | 'soun' | 'other';
	/** `tfdt`; 0 and meaningless without samples. */
	readonly decodeTicks: number;
	readonly sampleTicks: readonly number[];
	/** Whether the first sample is marked as a sync sample. */
	readonly startsWithSync: boolean;
}

export interface FragmentTimes {
	readonly mediaTicks: number;
	readonly durationTicks: number;
	readonly keyFrame: boolean;
	readonly sound: boolean;
	/** Number of frames. */
	readonly frames: number;
}

/**
 * Times of fragments, which must come in order. Trap: MediaRecorder cannot know the duration of a
 * fragment's last frame and writes 1/30 s at any frame rate (measured: 999 ticks of 30,000 between
 * frames of 2,000). So the last frame is assumed to last as long as the median of the others, and
 * the error is corrected in the next duration: over a run, durations add up to wall time.
 */
export class FragmentClock {
	readonly #timescale: number;
	#endTicks: number | null = null;
	#frameTicks: number;

	constructor(timescale: number, frameRate: number) {
		if (!(timescale > 0)) throw new Fault('malformed', 'video track without a timescale');
		this.#timescale = timescale;
		this.#frameTicks = Math.max(1, Math.round(timescale / Math.max(1, frameRate)));
	}

	/** `null` for a fragment without frames, which has no place on the timeline. */
	next(parts: readonly TrackTiming[]): FragmentTimes | null {
		const video = parts.find((part) => part.handler === 'vide' && part.sampleTicks.length > 0);
		if (video === undefined) return null;
		const known = video.sampleTicks.slice(0, -1);
		const middle = median(known);
		if (middle !== null && middle > 0) this.#frameTicks = middle;
		const guessedEnd =
			video.decodeTicks + known.reduce((sum, ticks) => sum + ticks, 0) + this.#frameTicks;
		const before = this.#endTicks;
		this.#endTicks = guessedEnd;
		const joined = before !== null && Math.abs(video.decodeTicks - before) <= this.#joinTicks();
		const from = joined ? before : video.decodeTicks;
		return {
			mediaTicks: video.decodeTicks,
			durationTicks: Math.max(1, guessedEnd - from),
			keyFrame: video.startsWithSync,
			sound: parts.some((part) => part.handler === 'soun' && part.sampleTicks.length > 0),
			frames: video.sampleTicks.length,
		};
	}

	/**
	 * A fragment up to half a second late still joins its predecessor, whose last frame stays on
	 * show.
	 */
	#joinTicks(): number {
		return Math.max(2 * this.#frameTicks, this.#timescale / 2);
	}
}

function median(values: readonly number[]): number | null {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? null;
}

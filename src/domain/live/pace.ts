/**
 * How much the relayed picture may weigh while the way to the relay is slow. Rule:
 * docs/spec/live.md, LV6.
 */
export interface Pace {
	readonly bitsPerSecond: number;
	/** Frames are left out until the way is free. */
	readonly holding: boolean;
	readonly changedMs: number;
}

const MIN_BITS = 120_000;
const HIGH_WATER_BYTES = 192 * 1024;
const LOW_WATER_BYTES = 48 * 1024;
const SLOWER = 0.7;
const FASTER = 1.15;
const SLOWER_EACH_MS = 1000;
const FASTER_EACH_MS = 5000;

export function adaptPace(pace: Pace, waitingBytes: number, nowMs: number, mostBits: number): Pace {
	const since = nowMs - pace.changedMs;
	const holding = pace.holding ? waitingBytes > LOW_WATER_BYTES : waitingBytes > HIGH_WATER_BYTES;
	const changed = (bits: number): Pace => ({
		bitsPerSecond: Math.round(Math.min(mostBits, Math.max(MIN_BITS, bits))),
		holding,
		changedMs: nowMs,
	});
	if (holding && since >= SLOWER_EACH_MS) return changed(pace.bitsPerSecond * SLOWER);
	const free = waitingBytes <= LOW_WATER_BYTES && pace.bitsPerSecond < mostBits;
	if (free && since >= FASTER_EACH_MS) return changed(pace.bitsPerSecond * FASTER);
	return holding === pace.holding ? pace : { ...pace, holding };
}

/**
 * Bit rate of the relayed picture while the network to the relay is slow. Rule: docs/spec/live.md,
 * LV6.
 */
export interface Pace {
	readonly bitsPerSecond: number;
	/** Frames are dropped until the send queue has drained. */
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

export function adaptPace(pace: Pace, waitingBytes: number, nowMs: number, maxBits: number): Pace {
	const sinceMs = nowMs - pace.changedMs;
	const holding = pace.holding ? waitingBytes > LOW_WATER_BYTES : waitingBytes > HIGH_WATER_BYTES;
	const withBits = (bits: number): Pace => ({
		bitsPerSecond: Math.round(Math.min(maxBits, Math.max(MIN_BITS, bits))),
		holding,
		changedMs: nowMs,
	});
	if (holding && sinceMs >= SLOWER_EACH_MS) return withBits(pace.bitsPerSecond * SLOWER);
	const drained = waitingBytes <= LOW_WATER_BYTES && pace.bitsPerSecond < maxBits;
	if (drained && sinceMs >= FASTER_EACH_MS) return withBits(pace.bitsPerSecond * FASTER);
	return holding === pace.holding ? pace : { ...pace, holding };
}

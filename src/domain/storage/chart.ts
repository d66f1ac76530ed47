import { usageOfKind, USAGE_KINDS, type StorageUsage, type UsageKind } from './usage.ts';

/** A longer time without a sample is a gap: usage then is unknown. */
const MAX_INTERVAL_MS = 45 * 60_000;
/** About one for every few pixels of a phone. */
const POINTS = 120;

const MIN_MS = 30 * 60_000;

/** All values from 0 to 1: `x` to the right, `low` and `high` upwards. */
export interface ChartPoint {
	readonly x: number;
	readonly low: number;
	readonly high: number;
}

export interface ChartLayer {
	readonly kind: UsageKind;
	/** One per stretch without a gap. */
	readonly stretches: readonly (readonly ChartPoint[])[];
}

export interface Chart {
	readonly layers: readonly ChartLayer[];
	/** The allowance over time; `low` equals `high`. */
	readonly allowed: readonly (readonly ChartPoint[])[];
	/** Bytes at the top of the chart. */
	readonly topBytes: number;
}

/**
 * Start of a chart of the last `ms`: not before the first sample, so that a new device does not get
 * an empty chart with a sliver in it.
 */
export function chartFromMs(samples: readonly StorageUsage[], ms: number, nowMs: number): number {
	const firstMs = samples[0]?.atMs ?? nowMs;
	return Math.max(nowMs - ms, Math.min(firstMs, nowMs - MIN_MS));
}

/** Stacked usage by kind. `samples`: oldest first; `null` if there is nothing to draw. */
export function chartOf(
	samples: readonly StorageUsage[],
	fromMs: number,
	toMs: number,
): Chart | null {
	const shown = thinned(
		samples.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs),
		(toMs - fromMs) / POINTS,
	);
	if (shown.length < 2) return null;
	const topBytes = shown.reduce(
		(top, usage) => Math.max(top, usage.allowed, sumOf(usage, USAGE_KINDS.length)),
		1,
	);
	const stretches = splitAtGaps(shown, MAX_INTERVAL_MS + (toMs - fromMs) / POINTS);
	const draw = (from: (usage: StorageUsage) => number, to: (usage: StorageUsage) => number) =>
		stretches.map((stretch) =>
			stretch.map((usage) => ({
				x: (usage.atMs - fromMs) / (toMs - fromMs),
				low: from(usage) / topBytes,
				high: to(usage) / topBytes,
			})),
		);
	return {
		topBytes,
		layers: USAGE_KINDS.map((kind, n) => ({
			kind,
			stretches: draw(
				(usage) => sumOf(usage, n),
				(usage) => sumOf(usage, n + 1),
			),
		})),
		allowed: draw(
			({ allowed }) => allowed,
			({ allowed }) => allowed,
		),
	};
}

/** Total of the first `count` kinds. */
function sumOf(usage: StorageUsage, count: number): number {
	return USAGE_KINDS.slice(0, count).reduce((sum, kind) => sum + usageOfKind(usage, kind), 0);
}

/** Keeps the last sample of each time slot. */
function thinned(samples: readonly StorageUsage[], slotMs: number): StorageUsage[] {
	const slots = new Map(samples.map((usage) => [Math.floor(usage.atMs / slotMs), usage]));
	return [...slots.values()];
}

function splitAtGaps(samples: readonly StorageUsage[], longestMs: number): StorageUsage[][] {
	const stretches: StorageUsage[][] = [];
	for (const usage of samples) {
		const last = stretches.at(-1);
		const before = last?.at(-1);
		if (last === undefined || usage.atMs - (before?.atMs ?? 0) > longestMs) stretches.push([usage]);
		else last.push(usage);
	}
	return stretches;
}

import { usageOfKind, USAGE_KINDS, type StorageUsage, type UsageKind } from './usage.ts';

/** Longer without a look is a gap: nobody knows what was there. */
const APART_MS = 45 * 60_000;
/** About one for every few pixels of a phone. */
const POINTS = 120;

const LEAST_MS = 30 * 60_000;

/** All numbers from 0 to 1: time to the right, bytes upward. */
export interface ChartPoint {
	readonly x: number;
	readonly low: number;
	readonly high: number;
}

export interface ChartLayer {
	readonly kind: UsageKind;
	/** One for each stretch without a gap. */
	readonly stretches: readonly (readonly ChartPoint[])[];
}

export interface Chart {
	readonly layers: readonly ChartLayer[];
	/** What might be kept, at each moment: `low` and `high` are the same. */
	readonly allowed: readonly (readonly ChartPoint[])[];
	/** Bytes at the top. */
	readonly topBytes: number;
}

/**
 * Where a chart of the last `ms` begins: with the first filling, so that a young one is no empty
 * box with a hair in it.
 */
export function chartFromMs(fillings: readonly StorageUsage[], ms: number, nowMs: number): number {
	const firstMs = fillings[0]?.atMs ?? nowMs;
	return Math.max(nowMs - ms, Math.min(firstMs, nowMs - LEAST_MS));
}

/**
 * What filled the room, one kind upon the other. `fillings` oldest first; `null`: there is nothing
 * to draw.
 */
export function chartOf(
	fillings: readonly StorageUsage[],
	fromMs: number,
	toMs: number,
): Chart | null {
	const shown = thinned(
		fillings.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs),
		(toMs - fromMs) / POINTS,
	);
	if (shown.length < 2) return null;
	const topBytes = shown.reduce(
		(top, filling) => Math.max(top, filling.allowed, sumOf(filling, USAGE_KINDS.length)),
		1,
	);
	const stretches = apart(shown, APART_MS + (toMs - fromMs) / POINTS);
	const draw = (from: (filling: StorageUsage) => number, to: (filling: StorageUsage) => number) =>
		stretches.map((stretch) =>
			stretch.map((filling) => ({
				x: (filling.atMs - fromMs) / (toMs - fromMs),
				low: from(filling) / topBytes,
				high: to(filling) / topBytes,
			})),
		);
	return {
		topBytes,
		layers: USAGE_KINDS.map((kind, n) => ({
			kind,
			stretches: draw(
				(filling) => sumOf(filling, n),
				(filling) => sumOf(filling, n + 1),
			),
		})),
		allowed: draw(
			({ allowed }) => allowed,
			({ allowed }) => allowed,
		),
	};
}

/** Of the first `count` kinds. */
function sumOf(filling: StorageUsage, count: number): number {
	return USAGE_KINDS.slice(0, count).reduce((sum, kind) => sum + usageOfKind(filling, kind), 0);
}

/** The last of each slot of time. */
function thinned(fillings: readonly StorageUsage[], slotMs: number): StorageUsage[] {
	const slots = new Map(fillings.map((filling) => [Math.floor(filling.atMs / slotMs), filling]));
	return [...slots.values()];
}

function apart(fillings: readonly StorageUsage[], longestMs: number): StorageUsage[][] {
	const stretches: StorageUsage[][] = [];
	for (const filling of fillings) {
		const last = stretches.at(-1);
		const before = last?.at(-1);
		if (last === undefined || filling.atMs - (before?.atMs ?? 0) > longestMs)
			stretches.push([filling]);
		else last.push(filling);
	}
	return stretches;
}

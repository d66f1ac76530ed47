/** What fills a device's storage at one moment, in bytes by kind. `pinned` is part of `footage`. */
export interface StorageUsage {
	readonly atMs: number;
	readonly footage: number;
	readonly pinned: number;
	readonly previews: number;
	readonly index: number;
	readonly reserve: number;
	/** Keys, settings, the app itself, and what cannot be attributed. */
	readonly other: number;
	/** The total allowance. */
	readonly allowed: number;
}

/** Stacking order, bottom first. */
export const USAGE_KINDS = ['pinned', 'footage', 'previews', 'index', 'reserve', 'other'] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

const BUCKET_MS = 600_000;

/** SP21: one sample is kept per bucket. */
export function usageBucketOf(atMs: number): number {
	return Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
}

/** Bytes of one kind; pinned footage is not counted twice. */
export function usageOfKind(usage: StorageUsage, kind: UsageKind): number {
	return kind === 'footage' ? usage.footage - usage.pinned : usage[kind];
}

/** An entry of 40 bytes, a head of 284, and an estimate of the database's overhead. */
const INDEX_BYTES_A_SEGMENT = 400;

/** An estimate: a database does not report the overhead of its rows. */
export function estimatedIndexBytes(segments: number): number {
	return segments * INDEX_BYTES_A_SEGMENT;
}

const LEVELS = [
	['critical', 0.92],
	['high', 0.85],
	['warn', 0.75],
] as const;
export type StorageLevel = 'fine' | 'warn' | 'high' | 'critical' | 'emergency';

/** SP15: the share of the allowance that pins may take. */
export const MAX_PINNED_SHARE = 0.92;
const EMERGENCY_MS = 600_000;

/** SP14. `refusedMs`: when the browser last refused a write. */
export function storageLevelOf(
	{ pinned, allowed, atMs }: Pick<StorageUsage, 'pinned' | 'allowed' | 'atMs'>,
	refusedMs: number | null,
): StorageLevel {
	if (refusedMs !== null && Math.abs(atMs - refusedMs) < EMERGENCY_MS) return 'emergency';
	return LEVELS.find(([, share]) => pinned >= share * allowed)?.[0] ?? 'fine';
}

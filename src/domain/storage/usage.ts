/** What fills a device's room at one moment, by kind, in bytes. `pinned` is a part of `footage`. */
export interface StorageUsage {
	readonly atMs: number;
	readonly footage: number;
	readonly pinned: number;
	readonly previews: number;
	readonly index: number;
	readonly reserve: number;
	/** Keys, settings, the app itself, and what nobody accounts for. */
	readonly other: number;
	/** What may be kept in all. */
	readonly allowed: number;
}

/** As a person would stack them, the largest at the bottom. */
export const USAGE_KINDS = ['pinned', 'footage', 'previews', 'index', 'reserve', 'other'] as const;
export type UsageKind = (typeof USAGE_KINDS)[number];

const BUCKET_MS = 600_000;

/** SP21: samples of one bucket are one. */
export function usageBucketOf(atMs: number): number {
	return Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
}

/** Of one kind, without counting pinned footage twice. */
export function usageOfKind(filling: StorageUsage, kind: UsageKind): number {
	return kind === 'footage' ? filling.footage - filling.pinned : filling[kind];
}

/** An entry of 40, a head of 284, and what the database spends on the row. */
const INDEX_BYTES_A_SEGMENT = 400;

/** About: nobody counts what a database spends on its rows. */
export function estimatedIndexBytes(segments: number): number {
	return segments * INDEX_BYTES_A_SEGMENT;
}

const LEVELS = [
	['critical', 0.92],
	['high', 0.85],
	['warn', 0.75],
] as const;
export type StorageLevel = 'fine' | 'warn' | 'high' | 'critical' | 'emergency';

/** Pins may take this share of what may be kept, and no more (SP15). */
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

import type { StorageLevel } from './usage.ts';

const GB = 1e9;
const MIB = 2 ** 20;
const MAX_DEFAULT_CAP_BYTES = 20 * GB;
const DEFAULT_CAP_SHARE = 0.1;
const FLOOR_SHARE = 0.05;
const MAX_FLOOR_BYTES = 2 * GB;
const BALLAST_SHARE = 0.02;
const MIN_BALLAST_BYTES = 4 * MIB;
const MAX_BALLAST_BYTES = 256 * MIB;
/** What stays of the cap when others fill the volume. */
const LEAST_SHARE = 0.25;
/** Retention deletes in steps of this share of what may be held: more than a few uploads. */
const STEP_SHARE = 0.02;
const MIN_STEP_BYTES = 8 * MIB;
const MAX_STEP_BYTES = 256 * MIB;
const MAX_STEP_SHARE = 1 / 8;
const HOUR_MS = 3_600_000;

/** A file system, in bytes; `freeBytes`: for this account. */
export interface VolumeSpace {
	readonly sizeBytes: number;
	readonly freeBytes: number;
}

/** What footage of all homes takes and may take at a relay, in bytes. Rules: relay-store.md. */
export interface RelayAllowance {
	/** For packs. */
	readonly bytes: number;
	/** What bounds it: the admin's cap, or what others leave of the volume. */
	readonly by: 'cap' | 'volume';
	/** Above this the oldest leaves. */
	readonly highBytes: number;
	/** Down to this. */
	readonly lowBytes: number;
	/** Below this there is room for what is older than all that is kept. */
	readonly roomyBytes: number;
	/** An upload leaves this much of the volume free. */
	readonly freeBytes: number;
}

/** RS1: until an admin decides. */
export function defaultRelayCap(volumeBytes: number): number {
	return Math.floor(Math.min(volumeBytes * DEFAULT_CAP_SHARE, MAX_DEFAULT_CAP_BYTES));
}

/** RS3: real bytes that are given up when the disk is full. */
export function ballastBytesOf(volumeBytes: number): number {
	const wanted = Math.min(volumeBytes * BALLAST_SHARE, MAX_BALLAST_BYTES);
	return Math.floor(Math.min(Math.max(wanted, MIN_BALLAST_BYTES), volumeBytes / 8));
}

/** RS4: what has to stay free for everybody else on the volume. */
export function floorBytesOf(volumeBytes: number): number {
	const floor = Math.min(volumeBytes * FLOOR_SHARE, MAX_FLOOR_BYTES);
	return Math.floor(Math.max(floor, 2 * ballastBytesOf(volumeBytes)));
}

/**
 * RS1, RS4. `usedBytes`: packs; `besideBytes`: index and ballast, which count against the cap;
 * `missingBytes`: of the ballast, still to be written.
 */
export function relayAllowanceOf(
	capBytes: number,
	{ sizeBytes, freeBytes }: VolumeSpace,
	usedBytes: number,
	besideBytes: number,
	missingBytes: number,
): RelayAllowance {
	const capped = Math.max(0, capBytes - besideBytes - missingBytes);
	const floor = floorBytesOf(sizeBytes);
	const left = usedBytes + freeBytes - floor - missingBytes;
	const least = Math.min(capped, sizeBytes) * LEAST_SHARE;
	const bytes = Math.floor(Math.min(capped, Math.max(left, least)));
	return {
		...{ bytes, by: bytes < Math.floor(capped) ? 'volume' : 'cap' },
		...{ highBytes: below(bytes, 1), lowBytes: below(bytes, 2), roomyBytes: below(bytes, 3) },
		// The least is a ring, too: what it freed may be written again.
		freeBytes: floor / (left < least ? 8 : 2),
	};
}

/** So many steps of retention below. */
function below(bytes: number, steps: number): number {
	const step = Math.min(Math.max(bytes * STEP_SHARE, MIN_STEP_BYTES), MAX_STEP_BYTES);
	return Math.floor(bytes - steps * Math.min(step, bytes * MAX_STEP_SHARE));
}

/** RS2. `limits`: what owners lowered theirs to, or Infinity; returns the share of each. */
export function sharesOf(bytes: number, limits: ReadonlyMap<string, number>): Map<string, number> {
	const shares = new Map<string, number>();
	let left = bytes;
	let waiting = limits.size;
	for (const [home, limit] of [...limits].sort(([, a], [, b]) => a - b)) {
		const share = Math.floor(Math.min(limit, left / waiting));
		shares.set(home, share);
		left -= share;
		waiting -= 1;
	}
	return shares;
}

/** Bytes by home. */
export interface HomeUse {
	readonly bytes: number;
	readonly share: number;
	/** What its owner lowered it to; Infinity if nobody did. */
	readonly limit: number;
}

/** RS2, RS5: how much each home gives, in bytes; homes that give nothing are left out. */
export function bytesToGive(
	homes: ReadonlyMap<string, HomeUse>,
	{ highBytes, lowBytes }: Pick<RelayAllowance, 'highBytes' | 'lowBytes'>,
): Map<string, number> {
	const gives = new Map<string, number>();
	let total = 0;
	for (const [home, { bytes, limit }] of homes) {
		const isOver = limit !== Infinity && bytes > below(limit, 1);
		const own = isOver ? bytes - below(limit, 2) : 0;
		if (own > 0) gives.set(home, own);
		total += bytes - own;
	}
	let excess = total > highBytes ? total - lowBytes : 0;
	const left = (home: string, from: number) => from - (gives.get(home) ?? 0);
	const take = (home: string, most: number) => {
		const bytes = Math.min(excess, Math.max(0, most));
		if (bytes <= 0) return;
		gives.set(home, (gives.get(home) ?? 0) + Math.ceil(bytes));
		excess -= bytes;
	};
	const over = ([home, { bytes, share }]: [string, HomeUse]) => left(home, bytes) - share;
	// First whoever has more than its share, then whoever has most.
	const order = [...homes].sort((a, b) => over(b) - over(a));
	for (const one of order) take(one[0], over(one));
	for (const [home, { bytes }] of [...homes].sort(([, a], [, b]) => b.bytes - a.bytes))
		take(home, left(home, bytes));
	return gives;
}

/** RS7: what a home may add that is newer than the oldest it keeps, or older. */
export function mayAdd(
	{ bytes, share, limit }: HomeUse,
	totalBytes: number,
	allowance: RelayAllowance,
	incomingBytes: number,
): { readonly newer: boolean; readonly older: boolean } {
	const newer = totalBytes + incomingBytes <= allowance.bytes && bytes + incomingBytes <= limit;
	const own = limit === Infinity || bytes + incomingBytes <= below(limit, 3);
	const older =
		own &&
		(totalBytes + incomingBytes <= allowance.roomyBytes ||
			bytes + incomingBytes <= below(Math.min(share, allowance.roomyBytes), 3));
	return { newer, older: newer && older };
}

const BY_TIME = [
	['critical', HOUR_MS],
	['high', 6 * HOUR_MS],
	['warn', 24 * HOUR_MS],
] as const;

const ORDER: readonly StorageLevel[] = ['fine', 'warn', 'high', 'critical', 'emergency'];

/** RS6: by the room that others leave, and by the time until there is none. */
export function relayLevelOf(
	{ sizeBytes, freeBytes }: VolumeSpace,
	fullInMs: number | null,
	heldLevel: StorageLevel,
): StorageLevel {
	const floor = floorBytesOf(sizeBytes);
	const byRoom: StorageLevel =
		freeBytes < floor / 2
			? 'critical'
			: freeBytes < floor
				? 'high'
				: freeBytes < 2 * floor
					? 'warn'
					: 'fine';
	const byTime =
		BY_TIME.find(([, limitMs]) => fullInMs !== null && fullInMs < limitMs)?.[0] ?? 'fine';
	return worst([byRoom, byTime, heldLevel]);
}

function worst(levels: readonly StorageLevel[]): StorageLevel {
	return levels.toSorted((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0] ?? 'fine';
}

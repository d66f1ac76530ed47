const DAY_MS = 86_400_000;
const KEPT_AFTER_REFUSAL = 0.9;
/** Share of the budget per day: from zero back to the whole budget in twenty days. */
const GROWTH_A_DAY = 0.05;

/**
 * The most that a browser was found to allow, learned from a refusal at `refusedMs` (wall clock).
 * Rules: docs/spec/space.md.
 */
export interface QuotaCap {
	readonly bytes: number;
	readonly refusedMs: number;
}

/** SP1. `usedBytes`: bytes actually kept when the browser refused more. */
export function capAfterRefusal(usedBytes: number, nowMs: number): QuotaCap {
	return { bytes: Math.floor(usedBytes * KEPT_AFTER_REFUSAL), refusedMs: nowMs };
}

/** SP2, SP3: total allowance in bytes. `cap`: `null` if nothing was ever refused. */
export function allowedBytes(budgetBytes: number, cap: QuotaCap | null, nowMs: number): number {
	if (cap === null) return budgetBytes;
	const days = Math.max(0, Math.floor((nowMs - cap.refusedMs) / DAY_MS));
	return Math.min(budgetBytes, cap.bytes + Math.floor(budgetBytes * GROWTH_A_DAY * days));
}

const RESERVE_SHARE = 0.05;
const MAX_RESERVE_BYTES = 16 * 2 ** 20;

/** SP12: size of the reserve in bytes. */
export function reserveBytesOf(allowedBytes: number): number {
	return Math.min(Math.floor(allowedBytes * RESERVE_SHARE), MAX_RESERVE_BYTES);
}

/** SP3: the part of `allowedBytes` for footage. `besideBytes`: thumbnails and index. */
export function footageBytesOf(allowedBytes: number, besideBytes: number): number {
	return Math.max(0, allowedBytes - reserveBytesOf(allowedBytes) - besideBytes);
}

export const MIN_BUDGET_BYTES = 50e6;
export const MAX_BUDGET_BYTES = 10_000e9;

/**
 * SP10: the budget in bytes at a slider position from 0 to 1. Logarithmic, rounded to two digits.
 */
export function budgetAtPosition(place: number, maxBytes: number): number {
	const bytes = MIN_BUDGET_BYTES * (maxBytes / MIN_BUDGET_BYTES) ** place;
	const digit = 10 ** (Math.floor(Math.log10(bytes)) - 1);
	return Math.min(maxBytes, Math.max(MIN_BUDGET_BYTES, Math.round(bytes / digit) * digit));
}

/** Inverse of `budgetAtPosition`: the slider position of a budget, 0 to 1. */
export function sliderPositionOf(budgetBytes: number, maxBytes: number): number {
	const place = Math.log(budgetBytes / MIN_BUDGET_BYTES) / Math.log(maxBytes / MIN_BUDGET_BYTES);
	return Math.min(1, Math.max(0, place));
}

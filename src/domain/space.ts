const DAY_MS = 86_400_000;
const KEPT_AFTER_REFUSAL = 0.9;
/** Of the budget: from nothing back to all of it in twenty days. */
const GROWTH_A_DAY = 0.05;

/** What a browser was found to allow: it refused more at `refusedMs` (wall clock). Rules: docs/spec/space.md. */
export interface Cap {
	readonly bytes: number;
	readonly refusedMs: number;
}

/** SP1. `usedBytes`: really kept when the browser refused more. */
export function capAfterRefusal(usedBytes: number, nowMs: number): Cap {
	return { bytes: Math.floor(usedBytes * KEPT_AFTER_REFUSAL), refusedMs: nowMs };
}

/** SP2, SP3: what footage may use now, in bytes. `cap`: `null` while nothing was ever refused. */
export function allowedBytes(budgetBytes: number, cap: Cap | null, nowMs: number): number {
	if (cap === null) return budgetBytes;
	const days = Math.max(0, Math.floor((nowMs - cap.refusedMs) / DAY_MS));
	return Math.min(budgetBytes, cap.bytes + Math.floor(budgetBytes * GROWTH_A_DAY * days));
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Share of the free room at the start of the window: a smaller rise is a sawtooth. */
const MIN_RISE = 0.02;
const OVER_BUDGET = 1.5;

/** How long samples are needed: the day's maximum distinguishes growth from a sawtooth. */
export const SAMPLE_RETENTION_MS = DAY_MS + HOUR_MS;

/** Bytes at one moment: free room, and what retention cannot reclaim, by owner. */
export interface UsageSample {
	readonly atMs: number;
	readonly roomBytes: number;
	readonly owners: Readonly<Record<string, number>>;
}

/** A change that may explain growth. */
export interface LoggedChange<What extends string = string> {
	readonly atMs: number;
	readonly what: What;
}

export interface Growth<What extends string = string> {
	readonly kind: 'fast' | 'slow' | 'budget';
	/** The owner that rose most, or exceeds its budget. */
	readonly owner: string;
	/** Time until there is no room; `null` if only a budget is exceeded. */
	readonly fullInMs: number | null;
	/** The last change before or within the window. */
	readonly after: LoggedChange<What> | null;
}

interface RiseDetector {
	readonly kind: 'fast' | 'slow';
	readonly windowMs: number;
	readonly leastMs: number;
	readonly limitMs: number;
}

const DETECTORS: readonly RiseDetector[] = [
	{ kind: 'fast', windowMs: 5 * MINUTE_MS, leastMs: 2.5 * MINUTE_MS, limitMs: 6 * HOUR_MS },
	{ kind: 'slow', windowMs: HOUR_MS, leastMs: 13.5 * MINUTE_MS, limitMs: DAY_MS },
];

/**
 * Detects growth that needs attention. `samples`: in order of time, about 15 s apart, at least an
 * hour and ideally `SAMPLE_RETENTION_MS` of them. `budgets`: bytes an owner may hold. Rules:
 * docs/spec/space.md.
 */
export function detectGrowth<What extends string>(
	samples: readonly UsageSample[],
	budgets: Readonly<Record<string, number>> = {},
	changes: readonly LoggedChange<What>[] = [],
): Growth<What>[] {
	const last = samples.at(-1);
	if (last === undefined) return [];
	const found: Growth<What>[] = DETECTORS.flatMap(
		(detector) => rising(detector, samples, last, changes) ?? [],
	);
	for (const [owner, bytes] of Object.entries(last.owners)) {
		const budget = budgets[owner];
		if (budget === undefined || bytes < OVER_BUDGET * budget) continue;
		found.push({ kind: 'budget', owner, fullInMs: null, after: lastOf(changes, last.atMs) });
	}
	return found;
}

function rising<What extends string>(
	{ kind, windowMs, leastMs, limitMs }: RiseDetector,
	samples: readonly UsageSample[],
	last: UsageSample,
	changes: readonly LoggedChange<What>[],
): Growth<What> | null {
	const from = samples.findIndex(({ atMs }) => atMs >= last.atMs - windowMs);
	const window = samples.slice(from);
	const first = window[0];
	if (first === undefined || last.atMs - first.atMs < leastMs) return null;
	const held = heldBytes(last);
	if (held - heldBytes(first) < MIN_RISE * first.roomBytes) return null;
	const before = samples.slice(0, from).filter(({ atMs }) => atMs >= last.atMs - DAY_MS);
	if (before.some((sample) => heldBytes(sample) >= held)) return null;
	const bytesPerMs = slope(window);
	const fullInMs = last.roomBytes / bytesPerMs;
	if (!(bytesPerMs > 0) || fullInMs > limitMs) return null;
	return { kind, owner: rosenMost(first, last), fullInMs, after: lastOf(changes, last.atMs) };
}

function heldBytes({ owners }: UsageSample): number {
	return Object.values(owners).reduce((sum, bytes) => sum + bytes, 0);
}

/** Least squares, bytes per ms. */
function slope(window: readonly UsageSample[]): number {
	const times = window.map(({ atMs }) => atMs);
	const bytes = window.map(heldBytes);
	const mean = (values: readonly number[]) =>
		values.reduce((sum, value) => sum + value, 0) / values.length;
	const [middleMs, middleBytes] = [mean(times), mean(bytes)];
	let [above, below] = [0, 0];
	times.forEach((atMs, n) => {
		above += (atMs - middleMs) * ((bytes[n] ?? 0) - middleBytes);
		below += (atMs - middleMs) ** 2;
	});
	return below === 0 ? 0 : above / below;
}

function rosenMost(first: UsageSample, last: UsageSample): string {
	const rises = Object.entries(last.owners).map(
		([owner, bytes]) => [owner, bytes - (first.owners[owner] ?? 0)] as const,
	);
	return rises.toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

function lastOf<What extends string>(
	changes: readonly LoggedChange<What>[],
	byMs: number,
): LoggedChange<What> | null {
	return changes.filter(({ atMs }) => atMs <= byMs).toSorted((a, b) => b.atMs - a.atMs)[0] ?? null;
}

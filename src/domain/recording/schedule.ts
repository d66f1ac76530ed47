import type { Calendar } from '#domain/timeline/ribbon.ts';

/** Rules: docs/spec/schedule.md. */
export const PLAN_MODES = ['by-hand', 'always', 'times', 'away'] as const;
export type PlanMode = (typeof PLAN_MODES)[number];

/** SC2. Days: Monday is 0. Times: local minutes since midnight. */
export interface TimeWindow {
	readonly days: readonly number[];
	readonly from: number;
	readonly until: number;
}

export interface Plan {
	readonly when: PlanMode;
	readonly times: readonly TimeWindow[];
	/** The Away switch. */
	readonly away: boolean;
}

const DAYS_AHEAD = 8;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** SC1: whether to record; `null`: manual (by hand). */
export function isPlanned(
	{ when, times, away }: Plan,
	calendar: Calendar,
	ms: number,
): boolean | null {
	if (when === 'by-hand') return null;
	if (when === 'times') return times.some((span) => isWithin(span, calendar, ms));
	return when === 'always' || away;
}

/** SC4: when that changes by itself, in ms since 1970; `null`: never. */
export function nextChange(plan: Plan, calendar: Calendar, ms: number): number | null {
	if (plan.when !== 'times') return null;
	const now = isPlanned(plan, calendar, ms);
	return (
		boundaries(plan, calendar, ms).find((turn) => isPlanned(plan, calendar, turn) !== now) ?? null
	);
}

function isWithin({ days, from, until }: TimeWindow, calendar: Calendar, ms: number): boolean {
	const { weekday, hour, minute } = calendar.fieldsOf(ms);
	const at = hour * 60 + minute;
	if (until > from) return days.includes(weekday) && at >= from && at < until;
	return (days.includes(weekday) && at >= from) || (days.includes((weekday + 6) % 7) && at < until);
}

/** All starts and ends of windows and all midnights in the next eight days, sorted. */
function boundaries({ times }: Plan, calendar: Calendar, ms: number): number[] {
	const { year, month, day } = calendar.fieldsOf(ms);
	const found = new Set<number>();
	for (let n = 0; n <= DAYS_AHEAD; n += 1) {
		const start = calendar.dayStart(year, month, day + n);
		const end = calendar.dayStart(year, month, day + n + 1);
		found.add(start);
		// On the day of a DST change a local time may occur twice or never: any minute may be a
		// boundary.
		const minutesToTry = end - start === DAY_MS ? 0 : (end - start) / MINUTE_MS;
		for (let minute = 0; minute < minutesToTry; minute += 1) found.add(start + minute * MINUTE_MS);
		for (const minute of times.flatMap(({ from, until }) => [from, until])) {
			found.add(calendar.momentOf(start, Math.floor(minute / 60), minute % 60, 0));
		}
	}
	return [...found].filter((turn) => turn > ms).sort((a, b) => a - b);
}

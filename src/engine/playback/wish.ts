import { SEAM_US } from '#domain/footage/coverage.ts';
import { spotAt } from '#domain/footage/seek.ts';
import type { Gap } from '#domain/footage/timeline.ts';
import type { Finding, Moment, Target } from './finding.ts';
import type { Shown } from './shown.ts';

/** What is wanted next. Wishes that come while one is at work melt into one. */
export interface Wish {
	/** From where: a wall time, a moment or what was recorded next, or (`null`) what is on show. */
	readonly from: { readonly wallUs: number } | Moment | null;
	/** Then so much further over footage. */
	readonly byUs: number;
}

/** Where the hand is. */
export interface Stand {
	readonly shown: Shown | null;
	/** What it wanted to see and has not seen, else what it saw last; `null`: nothing yet. */
	readonly aimUs: number | null;
	readonly wallUs: number | null;
	/** At the end of everything, look for more. */
	readonly onwards: boolean;
}

/** The frame that a wish means; `null` when there is no footage at all. */
export async function targetOf(
	finding: Finding,
	{ from, byUs }: Wish,
	stand: Stand,
): Promise<Target | null> {
	const start = await startOf(finding, from, stand);
	return start === null || byUs === 0 ? start : finding.leap(start, byUs);
}

async function startOf(
	finding: Finding,
	from: Wish['from'],
	{ shown, aimUs, wallUs, onwards }: Stand,
): Promise<Target | null> {
	if (from !== null && 'wallUs' in from) return finding.at(from.wallUs);
	if (from !== null && shown !== null) {
		const target = finding.from(shown.reel, from) ?? (await finding.behind(shown.reel));
		if (target !== null) return target;
	}
	if (shown !== null && aimUs === null) {
		const more = shown.ended && onwards ? await finding.behind(shown.reel) : null;
		if (more !== null) return more;
		const spot = spotAt(shown.reel.groups, shown.positionUs);
		if (spot !== null) return { reel: shown.reel, spot, end: shown.ended };
	}
	const goal = aimUs ?? wallUs;
	return goal === null ? finding.newest() : finding.at(goal);
}

/** What lies between the frame that was wanted, or was next, and the one that comes. */
export function gapBefore(
	finding: Finding,
	{ from, byUs }: Wish,
	comesUs: number,
	nowUs: number,
): Gap | null {
	if (from === null || byUs !== 0) return null;
	// Around damage it is what lies right before; half a seam, because no gap is as short as one.
	const missedUs = 'wallUs' in from ? from.wallUs : comesUs - SEAM_US / 2;
	return Math.abs(comesUs - missedUs) > 1 ? finding.gapAt(missedUs, nowUs) : null;
}

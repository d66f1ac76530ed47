import { SEAM_US } from '#domain/footage/coverage.ts';
import { seekPointAt } from '#domain/footage/seek.ts';
import type { Gap } from '#domain/footage/span.ts';
import type { SeekResolver, SegmentOffset, SeekTarget } from './seek-resolver.ts';
import type { ShownPlaylist } from './shown-playlist.ts';

/** What is wanted next. Wishes that come while one is at work melt into one. */
export interface SeekRequest {
	/** From where: a wall time, a moment or what was recorded next, or (`null`) what is on show. */
	readonly from: { readonly wallUs: number } | SegmentOffset | null;
	/** Then so much further over footage. */
	readonly byUs: number;
}

/** Where the hand is. */
export interface PlaybackPosition {
	readonly shown: ShownPlaylist | null;
	/** What it wanted to see and has not seen, else what it saw last; `null`: nothing yet. */
	readonly aimUs: number | null;
	readonly wallUs: number | null;
	/** At the end of everything, look for more. */
	readonly onwards: boolean;
}

/** The frame that a request means; `null` when there is no footage at all. */
export async function resolveSeek(
	resolver: SeekResolver,
	{ from, byUs }: SeekRequest,
	position: PlaybackPosition,
): Promise<SeekTarget | null> {
	const start = await startOf(resolver, from, position);
	return start === null || byUs === 0 ? start : resolver.skip(start, byUs);
}

async function startOf(
	resolver: SeekResolver,
	from: SeekRequest['from'],
	{ shown, aimUs, wallUs, onwards }: PlaybackPosition,
): Promise<SeekTarget | null> {
	if (from !== null && 'wallUs' in from) return resolver.at(from.wallUs);
	if (from !== null && shown !== null) {
		const target = resolver.locate(shown.playlist, from) ?? (await resolver.after(shown.playlist));
		if (target !== null) return target;
	}
	if (shown !== null && aimUs === null) {
		const more = shown.ended && onwards ? await resolver.after(shown.playlist) : null;
		if (more !== null) return more;
		const point = seekPointAt(shown.playlist.groups, shown.positionUs);
		if (point !== null) return { playlist: shown.playlist, point, end: shown.ended };
	}
	const goal = aimUs ?? wallUs;
	return goal === null ? resolver.newest() : resolver.at(goal);
}

/** What lies between the frame that was wanted, or was next, and the one that comes. */
export function gapBefore(
	resolver: SeekResolver,
	{ from, byUs }: SeekRequest,
	comesUs: number,
	nowUs: number,
): Gap | null {
	if (from === null || byUs !== 0) return null;
	// Around damage it is what lies right before; half a seam, because no gap is as short as one.
	const missedUs = 'wallUs' in from ? from.wallUs : comesUs - SEAM_US / 2;
	return Math.abs(comesUs - missedUs) > 1 ? resolver.gapAt(missedUs, nowUs) : null;
}

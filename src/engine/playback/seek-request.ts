import { SEAM_US } from '#domain/footage/coverage.ts';
import { seekPointAt } from '#domain/footage/seek.ts';
import type { Gap } from '#domain/footage/span.ts';
import type { SeekResolver, SegmentOffset, SeekTarget } from './seek-resolver.ts';
import type { ShownPlaylist } from './shown-playlist.ts';

/** The pending seek. Requests that arrive meanwhile are merged into one (PB16). */
export interface SeekRequest {
	/**
	 * Start: a wall time, a segment offset (else what was recorded next), or `null`: the current
	 * frame.
	 */
	readonly from: { readonly wallUs: number } | SegmentOffset | null;
	/** Then skip this much footage. */
	readonly byUs: number;
}

/** Current playback position. */
export interface PlaybackPosition {
	readonly shown: ShownPlaylist | null;
	/** The requested time not shown yet, else the time shown last; `null`: nothing yet. */
	readonly aimUs: number | null;
	readonly wallUs: number | null;
	/** At the end of the playlist, look for newer footage. */
	readonly onwards: boolean;
}

/** Resolves a request to a frame; `null` when there is no footage at all. */
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

/** The gap between the requested (or next) frame and the one that is shown. */
export function gapBefore(
	resolver: SeekResolver,
	{ from, byUs }: SeekRequest,
	comesUs: number,
	nowUs: number,
): Gap | null {
	if (from === null || byUs !== 0) return null;
	// Around damage, take what precedes the frame: half a seam, because every gap is longer than one.
	const missedUs = 'wallUs' in from ? from.wallUs : comesUs - SEAM_US / 2;
	return Math.abs(comesUs - missedUs) > 1 ? resolver.gapAt(missedUs, nowUs) : null;
}

import { playlistKeyFrom, type SegmentGroup } from '#domain/footage/playlist.ts';
import type { Origin } from '#domain/footage/origin.ts';
import { lastSeekPoint, seekPointAt } from '#domain/footage/seek.ts';
import type { PlaybackScreenEvent } from '#ports/media/playback-screen.ts';
import type { SegmentOffset } from './seek-resolver.ts';
import type { DayPlaylist } from './day-playlist.ts';

/** Far shorter than any frame, far longer than browser rounding. */
const ROUNDING_US = 5_000;

/** The playlist on screen and its playback state. Positions are microseconds. */
export class ShownPlaylist {
	readonly playlist: DayPlaylist;
	/** Position of the current frame, or of the requested one. */
	positionUs: number;
	failure: Extract<PlaybackScreenEvent, { kind: 'failed' }> | null = null;
	/** The buffer has run out after a failure. */
	starved = false;
	/** Everything has been played. */
	ended = false;
	/** Whether the screen has painted the last requested frame. */
	live = false;
	/** Media time minus position, by piece. */
	readonly #offsetsUs = new Map<number, number>();

	constructor(playlist: DayPlaylist, positionUs: number) {
		this.playlist = playlist;
		this.positionUs = positionUs;
	}

	get playable(): boolean {
		return this.live && this.failure === null;
	}

	placed(key: string, offsetS: number): void {
		const group = this.groupOf(key);
		if (group !== null) this.#offsetsUs.set(group.piece, offsetS * 1e6);
	}

	/** The frame's position, corrected where rounding put it just before its group. */
	frameAt(positionUs: number): number {
		return Math.max(positionUs, this.groupAt(positionUs + ROUNDING_US)?.positionUs ?? 0);
	}

	groupAt(positionUs: number): SegmentGroup | null {
		const point = seekPointAt(this.playlist.groups, positionUs);
		return (point && this.playlist.groups[point.index]) ?? null;
	}

	/** The segment at a position, and the offset into it. */
	offsetAt(positionUs: number): SegmentOffset | null {
		const point = seekPointAt(this.playlist.groups, positionUs);
		const group = point && this.playlist.groups[point.index];
		if (!point || !group) return null;
		const segment = group.segments.findLast(({ startUs }) => startUs <= point.wallUs);
		if (segment === undefined) return null;
		const { runNo, seq } = segment;
		return { runNo, seq, insideUs: point.wallUs - segment.startUs };
	}

	/** Where the segment at a position was read from; `null`: not known. */
	originAt(positionUs: number): Origin | null {
		const at = this.offsetAt(positionUs);
		return at && this.playlist.originOf(at);
	}

	/** The group for a playlist key; for an init section, the first group that needs it. */
	groupOf(line: string | null): SegmentGroup | null {
		const key = playlistKeyFrom(line ?? '');
		if (key === null) return null;
		const { groups } = this.playlist;
		if (key.kind === 'group') return groups[key.index] ?? null;
		return groups.find(({ runNo }) => runNo === key.runNo) ?? null;
	}

	/** Wall time of a frame: run anchor plus media time where known (PB2). */
	wallUsAt(positionUs: number): number | null {
		const point = seekPointAt(this.playlist.groups, positionUs);
		const group = point && this.playlist.groups[point.index];
		if (!point || !group) return null;
		const offsetUs = this.#offsetsUs.get(group.piece);
		return offsetUs === undefined
			? point.wallUs
			: this.playlist.anchorUs(group) + positionUs + offsetUs;
	}

	/** The position on the media element, in seconds. */
	secondsOf(positionUs: number): number {
		const point = seekPointAt(this.playlist.groups, positionUs);
		const group = point && this.playlist.groups[point.index];
		const offsetUs = group && this.#offsetsUs.get(group.piece);
		const exactUs =
			point && group && offsetUs !== undefined && offsetUs !== null
				? point.wallUs - this.playlist.anchorUs(group) - offsetUs
				: positionUs;
		// Browsers round to whole microseconds: slightly later is certainly this frame.
		const lastUs = lastSeekPoint(this.playlist.groups)?.positionUs ?? 0;
		return Math.min(Math.max(exactUs, group?.positionUs ?? 0), lastUs) / 1e6 + 0.00001;
	}
}

export function startOfGroup(group: SegmentGroup): SegmentOffset {
	return { runNo: group.runNo, seq: group.segments[0]?.seq ?? 1, insideUs: 0 };
}

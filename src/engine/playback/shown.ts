import { keyFrom, type Group } from '#domain/footage/playlist.ts';
import { lastSpot, spotAt } from '#domain/footage/seek.ts';
import type { ScreenEvent } from '#ports/media/screen.ts';
import type { Moment } from './finding.ts';
import type { DayReel } from './reel.ts';

/** Far shorter than any frame, far longer than what browsers round away. */
const HAIR_US = 5_000;

/** A reel on the screen, and what is known of it since it is there. Positions are microseconds. */
export class Shown {
	readonly reel: DayReel;
	/** Of the frame on show, or of the one that is wanted. */
	positionUs: number;
	failure: Extract<ScreenEvent, { kind: 'failed' }> | null = null;
	/** Nothing is left in the buffer after a failure. */
	starved = false;
	/** Everything was shown. */
	ended = false;
	/** Whether the screen has painted what was wanted of it last. */
	live = false;
	/** By piece: media time minus position. */
	readonly #offsetsUs = new Map<number, number>();

	constructor(reel: DayReel, positionUs: number) {
		this.reel = reel;
		this.positionUs = positionUs;
	}

	get playable(): boolean {
		return this.live && this.failure === null;
	}

	placed(key: string, offsetS: number): void {
		const group = this.groupOf(key);
		if (group !== null) this.#offsetsUs.set(group.piece, offsetS * 1e6);
	}

	/** A frame's own position, where the browser's rounding put it a hair before its group. */
	frameAt(positionUs: number): number {
		return Math.max(positionUs, this.groupAt(positionUs + HAIR_US)?.positionUs ?? 0);
	}

	groupAt(positionUs: number): Group | null {
		const spot = spotAt(this.reel.groups, positionUs);
		return (spot && this.reel.groups[spot.index]) ?? null;
	}

	/** The segment at a position, and how far into it. */
	momentAt(positionUs: number): Moment | null {
		const spot = spotAt(this.reel.groups, positionUs);
		const group = spot && this.reel.groups[spot.index];
		if (!spot || !group) return null;
		const segment = group.segments.findLast(({ startUs }) => startUs <= spot.wallUs);
		if (segment === undefined) return null;
		const { runNo, seq } = segment;
		return { runNo, seq, insideUs: spot.wallUs - segment.startUs };
	}

	/** What a line of the playlist is about; for an init section the first group that needs it. */
	groupOf(line: string | null): Group | null {
		const key = keyFrom(line ?? '');
		if (key === null) return null;
		const { groups } = this.reel;
		if (key.kind === 'group') return groups[key.index] ?? null;
		return groups.find(({ runNo }) => runNo === key.runNo) ?? null;
	}

	/** Wall time of a frame, from its run's anchor and its own media time where that is known. */
	wallUsAt(positionUs: number): number | null {
		const spot = spotAt(this.reel.groups, positionUs);
		const group = spot && this.reel.groups[spot.index];
		if (!spot || !group) return null;
		const offsetUs = this.#offsetsUs.get(group.piece);
		return offsetUs === undefined ? spot.wallUs : this.reel.anchorUs(group) + positionUs + offsetUs;
	}

	/** Where the screen has it, in seconds. */
	secondsOf(positionUs: number): number {
		const spot = spotAt(this.reel.groups, positionUs);
		const group = spot && this.reel.groups[spot.index];
		const offsetUs = group && this.#offsetsUs.get(group.piece);
		const exactUs =
			spot && group && offsetUs !== undefined && offsetUs !== null
				? spot.wallUs - this.reel.anchorUs(group) - offsetUs
				: positionUs;
		// Browsers count in whole microseconds, rounded somehow: a little later it is this frame for
		// sure.
		const lastUs = lastSpot(this.reel.groups)?.positionUs ?? 0;
		return Math.min(Math.max(exactUs, group?.positionUs ?? 0), lastUs) / 1e6 + 0.00001;
	}
}

/** The beginning of a group. */
export function beginningOf(group: Group): Moment {
	return { runNo: group.runNo, seq: group.segments[0]?.seq ?? 1, insideUs: 0 };
}

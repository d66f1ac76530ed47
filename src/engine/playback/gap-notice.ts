import { SEAM_US } from '#domain/footage/coverage.ts';
import type { SegmentGroup } from '#domain/footage/playlist.ts';
import type { Gap } from '#domain/footage/span.ts';

/** How much footage plays before the notice disappears. */
const NOTICE_US = 5_000_000;

/** Which gap playback has just skipped. Positions are microseconds. */
export class GapNotice {
	#shownUs = 0;

	/** Sets where the current notice, if any, was shown. */
	reset(positionUs: number): void {
		this.#shownUs = positionUs;
	}

	/** The gap to show now, at a frame of `group` after one of `last`. */
	next(
		{ gap, gaps }: { readonly gap: Gap | null; readonly gaps: readonly Gap[] },
		last: SegmentGroup,
		group: SegmentGroup,
		positionUs: number,
	): Gap | null {
		if (last.piece === group.piece) {
			return Math.abs(positionUs - this.#shownUs) > NOTICE_US ? null : gap;
		}
		this.#shownUs = positionUs;
		const leftUs = last.startUs + last.durationUs;
		if (group.startUs - leftUs <= SEAM_US) return null;
		const middleUs = (leftUs + group.startUs) / 2;
		return gaps.find(({ startUs, endUs }) => startUs <= middleUs && middleUs < endUs) ?? null;
	}
}

import { SEAM_US } from '#domain/footage/coverage.ts';
import type { SegmentGroup } from '#domain/footage/playlist.ts';
import type { Gap } from '#domain/footage/span.ts';

/** A sentence about a gap stays for so much footage. */
const TOLD_US = 5_000_000;

/** Which gap the hand has just passed. Positions are microseconds. */
export class GapNotice {
	#toldUs = 0;

	/** A gap was told here, or none. */
	reset(positionUs: number): void {
		this.#toldUs = positionUs;
	}

	/** After a frame of `group`, when the one before was of `last`: what is to be told now. */
	next(
		{ gap, gaps }: { readonly gap: Gap | null; readonly gaps: readonly Gap[] },
		last: SegmentGroup,
		group: SegmentGroup,
		positionUs: number,
	): Gap | null {
		if (last.piece === group.piece) {
			return Math.abs(positionUs - this.#toldUs) > TOLD_US ? null : gap;
		}
		this.#toldUs = positionUs;
		const leftUs = last.startUs + last.durationUs;
		if (group.startUs - leftUs <= SEAM_US) return null;
		const middleUs = (leftUs + group.startUs) / 2;
		return gaps.find(({ startUs, endUs }) => startUs <= middleUs && middleUs < endUs) ?? null;
	}
}

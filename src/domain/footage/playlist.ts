import type { Segment } from './segment.ts';
import { SEAM_US } from './coverage.ts';

/** Consecutive segments of one run: one entry of a playlist. */
export interface SegmentGroup {
	readonly runNo: number;
	readonly segments: readonly Segment[];
	/** Wall time of the first frame. */
	readonly startUs: number;
	/**
	 * Until the next group within the piece, or until the end of the last one. The same in wall time
	 * and position.
	 */
	readonly durationUs: number;
	/** Position on the playlist's own timeline, which has no gaps. */
	readonly positionUs: number;
	/**
	 * Rises by one wherever footage is missing or the run changes: media time is continuous within a
	 * piece.
	 */
	readonly piece: number;
}

/** A day of 1 s segments is 17,280 entries: hls.js parses them in about 80 ms. */
export const GROUP_SEGMENTS = 5;

type Part = Omit<SegmentGroup, 'positionUs' | 'durationUs'>;

/** Groups segments, which must be in recording order. Bad and `unusable` ones become holes. */
export function groupsOf(
	segments: readonly Segment[],
	unusable: (segment: Segment) => boolean = () => false,
): SegmentGroup[] {
	const parts: Part[] = [];
	let members: Segment[] = [];
	let piece = 0;
	let last: Segment | null = null;
	const finish = (): void => {
		const [first] = members;
		if (first === undefined) return;
		parts.push({ runNo: first.runNo, segments: members, startUs: first.startUs, piece });
		members = [];
	};
	for (const segment of segments) {
		if (segment.bad || unusable(segment)) continue;
		if (last !== null && !follows(last, segment)) {
			finish();
			piece += 1;
		} else if (members.length === GROUP_SEGMENTS) finish();
		members.push(segment);
		last = segment;
	}
	finish();
	return placed(parts);
}

/**
 * Whether media time continues. Neighbours may overlap or be some ms apart, because the encoder
 * estimates the duration of its last frame.
 */
function follows(last: Segment, next: Segment): boolean {
	if (next.runNo !== last.runNo || next.seq !== last.seq + 1) return false;
	return next.startUs > last.startUs && next.startUs - endUsOf(last) <= SEAM_US;
}

function placed(parts: readonly Part[]): SegmentGroup[] {
	let positionUs = 0;
	return parts.map((part, index) => {
		const next = parts[index + 1];
		const endUs = next?.piece === part.piece ? next.startUs : endUsOf(part.segments.at(-1));
		const durationUs = Math.max(1, endUs - part.startUs);
		const group = { ...part, positionUs, durationUs };
		positionUs += durationUs;
		return group;
	});
}

function endUsOf(segment: Segment | undefined): number {
	return segment === undefined ? 0 : segment.startUs + segment.durationUs;
}

export const initKey = (runNo: number): string => `init-${runNo}`;
export const groupKey = (index: number): string => `group-${index}`;

export type PlaylistKey =
	| { readonly kind: 'init'; readonly runNo: number }
	| { readonly kind: 'group'; readonly index: number };

/** `null`: not a key of a playlist. */
export function playlistKeyFrom(text: string): PlaylistKey | null {
	const [, kind, digits] = /^(init|group)-(\d{1,15})$/.exec(text) ?? [];
	const number = Number(digits);
	if (kind === 'init') return { kind, runNo: number };
	return kind === 'group' ? { kind, index: number } : null;
}

/**
 * A complete VOD media playlist (RFC 8216). Wall times are given only at discontinuities: on every
 * line they would more than double the text.
 */
export function playlistOf(groups: readonly SegmentGroup[]): string {
	const longestUs = groups.reduce((max, { durationUs }) => Math.max(max, durationUs), 1);
	const lines = [
		'#EXTM3U',
		'#EXT-X-VERSION:7',
		`#EXT-X-TARGETDURATION:${Math.ceil(longestUs / 1_000_000)}`,
		'#EXT-X-MEDIA-SEQUENCE:0',
		'#EXT-X-PLAYLIST-TYPE:VOD',
		'#EXT-X-INDEPENDENT-SEGMENTS',
	];
	let before: SegmentGroup | null = null;
	for (const [index, group] of groups.entries()) {
		if (group.piece !== before?.piece) {
			if (before !== null) lines.push('#EXT-X-DISCONTINUITY');
			if (group.runNo !== before?.runNo) lines.push(`#EXT-X-MAP:URI="${initKey(group.runNo)}"`);
			lines.push(`#EXT-X-PROGRAM-DATE-TIME:${isoOf(group.startUs)}`);
		}
		lines.push(`#EXTINF:${(group.durationUs / 1_000_000).toFixed(6)},`, groupKey(index));
		before = group;
	}
	lines.push('#EXT-X-ENDLIST', '');
	return lines.join('\n');
}

function isoOf(us: number): string {
	return new Date(Math.floor(us / 1000)).toISOString();
}

import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { Segment, SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import { buildSegmentRecord } from '#domain/sync/segment-record.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { Batch } from './backlog.ts';

type Reading = Pick<Footage, 'read'>;

export interface BatchRecords {
	/** One behind the other. */
	readonly records: Bytes;
	/** Numbers of segments that were deleted meanwhile, or are damaged. */
	readonly unreadable: readonly number[];
}

/** The records of a batch, as they are sent; `init`: of the init section, too. */
export async function recordsOf(
	footage: Reading,
	{ run, segments }: Batch,
	init: boolean,
): Promise<BatchRecords> {
	const parts: Bytes[] = [];
	const unreadable: number[] = [];
	if (init) {
		const { camera, runNo, anchorUs: startUs } = run;
		const stored = await readable(footage, { camera, runNo, seq: 0, startUs });
		if (stored !== null) parts.push(buildSegmentRecord({ entry: null, ...stored }));
	}
	for (const segment of segments) {
		const stored = await readable(footage, segment);
		if (stored === null) unreadable.push(segment.seq);
		else parts.push(recordOf(segment, stored));
	}
	return { records: concatBytes(...parts), unreadable };
}

function recordOf({ seq, startUs, durationUs, sound }: Segment, stored: StoredBytes): Bytes {
	const times = { seq, startUs, durationUs, sound, bad: false };
	const entry = { ...times, size: stored.bytes.length, place: 0 };
	return buildSegmentRecord({ entry, ...stored });
}

async function readable(footage: Reading, segment: SegmentKey): Promise<StoredBytes | null> {
	try {
		return await footage.read(segment);
	} catch (error) {
		expectFault(error);
		if (error.kind !== 'corrupt') throw error;
		return null;
	}
}

import { expectFault, Fault } from '#domain/base/fault.ts';
import { ORIGINS } from '#domain/footage/origin.ts';
import type { SegmentKey, StoredBytes } from '#domain/footage/segment.ts';
import type { Footage } from '#ports/footage/footage.ts';

type Open<T> = (stored: StoredBytes) => Promise<T>;

/** `null`: missing, unreadable or does not open, and retrying cannot help. */
export async function openedOrNull<T>(
	footage: Footage,
	segment: SegmentKey,
	open: Open<T>,
): Promise<T | null> {
	try {
		const stored = await footage.read(segment);
		return stored === null ? null : await open(stored);
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return null;
		throw error;
	}
}

/**
 * For what did not open: says so to where it came from, and opens it from elsewhere (PB32). `lost`:
 * it is nowhere, and that is news: what was evicted meanwhile is not.
 */
export async function openElsewhere<T>(
	footage: Footage,
	segment: SegmentKey,
	open: Open<T>,
): Promise<{ readonly opened: T | null; readonly lost: boolean }> {
	let lost = false;
	for (let left: number = ORIGINS.length; left > 0; left -= 1) {
		if (!(await footage.damaged(segment).catch(notMarked))) break;
		lost = true;
		const opened = await openedOrNull(footage, segment, open);
		if (opened !== null) return { opened, lost: false };
	}
	return { opened: null, lost };
}

/** Left out and counted all the same: marking it needs room, for one. */
function notMarked(error: unknown): true {
	expectFault(error);
	return true;
}

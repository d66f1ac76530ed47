import { equalBytes } from '#domain/base/bytes.ts';
import type { Head } from '#domain/footage/head.ts';
import type { Span } from '#domain/footage/span.ts';
import { isBefore } from './footage-check.ts';

/** Cameras of which a head is kept. */
export const MAX_HEAD_PINS = 256;

/** The highest signed head that this device has seen of a camera, with its segment's span. */
export interface HeadPin
	extends Span, Pick<Head, 'camera' | 'runNo' | 'seq' | 'chain' | 'oldestKept' | 'wallMs'> {
	/** Of the run record with the highest `runNo` and `wallMs`; `null`: none was seen. */
	readonly record: SeenRunRecord | null;
}

export interface SeenRunRecord {
	readonly runNo: number;
	readonly lastSeq: number;
	readonly wallMs: number;
}

/** What both tell: the later head, the later run record. */
export function raisedPin(before: HeadPin | null, pin: HeadPin): HeadPin {
	if (before === null) return pin;
	const later = isBefore(before, pin) ? pin : before;
	return { ...later, record: laterRecord(before.record, pin.record) };
}

export function laterRecord(
	one: SeenRunRecord | null,
	other: SeenRunRecord | null,
): SeenRunRecord | null {
	if (one === null || other === null) return one ?? other;
	const isLater =
		other.runNo > one.runNo || (other.runNo === one.runNo && other.wallMs > one.wallMs);
	return isLater ? other : one;
}

/** Two heads of one place that tell different things: one of them is of another history. */
export function contradicts(pin: HeadPin, head: Pick<Head, 'runNo' | 'seq' | 'chain'>): boolean {
	return head.runNo === pin.runNo && head.seq === pin.seq && !equalBytes(head.chain, pin.chain);
}

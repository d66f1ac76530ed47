import type { Bytes } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { parseEntry } from '#domain/home/roster.ts';

/** Number of the newest entry that added the device; 0: none did. */
export function admissionSeq(entries: readonly Bytes[], device: DeviceId): number {
	const all = entries.map((bytes) => parseEntry(bytes).entry);
	return all.findLast(({ op, subject }) => op === 'add' && subject?.device === device)?.seq ?? 0;
}

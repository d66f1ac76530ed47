import { joined, type Bytes } from '#domain/bytes.ts';
import { GRANT_BYTES, parseGrant } from '#domain/grant.ts';
import type { DeviceId } from '#domain/ids.ts';
import { parseEntry } from '#domain/roster.ts';

/** What one entry's detail takes. */
const MOST = 60;

/** Home keys granted to a kit, as details of the entries about it (KT3). At least one, empty where there are none. */
export function kitDetails(grants: readonly Bytes[]): readonly Bytes[] {
	const details: Bytes[] = [];
	for (let at = 0; at < grants.length; at += MOST) {
		details.push(joined(...grants.slice(at, at + MOST)));
	}
	return details.length === 0 ? [new Uint8Array()] : details;
}

/** Of all entries about a kit, by number of the home key; what cannot be read is none. */
export function kitGrantsIn(entries: readonly Bytes[], kit: DeviceId): ReadonlyMap<number, Bytes> {
	const found = new Map<number, Bytes>();
	for (const bytes of entries) {
		const { subject, detail } = parseEntry(bytes).entry;
		if (subject?.device !== kit || detail.length % GRANT_BYTES !== 0) continue;
		for (let at = 0; at < detail.length; at += GRANT_BYTES) {
			const grant = detail.slice(at, at + GRANT_BYTES);
			const number = numberOf(grant);
			if (number !== null) found.set(number, grant);
		}
	}
	return found;
}

function numberOf(grant: Bytes): number | null {
	try {
		return parseGrant(grant).grant.number;
	} catch {
		return null;
	}
}

import { hexOf, type Bytes } from '#domain/bytes.ts';
import type { DeviceId } from '#domain/ids.ts';
import { parseEntry, type RosterEntry } from '#domain/roster.ts';
import { kitOf } from './claims.ts';
import type { Roster } from './roster.ts';

/** What an owner says to undo all that a kit did, or who came by it: KT12. */
export interface Refusal {
	/** Kits that claim, and whom they let in. */
	readonly gone: ReadonlySet<DeviceId>;
	/** Members as they were before, other kits as well: whoever came by one may have changed their owner keys. */
	readonly back: readonly RosterEntry[];
}

/** `held` waits, `now` is the roster with it. */
export function refusalOf(before: Roster, held: readonly Bytes[], now: Roster): Refusal {
	const claims = [...before.claims.values(), ...now.claims.values()];
	const kits = new Set<DeviceId | null>(claims.map(({ kit }) => kit));
	const rightful = new Set(before.owners);
	const rightly = new Map(before.devices);
	const touched = new Set<DeviceId>();
	for (const bytes of held) {
		const { entry } = parseEntry(bytes);
		const { author, op, subject, roles } = entry;
		if (!rightful.has(hexOf(author))) {
			kits.add(kitOf(now.devices, author));
			if (subject !== null) touched.add(subject.device);
		} else if (subject !== null) {
			if (op === 'revoke') rightly.delete(subject.device);
			else rightly.set(subject.device, entry);
			if (subject.owner && roles.includes('owner')) rightful.add(hexOf(subject.owner));
		}
	}
	const gone = new Set<DeviceId>();
	const back: RosterEntry[] = [];
	for (const device of [...touched, ...kits]) {
		if (device === null || !now.devices.has(device)) continue;
		const was = kits.has(device) ? undefined : rightly.get(device);
		if (was === undefined) gone.add(device);
		else back.push(was);
	}
	return { gone, back };
}

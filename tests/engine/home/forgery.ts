import type { Bytes } from '#domain/base/bytes.ts';
import { parseEntry, type RosterEntry } from '#domain/home/roster.ts';
import { nextEntry, signEntry } from '#engine/home/roster.ts';
import type { FakeDevice } from '../../fakes/device.ts';
import { subjectOf } from '../members/joined.ts';

/** What somebody without an owner key can build from a home's roster to make `evil` a member. */
export async function forgedRoster(
	{ crypto, homeRoster }: Pick<FakeDevice, 'crypto' | 'homeRoster'>,
	evil: FakeDevice,
	below: (most: number) => number,
): Promise<Bytes[]> {
	const [entries, roster] = [homeRoster.entries, homeRoster.roster];
	const self = await evil.homeRoster.self();
	const own = self.owner;
	if (roster === null || own === null) throw new Error('no roster');
	const subject = await subjectOf(evil);
	const said = { op: 'add', roles: ['viewer', 'owner'], notAfterMs: null, subject } as const;
	const detail = new Uint8Array();
	const mine = await nextEntry(crypto, own, roster, 1, { ...said, detail });
	const newest = entries.at(-1) ?? mine;
	switch (below(6)) {
		case 0:
			return [...entries, mine];
		case 1: {
			const [author] = roster.past.owners.values();
			if (author === undefined) throw new Error('no owner');
			const { entry } = parseEntry(mine);
			return [...entries, await signEntry(crypto, own.key, { ...entry, author })];
		}
		case 2:
			return [...entries, newest];
		case 3: {
			const entry: RosterEntry = {
				...parseEntry(newest).entry,
				seq: roster.seq + 1,
				prev: roster.head,
			};
			const bytes = (await signEntry(crypto, own.key, { ...entry, subject })).slice();
			bytes.set(newest.subarray(-64), bytes.length - 64);
			return [...entries, bytes];
		}
		case 4:
			return [...evil.homeRoster.entries];
		default: {
			const bytes = newest.slice();
			const at = below(bytes.length);
			bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
			return [...entries.slice(0, -1), bytes];
		}
	}
}

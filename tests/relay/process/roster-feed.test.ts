import { expect, test } from 'vitest';
import type { StoredRoster } from '#relay/base/ipc.ts';
import { RosterFeed } from '#relay/process/roster-feed.ts';

const appended = (home: string) => ({ kind: 'appended' as const, home, from: 1, entries: [] });

test('SY16 one roster is on its way, as it is then; what changes meanwhile follows once', () => {
	const sent: StoredRoster[] = [];
	let version = 0;
	const feed = new RosterFeed(
		() => [Uint8Array.of(version)],
		(roster) => sent.push(roster),
	);
	const said = () => sent.splice(0).map(({ home, entries }) => `${home}${String(entries[0]?.[0])}`);
	feed.note({ kind: 'gone', ids: [1] });
	feed.note({ kind: 'opened', home: 'a', invitation: '', entries: [] });
	expect(said()).toEqual(['a0']);
	for (version = 1; version <= 9; version += 1) feed.note(appended(version % 2 ? 'a' : 'b'));
	expect(said()).toEqual([]);
	feed.counts();
	feed.counts();
	feed.counts();
	expect(said()).toEqual(['a10', 'b10']);
	// A new process begins with all of them, and takes more once it listens.
	feed.note(appended('c'));
	feed.note(appended('d'));
	feed.restarted();
	feed.note(appended('e'));
	expect(said()).toEqual(['c10']);
	feed.counts();
	expect(said()).toEqual(['e10']);
});

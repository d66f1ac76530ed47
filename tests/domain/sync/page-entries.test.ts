import { expect, test } from 'vitest';
import { buildEntries } from '#domain/footage/index-page.ts';
import { entriesOf } from '#domain/sync/page-entries.ts';

test('entries of an answer are read once, and those of an equal answer anew', () => {
	const times = { seq: 1, startUs: 5, durationUs: 6, size: 7, place: 0 };
	const page = buildEntries([{ ...times, sound: true, bad: false }]);
	expect(entriesOf(page).entries).toEqual([{ ...times, sound: true, bad: false }]);
	expect(entriesOf(page)).toBe(entriesOf(page));
	expect(entriesOf(page.slice(0, -1))).toEqual({ entries: [], lost: 1 });
});

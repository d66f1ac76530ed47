import { expect, test } from 'vitest';
import type { StorageUsage } from '#domain/storage/usage.ts';
import type { Deletion } from '#domain/storage/deletion.ts';
import type { Ledger } from '#ports/storage/ledger.ts';

const HOUR_MS = 3_600_000;
const NOON = 497_000 * HOUR_MS;

const deletion = (atMs: number, rule: Deletion['rule'] = 'budget'): Deletion => ({
	...{ rule, firstMs: atMs, lastMs: atMs, segments: 60, bytes: 1000 },
	span: { startUs: atMs, endUs: atMs + 60 },
});

const filling = (atMs: number, footage: number): StorageUsage => ({
	...{ atMs, footage, pinned: 0, previews: 1, index: 2, reserve: 3, other: 4, allowed: 5000 },
});

export function ledgerContract(make: () => Ledger): void {
	test('SP19 one entry per rule and hour, newest first', async () => {
		const ledger = make();
		await ledger.noteDeletion(deletion(NOON));
		await ledger.noteDeletion(deletion(NOON + 60_000));
		await ledger.noteDeletion(deletion(NOON + 120_000, 'person'));
		await ledger.noteDeletion(deletion(NOON + HOUR_MS));
		expect(await ledger.deletions(10)).toEqual([
			deletion(NOON + HOUR_MS),
			deletion(NOON + 120_000, 'person'),
			{
				...deletion(NOON),
				...{ lastMs: NOON + 60_000, segments: 120, bytes: 2000 },
				span: { startUs: NOON, endUs: NOON + 60_060 },
			},
		]);
		expect(await ledger.deletions(1)).toHaveLength(1);
	});

	test('SP21 one sample per ten minutes, the later one; oldest first', async () => {
		const ledger = make();
		await ledger.noteUsage(filling(NOON + 700_000, 3));
		await ledger.noteUsage(filling(NOON, 1));
		await ledger.noteUsage(filling(NOON + 60_000, 2));
		expect(await ledger.usageSince(0)).toEqual([
			filling(NOON + 60_000, 2),
			filling(NOON + 700_000, 3),
		]);
		expect(await ledger.usageSince(NOON + 600_000)).toEqual([filling(NOON + 700_000, 3)]);
	});

	test('changes are returned newest first', async () => {
		const ledger = make();
		await ledger.noteChange({ atMs: NOON, what: 'lens' });
		await ledger.noteChange({ atMs: NOON + 5, what: 'quality-raised' });
		expect(await ledger.changes(1)).toEqual([{ atMs: NOON + 5, what: 'quality-raised' }]);
		expect(await ledger.changes(9)).toHaveLength(2);
	});
}

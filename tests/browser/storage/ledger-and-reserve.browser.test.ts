import { afterEach, describe, expect, test } from 'vitest';
import { DexieLedger } from '#browser/storage/ledger.ts';
import { BrowserStoragePersistence } from '#browser/device/storage-persistence.ts';
import { DexieReserve } from '#browser/storage/reserve.ts';
import { ledgerContract } from '../../contracts/ledger.ts';
import { storagePersistenceContract } from '../../contracts/persistence.ts';
import { reserveContract } from '../../contracts/reserve.ts';
import { answer, rawly } from '../footage/raw-database.ts';

let count = 0;
const open: { dispose(): void }[] = [];
function kept<T extends { dispose(): void }>(made: T): T {
	open.push(made);
	return made;
}
afterEach(() => {
	for (const one of open.splice(0)) one.dispose();
});

describe('DexieLedger', () => {
	ledgerContract(() => kept(new DexieLedger(`ledger-${String((count += 1))}`)));

	test('an invalid row is skipped', async () => {
		const name = `ledger-${String((count += 1))}`;
		const ledger = kept(new DexieLedger(name));
		await ledger.noteChange({ atMs: 5, what: 'lens' });
		await rawly(name, (table) => answer(table('changes').add({ atMs: 9, what: 'weather' })));
		expect(await ledger.changes(9)).toEqual([{ atMs: 5, what: 'lens' }]);
	});

	test('SP19 the newest thousand stay', async () => {
		const ledger = kept(new DexieLedger(`ledger-${String((count += 1))}`));
		const hour = 3_600_000;
		const entry = (atMs: number) =>
			({ rule: 'budget', firstMs: atMs, lastMs: atMs, span: null, segments: 1, bytes: 1 }) as const;
		// In batches: each has its own deadline, and the database takes them one by one.
		for (let n = 0; n < 1005; n += 67) {
			const some = Array.from({ length: 67 }, (_, at) => entry((n + at + 1) * hour));
			await Promise.all(some.map((one) => ledger.noteDeletion(one)));
		}
		const all = await ledger.deletions(5000);
		expect(all).toHaveLength(1000);
		expect(all.at(-1)!.firstMs).toBe(6 * hour);
	});
});

describe('DexieReserve', () => {
	reserveContract(() => kept(new DexieReserve(`reserve-${String((count += 1))}`)));

	test('SP12 its bytes are real: the browser counts them, and frees them', async () => {
		const used = async () => (await new BrowserStoragePersistence().usedBytes()) ?? 0;
		const reserve = kept(new DexieReserve(`reserve-${String((count += 1))}`));
		const before = await used();
		await reserve.hold(8 * 2 ** 20);
		await expect.poll(used).toBeGreaterThan(before + 7 * 2 ** 20);
		await reserve.spend();
		await expect.poll(used).toBeLessThan(before + 2 ** 20);
	});
});

describe('BrowserStoragePersistence', () => {
	storagePersistenceContract(() => new BrowserStoragePersistence());

	test('SP22 a trace is there for the next page, and anything else is none', () => {
		const trace = { bytes: 5, untilMs: 7 };
		new BrowserStoragePersistence().writeTrace(trace);
		expect(new BrowserStoragePersistence().trace()).toEqual(trace);
		localStorage.setItem('spycam-trace', '{"bytes":-1}');
		expect(new BrowserStoragePersistence().trace()).toBeNull();
		localStorage.setItem('spycam-trace', 'x');
		expect(new BrowserStoragePersistence().trace()).toBeNull();
		new BrowserStoragePersistence().writeTrace(null);
		expect(localStorage.getItem('spycam-trace')).toBeNull();
	});

	test('SP23 reports the browser’s answers', async () => {
		expect(await new BrowserStoragePersistence().persisted()).toBe(
			await navigator.storage.persisted(),
		);
		expect(await new BrowserStoragePersistence().persist()).toBe(
			await navigator.storage.persisted(),
		);
	});
});

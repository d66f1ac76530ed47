import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrowserStoragePersistence } from '#browser/device/storage-persistence.ts';
import { DexieLedger } from '#browser/storage/ledger.ts';
import { DexieReserve } from '#browser/storage/reserve.ts';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import { DOOR, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryDevicePreferences } from '../../fakes/preference-store.ts';

/** A device’s ring with real databases: what people are promised about their storage. */
const MIB = 2 ** 20;
const BUDGET = 60 * MIB;
/** Filling at a realistic rate would take days: a segment of 300 kB is 2.4 Mbit/s. */
const SIZE = 300_000;

let name = 0;
let open: { dispose(): void }[] = [];
function world() {
	name += 1;
	const clock = new ManualClock(T0 / 1000);
	const rows = new DexieFootageRows(`ring-${String(name)}`);
	const segments = new FootageStore(rows, clock);
	const thumbnails = new SealedThumbnails(rows);
	const reserve = new DexieReserve(`ring-reserve-${String(name)}`);
	const ledger = new DexieLedger(`ring-ledger-${String(name)}`);
	open = [segments, reserve, ledger];
	const stored = new MemoryDevicePreferences({ budgetBytes: BUDGET });
	const preferences = new AuditedPreferences(stored, ledger, clock);
	const allowance = new Allowance(preferences, clock, () => Promise.resolve(null));
	const pins = new Pins(segments, allowance);
	const journal = new DeletionJournal(ledger, clock);
	const retention = new Retention({ segments, allowance, reserve, journal });
	const maintenance = new StorageMaintenance({
		...{ clock, segments, thumbnails, reserve, ledger, journal, allowance, pins, retention },
		preferences,
		profiles: () => Promise.resolve(['standard']),
		cameras: () => null,
		origin: new BrowserStoragePersistence(),
	});
	return { clock, segments, reserve, ledger, journal, pins, retention, maintenance };
}
let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world();
});
afterEach(() => {
	for (const one of open) one.dispose();
	localStorage.clear();
});

test('RT7 RT15 SP3 SP12 SP19 a ring fills its budget twice: the oldest are evicted, the pin stays, the budget holds', async () => {
	const { segments, reserve, ledger, journal, pins, retention, maintenance } = here;
	await record(segments, DOOR, 1, 1);
	// One pin in the first minute.
	await pins.pin(DOOR, { startUs: T0, endUs: T0 + SECOND });
	await maintenance.refresh();
	await maintenance.maintain();
	expect(await reserve.held()).toBe(3 * MIB);
	let most = 0;
	let freed = 0;
	for (let seq = 2; seq <= 420; seq += 1) {
		const segment = sealed(seq, T0 + (seq - 1) * SECOND, SIZE);
		freed += (await retention.makeRoom(segment.bytes.length)).bytes;
		await segments.append(DOOR, 1, segment);
		most = Math.max(most, await segments.usedBytes());
		if (seq % 60 === 0) await maintenance.refresh();
	}
	await maintenance.refresh();
	expect(most + (await reserve.held())).toBeLessThanOrEqual(BUDGET);
	expect(freed).toBeGreaterThan(BUDGET);
	// The pinned minute is complete, and so are the newest; nothing in between is kept out of order.
	const seqs = (await segments.between(DOOR, T0, T0 + 3600 * SECOND)).map(({ seq }) => seq);
	expect(seqs.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
	const rest = seqs.slice(60);
	expect(rest).toEqual(rest.map((_, n) => 420 - rest.length + 1 + n));
	expect(rest.length).toBeGreaterThan(60);
	await journal.settled();
	const [entry, ...others] = await ledger.deletions(9);
	expect(others).toEqual([]);
	expect(entry).toMatchObject({ rule: 'budget', bytes: freed });
	expect(maintenance.usage!.pinned).toBeGreaterThan(59 * SIZE);
}, 240_000);

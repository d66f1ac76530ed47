/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to let the database fail */
import { afterEach, expect, test, vi } from 'vitest';
import { BrowserDataLossSource } from '#browser/storage/data-loss-source.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import type { Run } from '#domain/footage/run.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { answer, counts, mortal, rawOpen } from '../footage/raw-database.ts';

let count = 0;
let stores: DexieSegmentStore[] = [];

afterEach(() => {
	vi.restoreAllMocks();
	for (const store of stores) store.dispose();
	stores = [];
});

function make(deadlineMs?: number): { name: string; store: DexieSegmentStore } {
	const name = `connection-${(count += 1)}`;
	const store = new DexieSegmentStore(name, deadlineMs);
	stores.push(store);
	return { name, store };
}

/**
 * Writes one segment before deadlines apply, because creating a database is slow on a busy machine.
 */
async function recorded(deadlineMs: number): Promise<{ name: string; store: DexieSegmentStore }> {
	const { name, store } = make();
	await record(store, DOOR, 1, 1);
	const hurried = new DexieSegmentStore(name, deadlineMs);
	stores.push(hurried);
	return { name, store: hurried };
}

/** 0 if there was no answer within the deadline. */
function lastSeqOf(run: Promise<Run | null>): Promise<number> {
	return run.then(
		(found) => found?.lastSeq ?? 0,
		() => 0,
	);
}

/** A foreign transaction that locks all tables until it is released. */
async function lock(name: string): Promise<() => void> {
	const database = await rawOpen(name);
	const table = database
		.transaction([...database.objectStoreNames], 'readwrite')
		.objectStore('runs');
	let held = true;
	const again = () => {
		if (held) table.count().onsuccess = again;
	};
	again();
	return () => {
		held = false;
		database.close();
	};
}

test.each(['InvalidStateError', 'UnknownError', 'AbortError'])(
	'ST14 a connection that dies with %s is replaced, and the segment in hand is written once',
	async (dying) => {
		const { name, store } = make();
		const fate = mortal(name, dying);
		await record(store, DOOR, 1, 2);
		fate.deaths = 2;
		const run = await store.append(DOOR, 1, sealed(3, T0 + 2 * SECOND));
		expect(run.lastSeq).toBe(3);
		expect(fate.deaths).toBe(0);
		expect(await store.between(DOOR, T0, T0 + 9 * SECOND)).toHaveLength(3);
		expect(await counts(name)).toMatchObject({ bytes: 4, pages: 1, runs: 1 });
	},
);

test('ST14 a database that stays dead is unavailable after three attempts, and works once it is back', async () => {
	const { name, store } = make();
	const fate = mortal(name, 'UnknownError');
	await record(store, DOOR, 1, 1);
	fate.deaths = 1000;
	expect(await kindOf(store.append(DOOR, 1, sealed(2, T0 + SECOND)))).toBe('unavailable');
	expect(fate.deaths).toBeLessThanOrEqual(1000 - 3);
	fate.deaths = 0;
	expect((await store.append(DOOR, 1, sealed(2, T0 + SECOND))).lastSeq).toBe(2);
	expect(await counts(name)).toMatchObject({ bytes: 3 });
});

test('ST14 a segment whose answer was lost is not written again', async () => {
	const { name, store } = make();
	const fate = mortal(name, 'UnknownError');
	await record(store, DOOR, 1, 1);
	const { put } = IDBObjectStore.prototype;
	let lost = 0;
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
		this: IDBObjectStore,
		...given
	) {
		const { transaction } = this;
		// The transaction completes, but Dexie sees an abort.
		if (this.name === 'runs' && lost === 0) {
			lost += 1;
			const heard = transaction.onabort;
			transaction.oncomplete = () => void heard?.call(transaction, new Event('abort'));
		}
		return put.apply(this, given);
	});
	const run = await store.append(DOOR, 1, sealed(2, T0 + SECOND));
	expect([run.lastSeq, lost, fate.deaths]).toEqual([2, 1, 0]);
	expect(await counts(name)).toMatchObject({ bytes: 3 });
	expect(await store.usedBytes()).toBe(300);
});

test('ST14 a database that does not answer is a timeout; what waited is not written later', async () => {
	const { name, store } = await recorded(150);
	const release = await lock(name);
	const began = performance.now();
	expect(await kindOf(store.append(DOOR, 1, sealed(2, T0 + SECOND)))).toBe('timeout');
	expect(performance.now() - began).toBeGreaterThan(3 * 140);
	release();
	expect(await counts(name)).toMatchObject({ bytes: 2 });
	await expect.poll(() => lastSeqOf(store.lastRun(DOOR))).toBe(1);
	await expect.poll(() => lastSeqOf(store.append(DOOR, 1, sealed(2, T0 + SECOND)))).toBe(2);
});

test('ST14 a database that answers at the second attempt costs nothing', async () => {
	const { name, store } = await recorded(1500);
	const release = await lock(name);
	setTimeout(release, 2000);
	expect((await store.append(DOOR, 1, sealed(2, T0 + SECOND))).lastSeq).toBe(2);
	expect(await counts(name)).toMatchObject({ bytes: 3 });
});

/** A connection of an older version that does not close. */
async function older(name: string): Promise<IDBDatabase> {
	const database = await rawOpen(name, 5);
	// Ignoring `versionchange` blocks the newer version.
	database.onversionchange = () => undefined;
	return database;
}

test('ST28 a slow open is not restarted by every operation', async () => {
	const { name, store } = make(100);
	const database = await older(name);
	const open = vi.spyOn(IDBFactory.prototype, 'open');
	expect(await kindOf(store.usedBytes())).toBe('timeout');
	expect(await kindOf(store.usedBytes())).toBe('timeout');
	expect(open).toHaveBeenCalledTimes(1);
	database.close();
	await expect.poll(() => store.usedBytes().catch(() => null)).toBe(0);
	expect(open).toHaveBeenCalledTimes(1);
});

test('ST27 a database held by an older tab is blocked, and opens once that is closed', async () => {
	const { name, store } = make();
	const database = await older(name);
	const began = performance.now();
	const fault = await store.usedBytes().catch((error: unknown) => error);
	expect(fault).toMatchObject({ kind: 'blocked', source: 'footage' });
	expect(performance.now() - began).toBeLessThan(4500);
	database.close();
	await expect.poll(() => store.usedBytes().catch(() => null)).toBe(0);
});

test('ST29 a database deleted under an open page is reported once, and its runs are cleared', async () => {
	const { name, store } = make();
	const told: string[] = [];
	const off = new BrowserDataLossSource().on((what) => told.push(what));
	await record(store, DOOR, 1, 2);
	expect(told).toEqual([]);
	await answer(indexedDB.deleteDatabase(name));
	const fault = await store
		.append(DOOR, 1, sealed(3, T0 + 2 * SECOND))
		.catch((error: unknown) => error);
	expect(fault).toMatchObject({ kind: 'cleared', source: 'footage' });
	expect(told).toEqual(['footage']);
	await record(store, DOOR, 2, 1);
	expect(told).toEqual(['footage']);
	off();
});

test('ST14 after disposal nothing is opened again', async () => {
	const { store } = make();
	await record(store, DOOR, 1, 1);
	store.dispose();
	expect(await kindOf(store.usedBytes())).toBe('aborted');
});

test('ST15 another tab is notified of changes', async () => {
	const { name, store } = make();
	const other = new DexieSegmentStore(name);
	stores.push(other);
	const heard = new Promise<void>((done) => other.watch(done));
	await record(store, DOOR, 1, 1);
	await heard;
	expect((await other.lastRun(DOOR))!.lastSeq).toBe(1);
});

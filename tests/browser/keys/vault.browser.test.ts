/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to let the database fail */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectToVault } from '#browser/keys/vault-database.ts';
import { WebCrypto } from '#web/crypto.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { generateIdentity } from '#engine/home/create-identity.ts';
import { verifyIdentity } from '#engine/home/identity.ts';
import type { KeyStrength } from '#ports/keys/vault.ts';
import { vaultContract } from '../../contracts/vault.ts';
import { answer, mortal, rawOpen } from '../footage/raw-database.ts';

const crypto = new WebCrypto();
let count = 0;
let open: BrowserVault[] = [];
let names: string[] = [];

function vaultOf(name: string): BrowserVault {
	const vault = new BrowserVault(name);
	open.push(vault);
	if (!names.includes(name)) names.push(name);
	return vault;
}

function newName(): string {
	count += 1;
	return `vault-under-test-${count}`;
}

afterEach(() => {
	vi.restoreAllMocks();
	for (const vault of open) vault.dispose();
	for (const name of names) indexedDB.deleteDatabase(name);
	open = [];
	names = [];
});

vaultContract('IndexedDB', ['sealed', 'readable'], () => {
	const name = newName();
	const reopened = () => Promise.resolve(vaultOf(name));
	return Promise.resolve({ vault: vaultOf(name), reopened });
});

vaultContract('IndexedDB refused', ['memory'], () => {
	const vault = vaultOf(newName());
	return Promise.resolve({ vault, reopened: () => Promise.resolve(vault) });
});

/** Changes a row behind the adapter's back, as damage or another program would. */
async function tamper(name: string, table: string, work: (store: IDBObjectStore) => void) {
	const db = await new Promise<IDBDatabase>((done, failed) => {
		const request = indexedDB.open(name);
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('the vault did not open'));
	});
	await new Promise<void>((done, failed) => {
		const transaction = db.transaction(table, 'readwrite');
		transaction.oncomplete = () => done();
		transaction.onerror = () => failed(new Error('not tampered'));
		work(transaction.objectStore(table));
	});
	db.close();
}

describe('a damaged vault', () => {
	let name: string;
	const made = new Map<KeyStrength, Awaited<ReturnType<typeof generateIdentity>>>();

	beforeEach(async () => {
		name = newName();
		made.set('sealed', await generateIdentity(crypto, 1, false));
		const identity = made.get('sealed');
		if (identity) await vaultOf(name).create(identity, 'sealed');
	});

	const damages: [string, string, string, (store: IDBObjectStore) => void][] = [
		['deleted', 'owner key', 'keys', (store) => store.delete('owner')],
		['null', 'device key', 'keys', (store) => store.put({ name: 'sign', key: null })],
		['text', 'exchange key', 'keys', (store) => store.put({ name: 'kem', key: 'abc' })],
		['deleted', 'roster', 'roster', (store) => store.clear()],
		['a number', 'roster', 'roster', (store) => store.put({ seq: 1, bytes: 7 })],
		['a hole', 'roster', 'roster', (store) => store.put({ seq: 3, bytes: new Uint8Array(3) })],
		['deleted', 'cameras', 'cameras', (store) => store.clear()],
		['deleted', 'identity', 'identity', (store) => store.clear()],
		['another form', 'identity', 'identity', (store) => store.put({ id: 'this', version: 1 })],
	];

	it.each(damages)('ID13 %s: reports the %s as missing', async (_, part, table, work) => {
		await tamper(name, table, work);
		const reading = await vaultOf(name).read();
		expect(reading).toMatchObject({ kind: 'damaged' });
		expect(reading.kind === 'damaged' && reading.missing).toContain(part);
	});

	it('ID13 a key of the wrong kind counts as missing', async () => {
		const usages: KeyUsage[] = ['encrypt'];
		const algorithm = { name: 'AES-GCM', length: 256 };
		const wrong = await globalThis.crypto.subtle.generateKey(algorithm, false, usages);
		const row = { name: 'sign', key: wrong, public: new Uint8Array(65) };
		await tamper(name, 'keys', (store) => store.put(row));
		expect(await vaultOf(name).read()).toEqual({ kind: 'damaged', missing: ['device key'] });
	});

	it('ID14 another pair’s public half is detected when the keys are tried', async () => {
		const other = await crypto.makeSignKey(false);
		const row = { name: 'owner', key: other.key, public: made.get('sealed')?.owner.public };
		await tamper(name, 'keys', (store) => store.put(row));
		const vault = vaultOf(name);
		const reading = await vault.read();
		if (reading.kind !== 'whole') throw new Error('it looks whole');
		expect(await verifyIdentity(crypto, vault, reading.identity)).toEqual(['owner key']);
	});

	it('ID24 a lost home key is recovered from its grant', async () => {
		await tamper(name, 'keys', (store) => store.delete('home/1'));
		const vault = vaultOf(name);
		const reading = await vault.read();
		if (reading.kind !== 'whole') throw new Error('it should be whole');
		expect(reading.identity.homes[0]?.keys[0]?.key).toBeNull();
		expect(await verifyIdentity(crypto, vault, reading.identity)).toEqual([]);
	});

	it('ID15 a lost certificate is not damage', async () => {
		await tamper(name, 'keys', (store) => store.put({ name: 'dtls', key: 5 }));
		expect(await vaultOf(name).read()).toMatchObject({ kind: 'whole', identity: { dtls: null } });
	});

	it('ID16 a vault of a newer app is left unchanged', async () => {
		const row = { id: 'this', version: 3, strength: 'sealed', home: 'x', device: 'y' };
		await tamper(name, 'identity', (store) => store.put(row));
		await expect(vaultOf(name).read()).rejects.toMatchObject({ kind: 'newer', source: 'keys' });
	});

	it('ST26 a database of a newer app is left unchanged', async () => {
		const raw = await rawOpen(name, 400);
		raw.close();
		await expect(vaultOf(name).read()).rejects.toMatchObject({ kind: 'newer', source: 'keys' });
		expect((await indexedDB.databases()).find((one) => one.name === name)?.version).toBe(400);
	});

	it('GO5 a vault deleted under an open page is restored completely', async () => {
		const vault = vaultOf(name);
		expect(await vault.nextCounter()).toBe(1);
		const before = await vault.read();
		expect(await vault.restore()).toBe('there');
		await answer(indexedDB.deleteDatabase(name));
		expect(await vault.restore()).toBe('put back');
		const after = await vaultOf(name).read();
		expect(after).toEqual(before);
		if (after.kind !== 'whole') throw new Error('it should be whole');
		expect(await verifyIdentity(crypto, vault, after.identity)).toEqual([]);
		// Counters skip ahead, because the copy may be behind.
		expect(await vault.nextCounter()).toBeGreaterThan(2);
	});

	it('GO5 a vault that was never read here cannot be restored', async () => {
		await answer(indexedDB.deleteDatabase(name));
		expect(await vaultOf(name).restore()).toBe('lost');
	});

	it('ID17 a closed connection is reopened', async () => {
		const vault = vaultOf(name);
		await vault.read();
		// A newer version closes every other connection; this one then aborts.
		const newer = indexedDB.open(name, 1000);
		newer.onupgradeneeded = () => newer.transaction?.abort();
		await new Promise((done) => (newer.onerror = done));
		expect((await vault.read()).kind).toBe('whole');
	});

	it('ID17 a connection that dies before a write is replaced, and the write happens once', async () => {
		const fate = mortal(name, 'UnknownError');
		const vault = vaultOf(name);
		expect(await vault.nextCounter()).toBe(1);
		fate.deaths = 2;
		expect(await vault.nextCounter()).toBe(2);
		expect(fate.deaths).toBe(0);
	});

	it('ST14 a write that had begun is not retried: it may have been committed', async () => {
		const vault = vaultOf(name);
		await vault.read();
		const { put } = IDBObjectStore.prototype;
		let puts = 0;
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
			this: IDBObjectStore,
			...given
		) {
			if (this.name === 'counts') {
				puts += 1;
				const { transaction } = this;
				// The transaction completes, but Dexie sees an abort.
				const heard = transaction.onabort;
				transaction.oncomplete = () => void heard?.call(transaction, new Event('abort'));
			}
			return put.apply(this, given);
		});
		await expect(vault.nextCounter()).rejects.toMatchObject({
			kind: 'unavailable',
			source: 'keys',
		});
		expect(puts).toBe(1);
		vi.restoreAllMocks();
		expect(await vault.nextCounter()).toBe(2);
	});

	it('ST30 a vault that stays dead is unavailable, not damaged', async () => {
		const fate = mortal(name, 'UnknownError');
		const vault = vaultOf(name);
		await vault.read();
		fate.deaths = 1000;
		await expect(vault.read()).rejects.toMatchObject({ kind: 'unavailable', source: 'keys' });
		fate.deaths = 0;
		expect((await vault.read()).kind).toBe('whole');
	});

	it('ST31 one row that cannot be read is missing, whatever the browser calls it', async () => {
		const { get } = IDBObjectStore.prototype;
		vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
			this: IDBObjectStore,
			key,
		) {
			const request = get.call(this, key);
			if (key !== 'owner') return request;
			Object.defineProperty(request, 'onsuccess', {
				set: () => {
					request.addEventListener('success', () => {
						Object.defineProperty(request, 'error', {
							get: () => new DOMException('lost', 'UnknownError'),
						});
						request.dispatchEvent(new Event('error', { bubbles: true, cancelable: true }));
					});
				},
			});
			return request;
		});
		expect(await vaultOf(name).read()).toEqual({ kind: 'damaged', missing: ['owner key'] });
	});

	it('ST30 a row that exists is a conflict, a value that cannot be stored unsupported', async () => {
		const connection = connectToVault(name, 5000);
		const identity = await connection.read(['identity'], (db) => db.identity.toArray());
		const again = connection.write(['identity'], (db) => db.identity.bulkAdd(identity));
		await expect(again).rejects.toMatchObject({ kind: 'conflict', source: 'keys' });
		const odd = { name: 'odd', key: () => undefined };
		const put = connection.write(['keys'], (db) => db.table('keys').put(odd));
		await expect(put).rejects.toMatchObject({ kind: 'unsupported', source: 'keys' });
		connection.dispose();
	});

	it('DC1 a disposed vault stays closed: no late call recreates its database', async () => {
		const name = newName();
		const vault = vaultOf(name);
		await vault.read();
		vault.dispose();
		await answer(indexedDB.deleteDatabase(name));
		await expect(vault.read()).rejects.toMatchObject({ kind: 'aborted' });
		expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(name);
	});

	it('ID2 a sealed key cannot be exported', async () => {
		const reading = await vaultOf(name).read();
		if (reading.kind !== 'whole') throw new Error('it should be whole');
		for (const { key } of [reading.identity.owner, reading.identity.sign, reading.identity.kem]) {
			const out = globalThis.crypto.subtle.exportKey('jwk', key as unknown as CryptoKey);
			await expect(out).rejects.toThrow();
		}
	});
});

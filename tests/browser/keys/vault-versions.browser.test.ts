import { afterEach, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { bytesOf, concatBytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { epochSecret, verifyIdentity } from '#engine/home/identity.ts';
import vectors from '../../fixtures/vectors/identity.json';
import { answer, rawly, rawOpen } from '../footage/raw-database.ts';

const NAME = 'vault-of-version-1';
const { homeId, deviceId, keys, roster, homeGrant, epochGrant } = vectors;
const camera = vectors.cameraId as CameraId;
const epoch = `epoch/${camera}/7`;
let vault: BrowserVault | null = null;

afterEach(() => {
	vault?.dispose();
	indexedDB.deleteDatabase(NAME);
});

const base64 = (bytes: Uint8Array) =>
	btoa(String.fromCharCode(...bytes))
		.replaceAll('+', '-')
		.replaceAll('/', '_')
		.replaceAll('=', '');

function jwkOf({ private: d, public: point }: { private: string; public: string }): JsonWebKey {
	const [x, y] = [bytesOf(point).subarray(1, 33), bytesOf(point).subarray(33)];
	return { kty: 'EC', crv: 'P-256', d: base64(bytesOf(d)), x: base64(x), y: base64(y) };
}

const whole = ({ canonical, signature }: { canonical: string; signature: string }) =>
	concatBytes(bytesOf(canonical), bytesOf(signature));

/** A vault as version 1 wrote it, with the keys of the vectors. Dexie counts versions in tenths. */
async function putOld(): Promise<void> {
	const made = await rawOpen(NAME, 10, (database) => {
		for (const [table, keyPath] of [
			['identity', 'id'],
			['keys', 'name'],
			['grants', 'name'],
			['epochs', ['camera', 'number']],
			['roster', 'seq'],
			['cameras', 'id'],
		] as const) {
			database.createObjectStore(table, {
				keyPath: typeof keyPath === 'string' ? keyPath : [...keyPath],
			});
		}
	});
	made.close();
	await rawly(NAME, async (table) => {
		const rows: [string, object][] = [
			[
				'identity',
				{ id: 'this', version: 1, strength: 'readable', home: homeId, device: deviceId },
			],
			...Object.entries(keys).map(([name, key]): [string, object] => [
				'keys',
				{ name, key: jwkOf(key), public: bytesOf(key.public) },
			]),
			['keys', { name: 'home/1', key: bytesOf(homeGrant.raw) }],
			['keys', { name: epoch, key: bytesOf(epochGrant.raw) }],
			['grants', { name: 'home/1', bytes: whole(homeGrant) }],
			['grants', { name: epoch, bytes: whole(epochGrant) }],
			['epochs', { camera, number: 7, madeMs: roster.wallMs }],
			['roster', { seq: 1, bytes: whole(roster) }],
			['cameras', { id: camera, number: 1, sealedName: bytesOf(vectors.name.sealed), runNo: 41 }],
		];
		for (const [name, row] of rows) await answer(table(name).put(row));
	});
}

/** Every row of version 1's tables. */
function rowsOf(): Promise<unknown[]> {
	return rawly(NAME, async (table) => {
		const found: unknown[] = [];
		for (const name of ['identity', 'keys', 'grants', 'epochs', 'roster', 'cameras']) {
			found.push(await answer(table(name).getAll()));
		}
		return found;
	});
}

test('ID16 a vault of version 1 opens completely, and reading changes nothing in it', async () => {
	await putOld();
	const before = await rowsOf();
	const crypto = new WebCrypto();
	vault = new BrowserVault(NAME);
	const reading = await vault.read();
	if (reading.kind !== 'whole') throw new Error(`it is ${reading.kind}`);
	const { identity } = reading;
	expect(await verifyIdentity(crypto, vault, identity)).toEqual([]);
	expect(identity).toMatchObject({ home: homeId, device: deviceId, strength: 'readable' });
	expect(identity.homes).toMatchObject([{ roster: [whole(roster)], relay: null }]);
	expect(identity.cameras).toMatchObject([{ id: camera, number: 1, runNo: 41 }]);
	const last = await vault.lastEpoch(camera);
	expect(last).toMatchObject({ number: 7, madeMs: roster.wallMs, rosterSeq: 1 });
	expect(last && (await epochSecret(crypto, identity, camera, last))).not.toBeNull();
	vault.dispose();
	expect(await rowsOf()).toEqual(before);
});

test('ID16 a vault of version 1 can be extended, and older apps then refuse it', async () => {
	await putOld();
	vault = new BrowserVault(NAME);
	expect(await vault.beginRun(camera, 1)).toBe(42);
	expect(await vault.nextCounter()).toBe(1);
	const versionOf = () =>
		rawly(NAME, async (table) => {
			const row: unknown = await answer(table('identity').get('this'));
			return typeof row === 'object' && row !== null && 'version' in row ? row.version : null;
		});
	expect(await versionOf()).toBe(1);
	const reading = await vault.read();
	if (reading.kind !== 'whole') throw new Error(`it is ${reading.kind}`);
	await vault.appendRoster(reading.identity.home, 2, [new Uint8Array([1])]);
	expect(await versionOf()).toBe(2);
	expect(await vault.read()).toMatchObject({
		kind: 'whole',
		identity: { homes: [{ roster: [whole(roster), new Uint8Array([1])] }] },
	});
});

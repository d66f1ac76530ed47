import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { still } from '../../engine/sealing/sealing-fixture.ts';
import { restore } from '../../fixtures/dump.ts';
import footage from '../../fixtures/footage/version-1.json';

const crypto = new WebCrypto();
const camera = footage.camera as CameraId;

describe('footage of version 1', () => {
	let localDevice: LocalDevice;
	let vault: BrowserVault;
	let segments: DexieSegmentStore;

	beforeAll(async () => {
		for (const database of footage.databases) await restore(database);
		vault = new BrowserVault();
		segments = new DexieSegmentStore();
		localDevice = new LocalDevice({ crypto, vault, segments, clock: still });
	});

	afterAll(() => {
		vault.dispose();
		segments.dispose();
		for (const { name } of footage.databases) indexedDB.deleteDatabase(name);
	});

	it('EN4 ID2 its device is unlocked, with readable keys', async () => {
		expect(await localDevice.refresh()).toMatchObject({
			kind: 'ready',
			strength: 'readable',
			cameras: [{ id: camera, name: footage.name }],
		});
	});

	it('EN4 EN17 every segment opens, with what was filmed', async () => {
		const [run] = await segments.runs(camera);
		if (run === undefined) throw new Error('run missing');
		expect(run).toMatchObject({ runNo: 1, startUs: footage.fromMs * 1000, ended: 'stopped' });
		const init = await segments.read({ ...run, seq: 0 });
		if (init === null) throw new Error('init section missing');
		const bodies = [(await localDevice.opener.openInit(run, init)).body];
		const rows = await segments.between(camera, footage.fromMs * 1000, footage.toMs * 1000);
		for (const row of rows) {
			const stored = await segments.read(row);
			if (stored !== null) bodies.push((await localDevice.opener.open(run, row, stored)).body);
		}
		const hashes = await Promise.all(
			bodies.map(async (body) => hexOf(await crypto.sha256(body.slice()))),
		);
		expect(hashes).toEqual(footage.bodies);
	});

	it('EN19 its chain verifies', async () => {
		const [run] = await segments.runs(camera);
		if (run === undefined) throw new Error('run missing');
		const rows = await segments.between(camera, run.startUs, run.endUs);
		const pieces = await Promise.all(
			[{ ...run, seq: 0 }, ...rows].map(async (key) => {
				const stored = await segments.read(key);
				if (stored === null) throw new Error(`segment ${key.seq} is not there`);
				return { seq: key.seq, ...stored };
			}),
		);
		const whole = { kind: 'whole', segments: footage.segments + 1 };
		expect(await localDevice.opener.verifyChain(run, pieces)).toEqual(whole);
	});
});

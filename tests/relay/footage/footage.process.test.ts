/** Footage through the whole relay: a device's token, `live`, the socket, `store`, the disk. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { RelaySidecars } from '#browser/network/relay-sidecars.ts';
import { concatBytes } from '#domain/base/bytes.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import { SavedCopies } from '#engine/sync/marks/saved-copies.ts';
import { WebCrypto } from '#web/crypto.ts';
import type { Relay } from '../../e2e/support/launch.ts';
import { base64url, TestHome } from '../../relay-core/test-device.ts';
import { relayWithRoom } from '../config/settings-file.ts';
import { openHome, uploadingCamera } from './uploading.ts';

const anchorUs = 1_795_000_020_000_000;
let relay: Relay;
let home: TestHome;
beforeAll(async () => {
	relay = await relayWithRoom();
	home = await TestHome.found();
	await openHome(relay, home);
});
afterAll(() => relay.stop());

describe('footage through the relay', () => {
	test('SY12 RS11 PB37 what a camera uploads at the address of the app is told and read back there', async () => {
		const camera = await uploadingCamera(relay.address, home);
		const { runRecord, records } = await camera.run(5, anchorUs);
		const { archive } = camera;
		await expect.poll(() => archive.have(camera.camera, 0).catch(() => null)).not.toBeNull();
		camera.device.say({ t: 'follow', on: true });
		const { kept } = await archive.put(camera.camera, 1, runRecord, concatBytes(...records));
		expect(kept).toEqual([0, 1, 2, 3, 4, 5]);
		const minute = anchorUs / 60_000_000;
		const told = await camera.device.next('changed');
		expect(told).toEqual({ t: 'changed', camera: camera.camera, from: minute, to: minute });
		const read = await camera.ask('1/0-63');
		expect(read.headers.get('Cache-Control')).toBe('no-store');
		expect(new Uint8Array(await read.arrayBuffer())).toEqual(concatBytes(...records));
		expect((await archive.have(camera.camera, 0)).pages).toHaveLength(1);
		// RS11: what the home takes, and an owner's word on what it may take.
		const { bytes, share } = await archive.usage();
		expect(bytes).toBeGreaterThan(0);
		const half = Math.floor(share / 2);
		expect(await archive.lowerShare(half)).toMatchObject({ lowered: half, share: half });
		expect(await archive.lowerShare(null)).toMatchObject({ lowered: null, share });
		camera.device.close();
	});

	test('SY44 SY40 another device reads it and the camera hears of that; an owner deletes it, and it is gone', async () => {
		const keys = await home.add(['camera']);
		const owner = await uploadingCamera(relay.address, home);
		owner.device.say({ t: 'append', entries: home.entries.map(base64url) });
		await owner.device.next('appended');
		const camera = await uploadingCamera(relay.address, home, keys);
		const { runRecord, records } = await camera.run(5, anchorUs);
		await camera.archive.put(camera.camera, 1, runRecord, concatBytes(...records));
		const origin = relay.address;
		const reader = new RelayReader(() => ({ origin, token: owner.token }));
		const byOwner = new RelaySidecars(() => ({ origin, token: owner.token }));
		const byCamera = new RelaySidecars(() => ({ origin, token: camera.token }));
		await reader.records(camera.camera, 1, 0, 4);
		await expect(byOwner.looks(camera.camera)).rejects.toMatchObject({ kind: 'denied' });
		await expect
			.poll(() => byCamera.looks(camera.camera), { timeout: 20_000 })
			.toMatchObject({ looks: [{ device: home.first.device, startUs: anchorUs }], more: false });
		const [look] = (await byCamera.looks(camera.camera)).looks;
		await byCamera.heardLooks(camera.camera, [look!.id]);
		expect(await byCamera.looks(camera.camera)).toEqual({ looks: [], more: false });

		const crypto = new WebCrypto();
		const copies = new SavedCopies({
			...{ crypto, reader, archive: byOwner, owner: () => true },
			clock: { wallMs: Date.now },
			self: () => ({ device: home.first.device, sign: home.first.sign.key }),
			camerasOf: (device) => cameraIdsOf(crypto, device),
		});
		expect(await copies.of(keys.device)).toMatchObject([{ camera: camera.camera }]);
		await copies.removeAll(camera.camera, () => undefined);
		const { pages } = await camera.archive.have(camera.camera, 0);
		expect(pages.flatMap(({ seqs }) => seqs)).toEqual([]);
		for (const one of [owner, camera]) one.device.close();
	});

	test('RL11 SY16 a revoked device: its download is cut, its next request refused, with the token it had', async () => {
		const owner = await uploadingCamera(relay.address, home);
		const keys = await home.add(['camera', 'viewer']);
		const told = async (): Promise<void> => {
			owner.device.say({ t: 'append', entries: home.entries.map(base64url) });
			await owner.device.next('appended');
		};
		await told();
		const camera = await uploadingCamera(relay.address, home, keys);
		const { runRecord, records } = await camera.run(60, anchorUs, 1, 240_000);
		const { kept } = await camera.archive.put(camera.camera, 1, runRecord, concatBytes(...records));
		expect(kept).toHaveLength(61);
		const download = await camera.ask('1/1-60');
		const reader = download.body!.getReader();
		await reader.read();
		await home.revoke(keys);
		const revokedMs = performance.now();
		await told();
		const rest = (async () => {
			while (!(await reader.read()).done);
		})();
		await expect(rest).rejects.toThrow();
		await expect.poll(async () => (await camera.ask('1/1-1')).status).toBe(401);
		expect(performance.now() - revokedMs).toBeLessThan(1_000);
		for (const one of [owner, camera]) one.device.close();
	});
});

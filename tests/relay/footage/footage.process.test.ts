/** Footage through the whole relay: a device's token, `live`, the socket, `store`, the disk. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
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
		const lowered = await fetch(`${relay.address}/api/footage/share`, {
			...{ method: 'POST', body: JSON.stringify({ bytes: Math.floor(share / 2) }) },
			headers: { Authorization: `Bearer ${camera.token}` },
			signal: AbortSignal.timeout(20_000),
		});
		expect(await lowered.json()).toMatchObject({ lowered: Math.floor(share / 2) });
		camera.device.close();
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

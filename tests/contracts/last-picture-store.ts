import { expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { LastPicture, LastPictureStore } from '#ports/storage/last-picture-store.ts';

const NOW = 1_800_000_000_000;
const [ANNA, BERT] = ['a1'.repeat(16), 'b2'.repeat(16)] as [DeviceId, DeviceId];
const cameraOf = (n: number) => n.toString(16).padStart(32, '0') as CameraId;

function picture(n: number, atMs = NOW, device = ANNA): LastPicture {
	return { camera: cameraOf(n), device, atMs, jpeg: new Uint8Array([0xff, 0xd8, n, 7]) };
}

export function lastPictureStoreContract(make: () => LastPictureStore): void {
	test('LV45 keeps one picture a camera, the newer one', async () => {
		const store = make();
		expect(await store.read(cameraOf(1))).toBeNull();
		await store.write(picture(1));
		await store.write(picture(2, NOW + 5));
		await store.write({ ...picture(2, NOW - 60_000), jpeg: new Uint8Array([1]) });
		expect(await store.read(cameraOf(1))).toEqual(picture(1));
		expect(await store.read(cameraOf(2))).toEqual(picture(2, NOW + 5));
		await store.write(picture(2, NOW + 9));
		expect((await store.read(cameraOf(2)))?.atMs).toBe(NOW + 9);
	});

	test('LV45 keeps the newest 64, and deletes what is not wanted', async () => {
		const store = make();
		for (let n = 0; n < 66; n += 1) await store.write(picture(n, NOW + n, n % 2 ? ANNA : BERT));
		expect(await store.read(cameraOf(1))).toBeNull();
		expect(await store.read(cameraOf(2))).not.toBeNull();
		await store.keepOnly(({ camera, device }) => device === ANNA && camera !== cameraOf(5));
		expect(await store.read(cameraOf(2))).toBeNull();
		expect(await store.read(cameraOf(5))).toBeNull();
		expect(await store.read(cameraOf(7))).not.toBeNull();
	});
}

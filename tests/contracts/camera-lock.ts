import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraLock } from '#ports/device/camera-lock.ts';

const DOOR = '0123456789abcdef0123456789abcdef' as CameraId;
const YARD = 'fedcba9876543210fedcba9876543210' as CameraId;

/** `make` returns two tabs of one browser. */
export function cameraLockContract(make: () => [CameraLock, CameraLock]): void {
	test('a camera has one tab; others are refused at once, and get it once it is released', async () => {
		const [here, there] = make();
		const release = await here.acquire(DOOR);
		expect(release).not.toBeNull();
		expect(await there.acquire(DOOR)).toBeNull();
		expect(await here.acquire(DOOR)).toBeNull();
		expect([await here.isHeld(DOOR), await there.isHeld(DOOR)]).toEqual([true, true]);
		release!();
		release!();
		await expect.poll(() => there.isHeld(DOOR)).toBe(false);
		const second = await there.acquire(DOOR);
		expect(second).not.toBeNull();
		second!();
		const third = await there.acquire(DOOR);
		expect(third, 'given back and taken again at once').not.toBeNull();
		third!();
		await expect.poll(() => here.isHeld(DOOR)).toBe(false);
	});

	test('cameras have independent locks', async () => {
		const [here, there] = make();
		const one = await here.acquire(DOOR);
		const two = await there.acquire(YARD);
		expect(one).not.toBeNull();
		expect(two).not.toBeNull();
		one!();
		await expect.poll(() => here.isHeld(DOOR)).toBe(false);
		expect(await here.isHeld(YARD)).toBe(true);
		two!();
	});
}

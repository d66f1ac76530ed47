import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { Tenure } from '#ports/device/tenure.ts';

const DOOR = '0123456789abcdef0123456789abcdef' as CameraId;
const YARD = 'fedcba9876543210fedcba9876543210' as CameraId;

/** `make` gives two tabs of one browser. */
export function tenureContract(make: () => [Tenure, Tenure]): void {
	test('a camera has one tab; the others are refused at once, and may have it when it is given back', async () => {
		const [here, there] = make();
		const release = await here.take(DOOR);
		expect(release).not.toBeNull();
		expect(await there.take(DOOR)).toBeNull();
		expect(await here.take(DOOR)).toBeNull();
		expect([await here.taken(DOOR), await there.taken(DOOR)]).toEqual([true, true]);
		release!();
		release!();
		await expect.poll(() => there.taken(DOOR)).toBe(false);
		const second = await there.take(DOOR);
		expect(second).not.toBeNull();
		second!();
		const third = await there.take(DOOR);
		expect(third, 'given back and taken again at once').not.toBeNull();
		third!();
		await expect.poll(() => here.taken(DOOR)).toBe(false);
	});

	test('cameras do not stand in each other’s way', async () => {
		const [here, there] = make();
		const one = await here.take(DOOR);
		const two = await there.take(YARD);
		expect(one).not.toBeNull();
		expect(two).not.toBeNull();
		one!();
		await expect.poll(() => here.taken(DOOR)).toBe(false);
		expect(await here.taken(YARD)).toBe(true);
		two!();
	});
}

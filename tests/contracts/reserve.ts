import { expect, test } from 'vitest';
import type { Reserve } from '#ports/storage/reserve.ts';

const MIB = 2 ** 20;

export function reserveContract(make: () => Reserve): void {
	test('SP12 grows and shrinks in whole mebibytes', async () => {
		const reserve = make();
		expect(await reserve.held()).toBe(0);
		await reserve.hold(2.9 * MIB);
		expect(await reserve.held()).toBe(2 * MIB);
		await reserve.hold(4 * MIB);
		expect(await reserve.held()).toBe(4 * MIB);
		await reserve.hold(MIB);
		expect(await reserve.held()).toBe(MIB);
	});

	test('SP13 can be spent only once', async () => {
		const reserve = make();
		await reserve.hold(3 * MIB);
		expect(await reserve.spend()).toBe(3 * MIB);
		expect(await reserve.held()).toBe(0);
		expect(await reserve.spend()).toBe(0);
	});
}

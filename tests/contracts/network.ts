import { expect, test } from 'vitest';
import type { Network } from '#ports/network/network.ts';

/** `back`: makes the network come back. */
export function networkContract(make: () => { network: Network; back: () => void }): void {
	test('the origin is an origin, and listeners are called until they leave', () => {
		const { network, back } = make();
		expect(new URL(network.origin).origin).toBe(network.origin);
		expect([true, false, null]).toContain(network.metered);
		const calls: string[] = [];
		const stop = network.onAvailable(() => calls.push('one'));
		network.onAvailable(() => calls.push('two'));
		back();
		expect(calls.toSorted()).toEqual(['one', 'two']);
		stop();
		stop();
		back();
		expect(calls.toSorted()).toEqual(['one', 'two', 'two']);
	});
}

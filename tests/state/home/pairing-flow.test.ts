import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PairingFlow } from '#state/home/pairing-flow.svelte.ts';
import type { Engine } from '#state/app/engine.ts';

let board: string[];
let refused: boolean;
let connecting: PairingFlow;
let entered: string[];

beforeEach(() => {
	board = [];
	refused = false;
	const writeText = (text: string) => {
		if (refused) return Promise.reject(new DOMException('no', 'NotAllowedError'));
		board.push(text);
		return Promise.resolve();
	};
	vi.stubGlobal('navigator', { clipboard: { writeText } });
	const launchLink = { pending: null, consume: () => null, on: () => () => undefined };
	entered = [];
	const enter = (digits: string) => Promise.resolve(void entered.push(digits));
	const named = (_: string, name: string) => Promise.resolve(void entered.push(name));
	const pairing = { state: { kind: 'idle' }, enter, join: named };
	connecting = new PairingFlow({ launchLink, pairing } as unknown as Engine);
});
afterEach(() => {
	vi.unstubAllGlobals();
});

test('what was copied is told beside that code, and beside no other', async () => {
	await connecting.copy('first');
	expect([board, connecting.copied('first')]).toEqual([['first'], 'done']);
	expect(connecting.copied('second')).toBeNull();
	await connecting.copy('second');
	expect([connecting.copied('first'), connecting.copied('second')]).toEqual([null, 'done']);
});

test('copying that failed is told, until it works', async () => {
	expect(connecting.copied('first')).toBeNull();
	refused = true;
	await connecting.copy('first');
	expect([connecting.copied('first'), connecting.copied('second')]).toEqual(['failed', null]);
	refused = false;
	await connecting.copy('first');
	expect(connecting.copied('first')).toBe('done');
	vi.stubGlobal('navigator', {});
	await connecting.copy('first');
	expect(connecting.copied('first')).toBe('failed');
});

test('PR17 six digits are a try; a key behind them is none, the same ones typed anew are', async () => {
	for (const typed of ['1', '12345', '123456', '123456', '123456']) await connecting.enter(typed);
	expect(entered).toEqual(['123456']);
	for (const typed of ['12345', '123457', '1', '123457']) await connecting.enter(typed);
	expect(entered).toEqual(['123456', '123457', '123457']);
});

test('PR20 a name of nothing but spaces is none: the kind of device stands there instead', async () => {
	connecting.unnamed = 'Phone';
	for (const name of ['  ', '', ' Hall ']) {
		connecting.name = name;
		await connecting.join();
	}
	expect(entered).toEqual(['Phone', 'Phone', ' Hall ']);
});

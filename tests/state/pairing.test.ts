import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Connecting } from '#state/pairing.svelte.ts';
import type { Engine } from '#state/engine.ts';

let board: string[];
let refused: boolean;
let connecting: Connecting;

beforeEach(() => {
	board = [];
	refused = false;
	const writeText = (text: string) => {
		if (refused) return Promise.reject(new DOMException('no', 'NotAllowedError'));
		board.push(text);
		return Promise.resolve();
	};
	vi.stubGlobal('navigator', { clipboard: { writeText } });
	const given = { waits: null, take: () => null, on: () => () => undefined };
	connecting = new Connecting({ given, pairing: { state: { kind: 'idle' } } } as unknown as Engine);
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

import { expect, test, vi } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import { IntegrityCheck } from '#state/app/integrity-check.svelte.ts';

const SERVED: AppIntegrity = { hash: 'ab'.repeat(32), count: 61, altered: [] };

/** Answers or throws what it is given, in order. */
function checkOf(...answers: readonly (AppIntegrity | Error)[]): IntegrityCheck {
	const left = [...answers];
	return new IntegrityCheck({
		appIntegrity: async () => {
			await Promise.resolve();
			const next = left.shift();
			if (next === undefined || next instanceof Error) throw next ?? new Error('asked too often');
			return next;
		},
	});
}

const clipboard = (writeText: (text: string) => Promise<void>) =>
	vi.stubGlobal('navigator', { clipboard: { writeText } });

test('AP11 the hash is that of what this browser was served', async () => {
	const check = checkOf(SERVED);
	expect([check.result, check.fault]).toEqual([null, null]);
	await check.run();
	expect([check.result, check.fault]).toEqual([SERVED, null]);
});

test('AP11 a check that fails says why, and the next one can succeed', async () => {
	const check = checkOf(new Fault('offline', 'no server'), new TypeError('not expected'), SERVED);
	await check.run();
	expect([check.result, check.fault?.kind]).toEqual([null, 'offline']);
	await check.run();
	expect([check.result, check.fault?.kind]).toEqual([null, 'internal']);
	await check.run();
	expect([check.result, check.fault]).toEqual([SERVED, null]);
});

test('AP11 the hash is copied whole, and a clipboard that refuses is told', async () => {
	const check = checkOf(SERVED);
	const copied: string[] = [];
	clipboard((text) => Promise.resolve(void copied.push(text)));
	await check.run();
	await check.copy();
	expect([copied, check.copied]).toEqual([[SERVED.hash], 'done']);
	clipboard(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
	await check.copy();
	expect(check.copied).toBe('failed');
});

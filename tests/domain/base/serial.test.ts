import { expect, test } from 'vitest';
import { Serial } from '#domain/base/serial.ts';

test('work runs in the order in which it came, one at a time', async () => {
	const serial = new Serial();
	const log: string[] = [];
	const gate = Promise.withResolvers<null>();
	const first = serial.run(async () => {
		log.push('first begins');
		await gate.promise;
		log.push('first ends');
		return 1;
	});
	const second = serial.run(() => log.push('second'));
	await Promise.resolve();
	expect(log).toEqual(['first begins']);
	gate.resolve(null);
	expect([await first, await second]).toEqual([1, 3]);
	expect(log).toEqual(['first begins', 'first ends', 'second']);
});

test('work that fails rejects for its caller, and what follows runs', async () => {
	const serial = new Serial();
	const failed = serial.run(() => Promise.reject(new Error('refused')));
	const next = serial.run(() => 'next');
	await expect(failed).rejects.toThrow('refused');
	await expect(next).resolves.toBe('next');
});

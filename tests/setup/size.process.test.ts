import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('AP9 the first load and watching a camera stay within their limits, lazy parts outside', () => {
	const size = join(import.meta.dirname, '../../src/setup/size.js');
	const { status, stdout, stderr } = spawnSync(process.execPath, [size], { encoding: 'utf8' });
	expect(status, stdout + stderr).toBe(0);
	const lines = stdout.match(/first load, \w+: [\d.]+ kB of \d+ kB/g) ?? [];
	expect(lines.map((line) => line.replace(/: [\d.]+ kB/, ''))).toEqual([
		'first load, js of 60 kB',
		'first load, total of 90 kB',
		'first load, watch of 250 kB',
	]);
});

import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Svelte trims leading whitespace of an element or block: "is recording· 1 minute". */
test('no element or block begins with a space and a dot', () => {
	const lost = globSync('src/**/*.svelte').filter((file) =>
		/(>|\{#\w[^{}]*\})\s+·/.test(readFileSync(file, 'utf8')),
	);
	expect(lost).toEqual([]);
});

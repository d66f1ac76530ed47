import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * Svelte takes away the blank with which an element or a block begins: "is recording· 1 minute".
 */
test('no element and no block begins with a blank and a dot', () => {
	const lost = globSync('src/**/*.svelte').filter((file) =>
		/(>|\{#\w[^{}]*\})\s+·/.test(readFileSync(file, 'utf8')),
	);
	expect(lost).toEqual([]);
});

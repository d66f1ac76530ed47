/** Every rule of docs/spec is named by a test, and every rule in a test's title exists. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (pattern: string): string[] =>
	globSync(pattern, { cwd: root }).map((file) => readFileSync(join(root, file), 'utf8'));
const ID = /\b[A-Z]{2}\d{1,2}\b/g;

const rules = new Set(
	read('docs/spec/*.md').flatMap((text) =>
		[...text.matchAll(/\*\*([A-Z]{2}\d{1,2})\*\*/g)].map(([, id = '']) => id),
	),
);
const prefixes = new Set([...rules].map((id) => id.slice(0, 2)));
const tests = read('tests/**/*.ts').filter((text) => !text.startsWith('/** Every rule of'));

/** No test names them yet. This list may only get shorter. */
const UNTESTED = [
	...['AP9', 'CL9', 'CL10', 'GM3', 'GM7', 'GM8', 'LT6', 'LV26', 'NB13', 'PB8', 'PB19'],
	...['PR9', 'RC1', 'RC3', 'RG3', 'RG5', 'RL16', 'TL7', 'TL10'],
];

test('every rule is named in a test', () => {
	const named = new Set(tests.flatMap((text) => text.match(ID) ?? []));
	const unnamed = [...rules].filter((id) => !named.has(id));
	expect(unnamed.toSorted()).toEqual(UNTESTED.toSorted());
});

test('every rule that a title names exists', () => {
	const titles = tests.flatMap((text) =>
		[...text.matchAll(/\b(?:test|it|describe)\(\s*['"`]([^'"`\n]*)/g)].map(
			([, title = '']) => title,
		),
	);
	expect(titles.length).toBeGreaterThan(1000);
	const named = titles.flatMap((title) => title.match(ID) ?? []);
	const ours = named.filter((id) => prefixes.has(id.slice(0, 2)));
	expect(ours.filter((id) => !rules.has(id))).toEqual([]);
});

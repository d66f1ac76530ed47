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

test('every rule is named in a test', () => {
	const named = new Set(tests.flatMap((text) => text.match(ID) ?? []));
	expect([...rules].filter((id) => !named.has(id))).toEqual([]);
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

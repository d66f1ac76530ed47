/** What the documents say about the code is so: paths, names and the diagrams of the folders. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { layers } from '#setup/layers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const documents = globSync(['*.md', 'docs/**/*.md'], { cwd: root });

/** `a/{b,c}.ts` is two paths. */
function expanded(path: string): string[] {
	const [, before = '', inside, after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? [];
	if (inside === undefined) return [path];
	return inside.split(',').flatMap((part) => expanded(before + part + after));
}

/** Links, and paths in backticks, from the project's root. */
function pathsIn(file: string, text: string): string[] {
	const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to.split('#')[0] ?? '');
	const files = links.filter((to) => to !== '' && !/^[a-z]+:/.test(to));
	const quoted = [...text.matchAll(/`((?:src|tests|docs)\/[^`\s]*)`/g)];
	return [
		...files.map((to) => join(dirname(file), to)),
		...quoted.flatMap(([, path = '']) => expanded(path)),
	];
}

const exists = (path: string): boolean =>
	path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path));

test('every path that a document names exists', () => {
	expect(documents).toContain(join('docs', 'architecture.md'));
	const missing = documents.flatMap((file) =>
		pathsIn(file, read(file))
			.filter((path) => !exists(path))
			.map((path) => `${file}: ${path}`),
	);
	expect(missing).toEqual([]);
});

test('what counts as a path', () => {
	const text = 'See [a](../NOTICE), [b](#c), [d](https://e.org) and `src/{f,g}.ts`, `npm test`.';
	expect(pathsIn('docs/x.md', text)).toEqual(['NOTICE', 'src/f.ts', 'src/g.ts']);
});

test('the glossary and the architecture name only what src exports', () => {
	const sources = globSync('src/**/*.{ts,svelte}', { cwd: root }).map(read).join('\n');
	const exported = new Set(
		[...sources.matchAll(/^export (?:abstract )?(?:class|interface|type) (\w+)/gm)].map(
			([, name]) => name,
		),
	);
	const missing = ['docs/glossary.md', 'docs/architecture.md'].flatMap((file) =>
		[...read(file).matchAll(/`([A-Z][a-z]\w*)(?:\.\w+)?`/g)]
			.map(([, name = '']) => name)
			.filter((name) => !exported.has(name))
			.map((name) => `${file}: ${name}`),
	);
	expect(missing).toEqual([]);
});

describe('docs/architecture.md', () => {
	const page = read('docs/architecture.md');

	test('what it names in a file is in that file', () => {
		const named = [...page.matchAll(/`(src\/[^`]+)`\s\(`(\w+)`\)/g)];
		expect(named.length).toBeGreaterThan(30);
		const missing = named
			.filter(([, file = '', name = '']) => !new RegExp(`\\b${name}\\b`).test(read(file)))
			.map(([, file, name]) => `${file}: ${name}`);
		expect(missing).toEqual([]);
	});

	/** A folder that stands for the layer's own files is drawn by their names. */
	const roots = 'main.ts, live.ts, store.ts';

	/** The arrows of a diagram, by the folders' labels. */
	function drawn(title: string): string[] {
		const section = page.split(`\n### ${title}\n`)[1] ?? '';
		const diagram = section.split('```')[1] ?? '';
		const labels = new Map(
			[...diagram.matchAll(/(\w+)\["([^"]*)"\]/g)].map(([, id, label]) => [id, label]),
		);
		const arrows = [...diagram.matchAll(/^\s*(\w+)\["[^"]*"\] --> (.+)$/gm)];
		return arrows
			.flatMap(([, from, to = '']) =>
				to.split(' & ').map((id) => `${labels.get(from)} → ${labels.get(id)}`),
			)
			.toSorted();
	}

	/** The table without arrows that a longer way round implies. */
	function reduced(rooms: Readonly<Record<string, readonly string[]>>): string[] {
		const reach = (from: string): Set<string> =>
			new Set((rooms[from] ?? []).flatMap((to) => [to, ...reach(to)]));
		const label = (room: string): string => (room === '' ? roots : room);
		return Object.entries(rooms)
			.flatMap(([from, to]) =>
				to
					.filter((room) => !to.some((other) => other !== room && reach(other).has(room)))
					.map((room) => `${label(from)} → ${label(room)}`),
			)
			.toSorted();
	}

	test.each(['Engine', 'Browser', 'Relay'])('%s: the diagram is the table', (title) => {
		const layer = layers.find(({ name }) => name === title.toLowerCase());
		expect(drawn(title)).toEqual(reduced(layer?.rooms ?? {}));
	});
});

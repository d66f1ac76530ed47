/** Prose in documents and comments: at most 100 columns. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const MAX_COLUMNS = 100;
/** As Prettier counts a tab. */
const TAB_COLUMNS = 2;

/** Lines that cannot be wrapped. */
const exceptions: readonly { readonly what: string; readonly line: RegExp }[] = [
	{ what: 'an address', line: /https?:\/\/\S{50,}/ },
	{ what: 'a picture', line: /^\s*!\[[^\]]*\]\([^)]*\)$/ },
	{ what: 'a directive, which has to stand on one line', line: /(eslint-disable|@ts-expect)/ },
];

interface Line {
	readonly text: string;
	readonly number: number;
}

const lines = (text: string): Line[] =>
	text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));

/** Everything but fenced code. */
function prose(text: string): Line[] {
	let fenced = false;
	return lines(text).filter(({ text: line }) => {
		const fence = /^\s*```/.test(line);
		if (fence) fenced = !fenced;
		return !fenced && !fence;
	});
}

/** Lines of comments, and code with a trailing comment. */
function comments(text: string): Line[] {
	let end: string | null = null;
	return lines(text).filter(({ text: line }) => {
		const inside = end !== null;
		if (end === null) end = /^\s*\/\*/.test(line) ? '*/' : /^\s*<!--/.test(line) ? '-->' : null;
		const comment = inside || end !== null || /(^|\s)(\/\/\s|\/\*.*\*\/)/.test(line);
		if (end !== null && line.includes(end)) end = null;
		return comment;
	});
}

function tooLong({ text }: Line): boolean {
	const tabs = text.split('\t').length - 1;
	const columns = Array.from(text).length + tabs * (TAB_COLUMNS - 1);
	return columns > MAX_COLUMNS && !exceptions.some(({ line }) => line.test(text));
}

const read: readonly [string, string[], (text: string) => Line[]][] = [
	['documents', ['*.md', 'docs/**/*.md'], prose],
	['comments', ['{src,tests}/**/*.{ts,js,svelte,css,html}'], comments],
];

test.each(read)('no line of %s is longer than 100 columns', (_, paths, linesOf) => {
	const files = globSync(paths, { cwd: root });
	expect(files).not.toEqual([]);
	const found = files.flatMap((file) =>
		linesOf(readFileSync(`${root}${file}`, 'utf8'))
			.filter(tooLong)
			.map(({ number }) => `${file}:${number}`),
	);
	expect(found).toEqual([]);
});

test('recognises comments and prose', () => {
	const code = ['/**', ' * one', ' */', 'two();', '// three', 'four(); // five', "x = 'a//b';"];
	expect(comments(code.join('\n')).map(({ number }) => number)).toEqual([1, 2, 3, 5, 6]);
	expect(comments('<!--\n\tone\n-->\n<p>').map(({ number }) => number)).toEqual([1, 2, 3]);
	expect(prose('a\n```\nb\n```\nc').map(({ number }) => number)).toEqual([1, 5]);
});

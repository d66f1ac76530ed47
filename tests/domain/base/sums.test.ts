import { expect, test } from 'vitest';
import { sumsFrom, sumsText } from '#domain/base/sums.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];

test('AP11 a list is written in the format and byte order of sha256sum, and can be read back', () => {
	const sums = new Map([
		['/index.html', a],
		['/_app/b.js', b],
		['/Z.svg', a],
		['/_app/B.js', a],
	]);
	const text = `${a}  Z.svg\n${a}  _app/B.js\n${b}  _app/b.js\n${a}  index.html\n`;
	expect(sumsText(sums)).toBe(text);
	expect(new Map(sumsFrom(text))).toEqual(sums);
	expect(sumsText(sumsFrom(text))).toBe(text);
});

test('AP11 other text is malformed, and reading is bounded', () => {
	const line = `${a}  index.html\n`;
	const texts = [
		...['', '\n', '<!doctype html>\n', line.trimEnd(), `${line}\n`, line.toUpperCase()],
		...[`${a} index.html\n`, `${a}  \n`, `${a}  a b\n`, `${a}  ${'x'.repeat(201)}\n`],
		...[line.repeat(2_001), `${line}x${line}`],
	];
	for (const text of texts) {
		expect(() => sumsFrom(text), text.slice(0, 90)).toThrow(
			expect.objectContaining({ kind: 'malformed' }),
		);
	}
});

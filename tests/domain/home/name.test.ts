import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeName, isTaken, MAX_NAME_BYTES } from '#domain/home/name.ts';

test('PR32 a taken name gets the first free number', () => {
	expect(freeName('Hall', [])).toBe('Hall');
	expect(freeName('Hall', ['Door'])).toBe('Hall');
	expect(freeName('Hall', ['Hall'])).toBe('Hall 2');
	expect(freeName(' hall ', ['Hall', 'HALL 2'])).toBe('hall 3');
	expect(freeName('Hall 2', ['Hall', 'Hall 2'])).toBe('Hall 3');
	expect(freeName('Hall 2', ['Hall'])).toBe('Hall 2');
});

test.each([
	['its case', 'kitchen PHONE'],
	['spaces', '  Kitchen   phone '],
	['marks of direction', 'Kitchen\u202e phone'],
])('PR32 %s does not make a different name', (_what, name) => {
	expect(isTaken(name, ['Kitchen phone'])).toBe(true);
});

test('PR32 composed and decomposed letters are equal', () => {
	expect(isTaken('Ku\u0308che', ['K\u00fcche'])).toBe(true);
});

test('PR32 a blank name is never taken', () => {
	expect(isTaken('  ', [' ', ''])).toBe(false);
});

test('PR32 the new name always differs and fits, number included', () => {
	const name = fc.oneof(
		fc.string({ maxLength: 80 }),
		fc.string({ unit: 'grapheme', maxLength: 120 }),
	);
	fc.assert(
		fc.property(name, fc.array(name, { maxLength: 5 }), (wish, others) => {
			const taken = [wish, ...others];
			const free = freeName(wish, taken);
			if (isTaken(wish, [wish])) expect(isTaken(free, taken)).toBe(false);
			const cut = wish !== free;
			if (cut) expect(new TextEncoder().encode(free).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
		}),
	);
});

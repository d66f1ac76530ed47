import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freeName, isTaken, MAX_NAME_BYTES } from '#domain/home/name.ts';

test('PR32 a name that is taken gets the first number that is free', () => {
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
])('PR32 %s makes no other name', (_what, name) => {
	expect(isTaken(name, ['Kitchen phone'])).toBe(true);
});

test('PR32 letters that are made of two signs or of one are the same', () => {
	expect(isTaken('Ku\u0308che', ['K\u00fcche'])).toBe(true);
});

test('PR32 of nothing but spaces nothing is taken', () => {
	expect(isTaken('  ', [' ', ''])).toBe(false);
});

test('PR32 whatever the names, the new one is another and fits with its number', () => {
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

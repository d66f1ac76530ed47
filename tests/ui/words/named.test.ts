import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Language } from '#state/app/session.svelte.ts';
import { DEVICES } from '#ui/words/devices.ts';
import { HAPPENED, LIVE } from '#ui/words/home.ts';
import { KIT } from '#ui/words/kit.ts';
import { named } from '#ui/words/format/named.ts';
import { PAIR } from '#ui/words/pair.ts';
import { WORDS } from '#ui/words/words.ts';

/** Reverses the following text unless isolated. */
const TRICK = 'Mum\u202eother\u2067 \u200f\u061cend';
const HEBREW = 'שרה 12';
const FIRST = '\u2068';
const POP = '\u2069';

/** Parameters that take a name. */
const NAMES = ['name', 'names', 'owners', 'camera', 'free', 'wished'];
const LIKE_A_NAME = /name|who|owner|camera|device|member|person|people|viewer/i;

type Sentence = (...args: unknown[]) => unknown;

function* sentencesIn(words: object, path: string): Generator<[string, Sentence]> {
	for (const [key, value] of Object.entries(words) as [string, unknown][]) {
		const here = `${path}.${key}`;
		if (typeof value === 'function') yield [here, value as Sentence];
		else if (typeof value === 'object' && value !== null) yield* sentencesIn(value, here);
	}
}

function parametersOf(sentence: Sentence): string[] {
	const source = String(sentence);
	const list = /^(?:function \w*|\w+)?\s*\(([^)]*)\)|^(\w+) =>/.exec(source);
	const inside = (list?.[1] ?? list?.[2] ?? '').replace(/\{[^}]*\}/g, 'order');
	return inside
		.split(',')
		.map((one) => one.trim().replace(/ = .*$/, ''))
		.filter(Boolean);
}

const all = (['en', 'de'] as Language[]).flatMap((language) => {
	const books = { words: WORDS, live: LIVE, pair: PAIR, devices: DEVICES, happened: HAPPENED };
	return Object.entries({ ...books, kit: KIT }).flatMap(([book, texts]) => [
		...sentencesIn(texts[language], `${language}.${book}`),
	]);
});

describe('AP20 names in texts', () => {
	test('every parameter that sounds like a name is listed as one', () => {
		const unknown = all.flatMap(([path, sentence]) =>
			parametersOf(sentence)
				.filter((one) => LIKE_A_NAME.test(one) && !NAMES.includes(one))
				.map((one) => `${path}(${one})`),
		);
		expect(unknown).toEqual([]);
	});

	/** Isolated by its only caller, to keep this out of the first load. */
	const byItsCaller = 'words.storage.rate';
	const withNames = all.filter(
		([path, sentence]) =>
			!path.endsWith(byItsCaller) && parametersOf(sentence).some((one) => NAMES.includes(one)),
	);

	test(`the caller of ${byItsCaller} does it`, () => {
		const caller = readFileSync('src/routes/storage/StorageChart.svelte', 'utf8');
		expect(caller).toContain('words.rate(named(');
		expect(caller).not.toMatch(/words\.rate\((?!named\()/);
	});

	test('both languages have texts with names', () => {
		for (const language of ['en.', 'de.'])
			expect(withNames.filter(([path]) => path.startsWith(language)).length).toBeGreaterThan(20);
	});

	test.each(withNames)('%s isolates the name', (_path, sentence) => {
		const said = (name: string): string => {
			const given = parametersOf(sentence).map((one) => {
				if (one === 'names' || one === 'owners') return [name, name];
				if (one === 'order') return { name: 'torch', value: true, fault: null };
				return NAMES.includes(one) ? name : 2;
			});
			const told = sentence(...given);
			return typeof told === 'string' ? told : Object.values(told as object).join(' ');
		};
		expect(said(TRICK)).toContain('Mumother end');
		expect(said(TRICK)).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
		const bare = said(HEBREW).split(`${FIRST}${HEBREW}${POP}`);
		expect(bare.length).toBeGreaterThan(1);
		expect(bare.join('')).not.toMatch(/[\u0590-\u05ff\u2066-\u2069]/);
	});

	test('a left-to-right name is unchanged, and isolating is idempotent', () => {
		expect(named('Kitchen “2” 👩‍🍳')).toBe('Kitchen “2” 👩‍🍳');
		expect(named(named(HEBREW))).toBe(named(HEBREW));
	});
});

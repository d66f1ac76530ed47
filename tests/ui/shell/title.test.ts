import { describe, expect, test } from 'vitest';
import { titleOf } from '#ui/shell/title.ts';
import { WORDS } from '#ui/words/words.ts';

const off = { armed: false, blind: null };
const on = { armed: true, blind: null };

describe('AP24 the title names the page, and first what this device records', () => {
	test.each([
		['/', null, 'Spy-cam', 'Spy-cam'],
		['/camera', null, 'Record · Spy-cam', 'Aufnehmen · Spy-cam'],
		['/watch', null, 'Watch · Spy-cam', 'Ansehen · Spy-cam'],
		['/watch/00ff', null, 'Watch · Spy-cam', 'Ansehen · Spy-cam'],
		['/watch/00ff', 'Hall', 'Hall · Spy-cam', 'Hall · Spy-cam'],
		['/saved', null, 'Saved · Spy-cam', 'Gespeichert · Spy-cam'],
		['/storage', null, 'Storage · Spy-cam', 'Speicher · Spy-cam'],
		['/settings', null, 'Settings · Spy-cam', 'Einstellungen · Spy-cam'],
		['/help', null, 'Help · Spy-cam', 'Hilfe · Spy-cam'],
		['/pair', null, 'Pair a device · Spy-cam', 'Gerät koppeln · Spy-cam'],
		['/recover', null, 'Use a recovery kit · Spy-cam', 'Notfallblatt verwenden · Spy-cam'],
		['/check', null, 'Check this device · Spy-cam', 'Gerät prüfen · Spy-cam'],
		['/nowhere', null, 'Spy-cam', 'Spy-cam'],
	])('%s %s', (path, name, english, german) => {
		expect(titleOf(off, WORDS.en, path, name)).toBe(english);
		expect(titleOf(off, WORDS.de, path, name)).toBe(german);
		expect(titleOf(on, WORDS.en, path, name)).toBe(`● Recording · ${english}`);
	});

	test('AP8 armed and blind, it says that nothing is saved', () => {
		const blind = { armed: true, blind: 'quota' } as const;
		expect(titleOf(blind, WORDS.en, '/')).toBe('▲ Not saving · Spy-cam');
		expect(titleOf(blind, WORDS.de, '/watch')).toBe('▲ Speichert nicht · Ansehen · Spy-cam');
	});

	test('AP20 a name cannot reorder it', () => {
		expect(titleOf(off, WORDS.en, '/watch/00ff', 'שלום')).toMatch(/^\u2068.*\u2069 · Spy-cam$/);
	});
});

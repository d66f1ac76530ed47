import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type * as Formats from '#ui/words/format/formats.ts';

const SUMMER = Date.parse('2026-10-25T00:30:15Z');
const WINTER = Date.parse('2026-10-25T01:30:15Z');

describe('TL16 an ambiguous time says which one it is', () => {
	const before = process.env['TZ'];
	let formats: typeof Formats;
	beforeAll(async () => {
		process.env['TZ'] = 'Europe/Berlin';
		// Formatters keep the time zone in which they were created.
		vi.resetModules();
		formats = await import('#ui/words/format/formats.ts');
	});
	afterAll(() => {
		process.env['TZ'] = before;
		vi.resetModules();
	});

	test('in every text, in both languages', () => {
		const { ENGLISH, GERMAN } = formats;
		expect([SUMMER, WINTER].map((ms) => ENGLISH.shared.time(ms))).toEqual([
			'02:30:15 CEST',
			'02:30:15 CET',
		]);
		expect([SUMMER, WINTER].map((ms) => GERMAN.shared.time(ms))).toEqual([
			'02:30:15 MESZ',
			'02:30:15 MEZ',
		]);
		for (const { shared } of [ENGLISH, GERMAN])
			for (const say of [shared.time, shared.minute, shared.moment, shared.about])
				expect(say(SUMMER)).not.toBe(say(WINTER));
	});

	test('on the ribbon, where an hour is named', () => {
		const { tick } = formats.ENGLISH.shared;
		expect([tick(SUMMER, 'minute'), tick(WINTER, 'minute')]).toEqual(['02:30+2', '02:30+1']);
		expect(tick(WINTER, 'second')).toBe('02:30:15+1');
		expect(tick(WINTER, 'fraction')).toBe('30:15.0');
	});

	test('no other time does, and a field never', () => {
		const { shared } = formats.ENGLISH;
		const day = SUMMER - 86_400_000;
		expect([shared.time(day), shared.minute(day), shared.tick(day, 'minute')]).toEqual([
			...['02:30:15', '02:30', '02:30'],
		]);
		expect(shared.clock(SUMMER)).toBe('02:30:15');
	});
});

test('a size is said in the unit that keeps it short', async () => {
	const { ENGLISH, GERMAN } = await import('#ui/words/format/formats.ts');
	const [english, german] = [ENGLISH.shared, GERMAN.shared];
	expect([12_000, 644_900, 24_200_000, 6_500_000_000].map((n) => english.bytes(n))).toEqual([
		...['12 kB', '0.6 MB', '24.2 MB', '6.5 GB'],
	]);
	expect(german.bytes(644_900)).toBe('0,6 MB');
});

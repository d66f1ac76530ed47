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

test('sizes read as people say them: no kB, and no fraction from ten on', async () => {
	const { ENGLISH, GERMAN } = await import('#ui/words/format/formats.ts');
	const bytes = (n: number) => ENGLISH.shared.bytes(n);
	expect([0, 20, 644_900, 9.94e6, 9.96e6, 63.1e6, 999.4e6].map(bytes)).toEqual([
		...['0 MB', '0.1 MB', '0.6 MB', '9.9 MB', '10 MB', '63 MB', '999 MB'],
	]);
	expect([999.6e6, 6.46e9, 32.2e9, 10_000e9].map(bytes)).toEqual([
		...['1 GB', '6.5 GB', '32 GB', '10,000 GB'],
	]);
	expect(GERMAN.shared.bytes(644_900)).toBe('0,6 MB');
});

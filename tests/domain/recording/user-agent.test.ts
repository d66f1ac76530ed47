import { expect, test } from 'vitest';
import { parseUserAgent } from '#domain/recording/user-agent.ts';
import { PAIR } from '#ui/words/pair.ts';

const GECKO = 'like Gecko) ';
const KIT = `AppleWebKit/537.36 (KHTML, ${GECKO}`;
const agents: readonly (readonly [
	text: string,
	english: string,
	german: string,
	touches?: number,
])[] = [
	[
		`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KIT}Chrome/140.0.0.0 Safari/537.36`,
		'Chrome on Windows',
		'Chrome auf Windows',
	],
	[
		`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KIT}Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
		'Edge on Windows',
		'Edge auf Windows',
	],
	[
		`Mozilla/5.0 (X11; Linux x86_64) ${KIT}HeadlessChrome/140.0.0.0 Safari/537.36`,
		'Chrome on Linux',
		'Chrome auf Linux',
	],
	[
		'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
		'Firefox on Linux',
		'Firefox auf Linux',
	],
	[
		`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, ${GECKO}Version/18.4 Safari/605.1.15`,
		'Safari on Mac',
		'Safari auf dem Mac',
	],
	[
		`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, ${GECKO}Version/18.4 Safari/605.1.15`,
		'iPad',
		'iPad',
		5,
	],
	[
		`Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, ${GECKO}Version/18.4 Mobile/15E148 Safari/604.1`,
		'iPhone',
		'iPhone',
		5,
	],
	[
		`Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, ${GECKO}CriOS/140.0.0.0 Mobile/15E148 Safari/604.1`,
		'iPhone',
		'iPhone',
		5,
	],
	[
		`Mozilla/5.0 (Linux; Android 10; K) ${KIT}Chrome/140.0.0.0 Mobile Safari/537.36`,
		'Chrome on Android',
		'Chrome auf Android',
		5,
	],
	[
		`Mozilla/5.0 (Linux; Android 10; K) ${KIT}SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
		'Samsung Internet on Android',
		'Samsung Internet auf Android',
		5,
	],
	[
		'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0',
		'Firefox on Android',
		'Firefox auf Android',
		5,
	],
	[
		`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KIT}Chrome/140.0.0.0 Safari/537.36`,
		'Chrome on ChromeOS',
		'Chrome auf ChromeOS',
	],
	['a browser of tomorrow', 'Computer', 'Computer'],
];

for (const [text, english, german, touches = 0] of agents) {
	test(`PR31 ${english}, ${String(touches)} touches: ${text}`, () => {
		const features = { agent: parseUserAgent(text, touches), mobile: touches > 0 };
		expect(PAIR.en.join.called(features)).toBe(english);
		expect(PAIR.de.join.called(features)).toBe(german);
	});
}

test('PR31 an unknown browser is named by its device kind', () => {
	const features = { agent: parseUserAgent(''), mobile: true };
	expect([PAIR.en.join.called(features), PAIR.de.join.called(features)]).toEqual([
		'Phone',
		'Handy',
	]);
});

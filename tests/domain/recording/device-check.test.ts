import { expect, test } from 'vitest';
import {
	backgroundFinding,
	codecsFinding,
	failedFinding,
	findingOf,
	keptFinding,
	keyFrameFinding,
	keysFinding,
	lensFinding,
	openFinding,
	whileHidden,
	paceFinding,
	playFinding,
	recordFinding,
	roomFinding,
	soundFinding,
	unknownFinding,
	type DeviceFinding,
	type ReadBackSegment,
} from '#domain/recording/device-check.ts';
import {
	agentVersions,
	reportText,
	type DeviceDescription,
} from '#domain/recording/device-report.ts';

const MIME = 'video/mp4; codecs="avc3.42c01f,opus"';
const piece = (change: Partial<ReadBackSegment> = {}): ReadBackSegment => ({
	...{ ms: 1000, bytes: 125_000, keyFrame: true, sound: false },
	...change,
});
const pieces = [piece(), piece(), piece()];
const lens = { width: 1280, height: 720, rate: 15, frames: 60, ms: 4000 };
const codecs = { records: MIME, withSound: null, encodes: true, decodes: true, plays: true };

test.each<
	[string, DeviceFinding, DeviceFinding['outcome'], DeviceFinding['why'], DeviceFinding['figures']]
>([
	['a lens', lensFinding(lens), 'yes', null, { width: 1280, height: 720, asked: 15, rate: 15 }],
	['a lens without frames', lensFinding({ ...lens, frames: 0 }), 'no', null, expect.anything()],
	[
		...(['a recording', recordFinding(MIME, 1312.4, pieces), 'yes', null] as const),
		{ type: MIME, pieces: 3, seconds: 3, kbps: 1000, firstMs: 1312 },
	],
	['one fragment is none', recordFinding(MIME, null, [piece()]), 'no', null, expect.anything()],
	['key frames', keyFrameFinding(pieces), 'yes', null, { all: true, longestMs: 1000 }],
	[
		...(['a fragment without', keyFrameFinding([piece({ keyFrame: false })]), 'no'] as const),
		...([null, { all: false, longestMs: 1000 }] as const),
	],
	['one in ten seconds', keyFrameFinding([piece({ ms: 9000 })]), 'no', null, expect.anything()],
	['no footage, no key frames', keyFrameFinding([]), 'unknown', 'before', {}],
	['sound not requested', soundFinding(null, pieces), 'unknown', 'not-asked', {}],
	['silence', soundFinding(true, pieces), 'no', null, { given: true, pieces: 0 }],
	['sound', soundFinding(true, [piece({ sound: true })]), 'yes', null, expect.anything()],
	['quick sealing', paceFinding('seal', [9, 2, 4]), 'yes', null, { middleMs: 4, longestMs: 9 }],
	['slow saving', paceFinding('store', [1500, 2500, 5]), 'no', null, expect.anything()],
	['nothing saved', paceFinding('store', []), 'unknown', 'before', {}],
	['all open', openFinding(4, 4, 20.4), 'yes', null, { opened: 4, of: 4, ms: 20 }],
	['one does not open', openFinding(3, 4, 20), 'no', null, expect.anything()],
	['it plays', playFinding(80.2, 1200), 'yes', null, { firstMs: 80, playedMs: 1200 }],
	['it stands still', playFinding(80, 0), 'no', null, expect.anything()],
	['kept', keptFinding(true), 'yes', null, {}],
	['not kept', keptFinding(false), 'no', null, {}],
	['kept, who knows', keptFinding(null), 'unknown', 'silent', {}],
	[
		...(['room', roomFinding({ quotaBytes: 8e9, usedBytes: 1e6 }), 'yes', null] as const),
		{ offeredMB: 8000, usedMB: 1 },
	],
	['little room', roomFinding({ quotaBytes: 3e8, usedBytes: 0 }), 'no', null, expect.anything()],
	['room, who knows', roomFinding(null), 'unknown', 'silent', {}],
	['locked keys', keysFinding('sealed'), 'yes', null, { strength: 'sealed' }],
	['open keys', keysFinding('readable'), 'no', null, { strength: 'readable' }],
	[
		'a computer',
		backgroundFinding({ mobile: false, recordsHidden: true }),
		'yes',
		null,
		{
			phone: false,
		},
	],
	[
		'a phone',
		backgroundFinding({ mobile: true, recordsHidden: true }),
		'no',
		null,
		{ phone: true },
	],
	['formats', codecsFinding(codecs), 'yes', null, expect.anything()],
	['no MSE', codecsFinding({ ...codecs, plays: false }), 'no', null, expect.anything()],
	['refused', failedFinding('lens', 'denied'), 'no', 'denied', {}],
	['missing', failedFinding('live', 'unsupported'), 'no', 'unsupported', {}],
	['no answer', failedFinding('play', 'timeout'), 'unknown', 'timeout', {}],
	['a bug of ours', failedFinding('play', 'internal'), 'unknown', 'internal', {}],
])('DC3 %s', (_, finding, outcome, why, figures) => {
	expect(finding).toMatchObject({ outcome, why });
	expect(finding.figures).toEqual(figures);
});

test('DC5 on a hidden page failures become unknown and successes stay', () => {
	expect(whileHidden(findingOf('play', 'no', { firstMs: 1 }))).toEqual(
		unknownFinding('play', 'hidden', { firstMs: 1 }),
	);
	expect(whileHidden(failedFinding('lens', 'timeout')).why).toBe('hidden');
	for (const finding of [
		findingOf('play', 'yes'),
		findingOf('keys', 'no'),
		findingOf('background', 'no'),
		unknownFinding('sound', 'not-asked'),
		unknownFinding('seal', 'busy'),
	])
		expect(whileHidden(finding)).toBe(finding);
});

const PIXEL =
	'Mozilla/5.0 (Linux; Android 9; SM-G950F Build/PPR1.180610.011) AppleWebKit/537.36 (KHTML, like Gecko) ';
test.each([
	[`${PIXEL}Chrome/118.0.0.0 Mobile Safari/537.36`, 'Chrome 118', 'Android 9'],
	[
		`${PIXEL}SamsungBrowser/23.0 Chrome/115 Mobile Safari/537.36`,
		'Samsung Internet 23',
		'Android 9',
	],
	[
		'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
		...(['Safari 17.4', 'iOS 17'] as const),
	],
	[
		'Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1',
		...(['Chrome on iOS 120', 'iOS 16'] as const),
	],
	[
		'Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0',
		'Firefox 130',
		'Android 14',
	],
	[
		'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0',
		...(['Edge 130', 'Windows NT 10'] as const),
	],
	['anything at all', 'other', 'other'],
])(
	'DC6 names browser and system with major version and without model: %s',
	(agent, browser, system) => {
		expect(agentVersions(agent)).toEqual({ browser, system });
	},
);

const about: DeviceDescription = {
	version: 'abcdef0123456789'.repeat(4),
	...{ browser: 'Chrome 140', system: 'Android 14', phone: true, installed: false },
};

test('DC6 the report has one line per trial, in the order of the page', () => {
	const findings = [
		findingOf('keys', 'yes', { strength: 'sealed' }),
		recordFinding(MIME, null, pieces),
		unknownFinding('sound', 'not-asked'),
		failedFinding('lens', 'denied'),
	];
	expect(reportText(about, 'camera', findings).split('\n')).toEqual([
		'Spy-cam, check of a device',
		'app: abcdef012345',
		'browser: Chrome 140; system: Android 14',
		'phone: yes; installed: no',
		'checked with: camera',
		'lens: no (denied)',
		`record: yes; type ${MIME}; pieces 3; seconds 3; kbps 1000`,
		'sound: could not tell (not-asked)',
		'keys: yes; strength sealed',
	]);
});

test('DC6 leaves out every string that is not a word or a type', () => {
	const secrets = [
		'ab'.repeat(16),
		'Anna’s phone',
		'192.168.1.17',
		'https://relay.example/x',
		'FaceTime HD Camera (05ac:8514)',
		'video/mp4; codecs="avc3"\nHost: relay.example',
		'a'.repeat(43),
	];
	for (const secret of secrets) {
		const text = reportText(about, 'camera', [findingOf('lens', 'yes', { label: secret })]);
		expect(text).toContain('lens: yes; label (left out)');
	}
	expect(reportText({ ...about, version: 'at Anna’s' }, 'camera', [])).toContain('development');
});

import { expect, test } from 'vitest';
import {
	frameFrom,
	fromDevice,
	fromRelay,
	MAX_TEXT_BYTES,
	REFUSAL_REASONS,
	relayInfoFrom,
} from '#protocol/wire.ts';
import { changed, expectBound, expectChecked, NOT_JSON, type Sample } from './fields.ts';

const id = '0123456789abcdef'.repeat(2);
const box = 'AAAA';
const version = 1;

const DEVICE: Readonly<Record<string, Sample>> = Object.fromEntries(
	[
		{ t: 'prove', version, home: id, device: id, signature: box },
		{ t: 'open', version, invitation: 'code', roster: [box] },
		{ t: 'meet', version, rid: id },
		{ t: 'find', version, locator: '23456789' },
		{ t: 'whose', version, device: id },
		{ t: 'append', entries: [box, box] },
		{ t: 'roster-since', seq: 3 },
		{ t: 'letter', n: 1, to: id, box, keep: 60 },
		{ t: 'got', id: 4 },
		{ t: 'wait', rid: id, locator: '23456789', version },
		{ t: 'post', rid: id, box },
		{ t: 'burn', rid: id },
		{ t: 'watch', camera: id, on: true },
		{ t: 'follow', on: true },
		{ t: 'ping', n: 1 },
	].map((frame) => [frame.t, frame as Sample]),
);

const RELAY: Readonly<Record<string, Sample>> = Object.fromEntries(
	[
		{ t: 'challenge', versions: [1], challenge: box },
		{
			...{ t: 'welcome', token: 'token', tokenMs: 600_000, rosterSeq: 3 },
			ice: [{ urls: ['turn:turn.example'], username: 'me', credential: 'secret' }],
		},
		{ t: 'opened' },
		{ t: 'of', home: id },
		{ t: 'met', rid: id },
		{ t: 'refused', why: 'roster', n: 1 },
		{ t: 'appended', seq: 3 },
		{ t: 'roster', from: 2, entries: [box] },
		{ t: 'taken', n: 1 },
		{ t: 'away', n: 1 },
		{ t: 'letter', id: 1, from: id, box, kept: true },
		{ t: 'presence', online: [id] },
		{ t: 'post', rid: id, box },
		{ t: 'burnt', rid: id },
		{ t: 'watched', camera: id, devices: [id] },
		{ t: 'changed', camera: id, from: 5, to: 6 },
		{ t: 'pong', n: 1 },
		{ t: 'bye' },
	].map((frame) => [frame.t, frame as Sample]),
);

const readDevice = (text: string) => frameFrom(fromDevice, text);
const readRelay = (text: string) => frameFrom(fromRelay, text);
const kindsOf = ({ options }: typeof fromDevice | typeof fromRelay): string[] =>
	options.map(({ entries }) => entries.t.literal);

test('every frame has a sample', () => {
	expect(Object.keys(DEVICE)).toEqual(kindsOf(fromDevice));
	expect(Object.keys(RELAY)).toEqual(kindsOf(fromRelay));
});

const OPTIONAL = ['locator', 'n', 'ice.0.username', 'ice.0.credential'];

test.each(Object.entries(DEVICE))('a device’s %s: each field is checked', (t, sample) => {
	// Only who waits may omit these; another frame's version or number is required.
	const optional = t === 'wait' ? ['locator', 'version'] : [];
	expectChecked(readDevice, sample, { optional, free: t === 'open' ? ['invitation'] : [] });
});

test.each(Object.entries(RELAY))('a relay’s %s: each field is checked', (t, sample) => {
	const optional = t === 'refused' || t === 'welcome' ? OPTIONAL : [];
	const free = ['token', 'ice.0.urls.0', 'ice.0.username', 'ice.0.credential'];
	expectChecked(readRelay, sample, { optional, free });
});

test('a frame is read as it was written, without fields that this version does not know', () => {
	for (const [read, samples] of [
		[readDevice, DEVICE],
		[readRelay, RELAY],
	] as const) {
		for (const sample of Object.values(samples)) {
			expect(read(JSON.stringify(sample))).toEqual(sample);
			expect(read(JSON.stringify({ ...sample, later: 1 }))).toEqual(sample);
			expect(read(JSON.stringify({ ...sample, t: 'of a later version' }))).toBeNull();
		}
	}
});

test.each<[string, (string | number)[], unknown, unknown]>([
	['prove', ['signature'], 'A'.repeat(86), 'A'.repeat(87)],
	['open', ['invitation'], 'a'.repeat(64), 'a'.repeat(65)],
	['open', ['roster'], Array(32).fill(box), Array(33).fill(box)],
	['append', ['entries'], Array(32).fill(box), Array(33).fill(box)],
	['append', ['entries', 0], 'A'.repeat(24_576), 'A'.repeat(24_577)],
	['letter', ['box'], 'A'.repeat(65_195), 'A'.repeat(65_196)],
	['letter', ['keep'], 7 * 24 * 3600, 7 * 24 * 3600 + 1],
	['post', ['box'], 'A'.repeat(43_691), 'A'.repeat(43_692)],
	['ping', ['n'], Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER + 1],
	['find', ['locator'], 'ZZZZZZZZ', 'ZZZZZZZI'],
	['meet', ['rid'], id, id.toUpperCase()],
])('a device’s %s has a bound at %j', (t, path, most, more) => {
	expectBound(readDevice, DEVICE[t]!, path, most, more);
});

test.each<[string, (string | number)[], unknown, unknown]>([
	['challenge', ['challenge'], 'A'.repeat(43), 'A'.repeat(44)],
	['welcome', ['token'], 'a'.repeat(512), 'a'.repeat(513)],
	['welcome', ['ice'], Array(8).fill({ urls: [] }), Array(9).fill({ urls: [] })],
	['welcome', ['ice', 0, 'urls'], Array(8).fill('turn:a'), Array(9).fill('turn:a')],
	['welcome', ['ice', 0, 'urls', 0], 'a'.repeat(256), 'a'.repeat(257)],
	['presence', ['online'], Array(64).fill(id), Array(65).fill(id)],
	['watched', ['devices'], Array(256).fill(id), Array(257).fill(id)],
	['refused', ['why'], REFUSAL_REASONS.at(-1), 'another'],
])('a relay’s %s has a bound at %j', (t, path, most, more) => {
	expectBound(readRelay, RELAY[t]!, path, most, more);
});

test('a text longer than 64 KiB is not parsed, and no text throws', () => {
	const padded = (length: number) => JSON.stringify(DEVICE['ping']).padEnd(length);
	expect(readDevice(padded(MAX_TEXT_BYTES))).not.toBeNull();
	expect(readDevice(padded(MAX_TEXT_BYTES + 1))).toBeNull();
	for (const text of NOT_JSON)
		expect([readDevice(text), readRelay(text), relayInfoFrom(text)]).toEqual([null, null, null]);
});

test('what a relay says of itself: addresses are addresses, and `trust` came later', () => {
	const info = { name: 'spy-cam', versions: [1], secure: 'https://cam.local:8443' };
	expect(relayInfoFrom(JSON.stringify(info))).toEqual({ ...info, trust: null });
	const whole = { ...info, trust: 'http://b.example' };
	const free = ['secure', 'trust'];
	expectChecked(relayInfoFrom, whole, { optional: ['trust'], free });
	for (const key of free)
		expectBound(relayInfoFrom, whole, [key], 'https://a.example', 'not an address');
	expect(relayInfoFrom(JSON.stringify(changed(info, ['name'], 'another')))).toBeNull();
});

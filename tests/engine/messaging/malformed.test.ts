/**
 * G, on the device: any input from a relay, a stranger or a member is parsed, rejected with a
 * Fault, or ignored.
 */
import { expect, test } from 'vitest';
import { bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { parseGrant } from '#domain/home/grant.ts';
import { parseSealedMessage, unpadText } from '#domain/home/sealed-message.ts';
import { parseLivePart } from '#domain/live/live-part.ts';
import { parseName, unpadName } from '#domain/home/name.ts';
import { pairingCodeFrom } from '#domain/pairing/code.ts';
import {
	parseAdmissionMessage,
	parseOwnerMessage,
	parseJoinerMessage,
	parseEndNote,
	parseOk,
	parseOpening,
	parseAdmissionPiece,
	parseSealed,
} from '#domain/pairing/handshake-messages.ts';
import { parseEntry } from '#domain/home/roster.ts';
import { verifySdp } from '#domain/media/sdp.ts';
import { liveChannelMessageFrom } from '#protocol/live-channel.ts';
import { messageBodyFrom } from '#protocol/message.ts';
import { frameFrom, fromDevice, fromRelay, relayInfoFrom } from '#protocol/wire.ts';
import { times } from '../../faults/support/counts.ts';
import identity from '../../fixtures/vectors/identity.json' with { type: 'json' };
import letter from '../../fixtures/vectors/letter.json' with { type: 'json' };
import { randomFrom } from '../../support/random.ts';

const seed = Number(process.env['SEED'] ?? Date.now() >>> 0);
const below = randomFrom(seed);
const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
const hex = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'hex'));
const noise = (most: number): Bytes => Uint8Array.from({ length: below(most) }, () => below(256));

const fingerprint = Uint8Array.from({ length: 32 }, (_, at) => at);
const pairs = [...fingerprint].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
const SDP = [
	...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'm=video 9 UDP/TLS/RTP/SAVPF 96'],
	...['c=IN IP4 0.0.0.0', `a=fingerprint:sha-256 ${pairs}`, 'a=setup:actpass', ''],
].join('\r\n');

const id = 'ab'.repeat(16);
const TEXTS: readonly (readonly [string, string, (text: string) => unknown])[] = [
	[
		'a frame of the relay',
		JSON.stringify({ t: 'letter', id: 1, from: id, box: 'AAAA', kept: false }),
		(text) => frameFrom(fromRelay, text),
	],
	[
		'a frame of a device',
		JSON.stringify({ t: 'append', entries: ['AAAA'] }),
		(text) => frameFrom(fromDevice, text),
	],
	[
		'a welcome',
		JSON.stringify({
			t: 'welcome',
			token: 'x',
			tokenMs: 1,
			rosterSeq: 2,
			ice: [{ urls: ['turn:x'] }],
		}),
		(text) => frameFrom(fromRelay, text),
	],
	[
		'an offer',
		JSON.stringify({
			t: 'offer',
			sid: id,
			nonce: id,
			peer: id,
			sdp: SDP,
			fingerprint: 'AAAA',
			restart: false,
		}),
		messageBodyFrom,
	],
	[
		'a state',
		JSON.stringify({
			t: 'state',
			peer: id,
			nonce: id,
			atMs: 1,
			rosterSeq: 1,
			cameras: [],
			watching: [id],
		}),
		messageBodyFrom,
	],
	[
		'an act',
		JSON.stringify({
			...{ t: 'want-grants', earlier: false, known: [id] },
			beside: { nonce: id, act: { id, nonces: [{ nonce: id, withinMs: 5000 }] }, count: 7 },
		}),
		messageBodyFrom,
	],
	[
		'a word on the channel',
		JSON.stringify({ t: 'beat', atMs: 1, capturedMs: 2, frames: 3 }),
		liveChannelMessageFrom,
	],
	['a card', JSON.stringify({ name: 'spy-cam', versions: [1], secure: null }), relayInfoFrom],
	[
		'a code',
		`https://cam.local:8443/pair#p1.${'A'.repeat(22)}.${'B'.repeat(43)}.${'C'.repeat(43)}.x`,
		pairingCodeFrom,
	],
	['typed letters', 'K7QX-2MPA', pairingCodeFrom],
	['a description', SDP, (text) => verifySdp(text, fingerprint)],
	['base64url', 'AAAA_-', bytesOfBase64url],
];

const entry = hex(letter.entry + letter.entrySignature);
const BYTES: readonly (readonly [string, Bytes, (bytes: Bytes) => unknown])[] = [
	['a letter', bytesOfBase64url(letter.box), parseSealedMessage],
	['padded text', hex(letter.plain), unpadText],
	['a roster entry', entry, parseEntry],
	['a first entry', hex(identity.roster.canonical + identity.roster.signature), parseEntry],
	...(
		[
			...[
				parseGrant,
				parseName,
				unpadName,
				parseLivePart,
				parseOpening,
				parseJoinerMessage,
				parseOwnerMessage,
			],
			...[parseOk, parseAdmissionMessage, parseAdmissionPiece, parseEndNote],
			(bytes: Bytes) => parseSealed(1, bytes),
			(bytes: Bytes) => parseSealed(2, bytes),
		] as const
	).map((parse) => ['bytes', Uint8Array.from({ length: 400 }, (_, at) => at & 3), parse] as const),
];

const VALUES = [null, true, -1, 1e308, '', [], {}, [[]], '__proto__', 2 ** 53, 'x'.repeat(70_000)];

function mangledText(good: string): string {
	switch (below(6)) {
		case 0:
			return Buffer.from(noise(200)).toString('latin1');
		case 1:
			return good.slice(0, below(good.length));
		case 2:
			return '{"t":'.repeat(below(3_000)) + '['.repeat(below(10_000));
		case 3:
			if (good.startsWith('{')) {
				const parsed = JSON.parse(good) as Record<string, unknown>;
				parsed[pick(Object.keys(parsed))] = pick(VALUES);
				return JSON.stringify(parsed);
			}
			return good.repeat(below(40));
		default: {
			const bytes = Buffer.from(good);
			for (let flips = 1 + below(4); flips > 0; flips -= 1) bytes[below(bytes.length)] = below(256);
			return bytes.toString(below(2) === 0 ? 'latin1' : 'utf8');
		}
	}
}

function mangledBytes(good: Bytes): Bytes {
	const other = good.slice();
	switch (below(4)) {
		case 0:
			return noise(600);
		case 1:
			return good.slice(0, below(good.length));
		default:
			for (let flips = 1 + below(4); flips > 0; flips -= 1) other[below(other.length)] = below(256);
			return other;
	}
}

/** Mangles an input once, so that repeated parsing gets the same one. */
function prepared<T>(
	[name, good, parse]: readonly [string, T, (bad: T) => unknown],
	mangled: (good: T) => T,
): readonly [string, () => unknown] {
	const bad = mangled(good);
	return [name, () => parse(bad)];
}

function timedMs(work: () => unknown): number {
	const begun = performance.now();
	try {
		work();
	} catch {
		// The caller has checked the error the first time.
	}
	return performance.now() - begun;
}

test('G malformed frames, messages, codes, descriptions, sealed messages, entries, grants and boxes yield a Fault or null', () => {
	const count = times(100_000);
	const ends = { read: 0, nothing: 0, fault: 0 };
	let slowestMs = 0;
	for (let n = 0; n < count; n += 1) {
		const isText = n % 2 === 0;
		const [what, work] = isText
			? prepared(pick(TEXTS), mangledText)
			: prepared(pick(BYTES), mangledBytes);
		const begun = performance.now();
		try {
			const read = work();
			ends[read === null || read === undefined ? 'nothing' : 'read'] += 1;
		} catch (error) {
			expect(error, `seed ${seed}, n ${n}: ${what}`).toBeInstanceOf(Fault);
			ends.fault += 1;
		}
		// Slow inputs are timed again: a busy machine may stall once, a slow parser is slow every time.
		const tookMs = performance.now() - begun;
		slowestMs = Math.max(slowestMs, tookMs < 1_000 ? tookMs : Math.min(tookMs, timedMs(work)));
	}
	process.stdout.write(`malformed: ${count}, seed ${seed}, ${JSON.stringify(ends)}\n`);
	expect(slowestMs).toBeLessThan(1_000);
	expect(ends.fault).toBeGreaterThan(count / 10);
	expect(ends.nothing).toBeGreaterThan(count / 10);
});

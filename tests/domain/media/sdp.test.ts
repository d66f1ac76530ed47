import { describe, expect, it } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import { verifySdp } from '#domain/media/sdp.ts';
import { randomFrom } from '../../support/random.ts';

const mine: Bytes = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 0xff);
const pairs = (bytes: Uint8Array) =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
const line = (bytes: Uint8Array) => `a=fingerprint:sha-256 ${pairs(bytes)}`;
const sdp = (...lines: string[]) =>
	[
		...['v=0', 'o=- 46117 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
		...['m=video 9 UDP/TLS/RTP/SAVPF 96', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:ab', line(mine)],
		...['a=setup:actpass', 'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', line(mine)],
		...lines,
		'',
	].join('\r\n');
const kindOf = (text: string): string => {
	try {
		verifySdp(text, mine);
		return 'fine';
	} catch (error) {
		return (error as { kind: string }).kind;
	}
};

describe('LV1 a session description', () => {
	it('with the signed fingerprint everywhere is accepted, in either case and line ending', () => {
		expect(kindOf(sdp())).toBe('fine');
		expect(kindOf(sdp().replaceAll('\r\n', '\n'))).toBe('fine');
		expect(kindOf(sdp(line(mine).replace(pairs(mine), pairs(mine).toLowerCase())))).toBe('fine');
	});

	it('without one, with another hash, or without DTLS is refused', () => {
		expect(kindOf(sdp().replaceAll(line(mine), 'a=x'))).toBe('malformed');
		expect(kindOf(sdp(`a=fingerprint:sha-1 ${pairs(mine.subarray(0, 20))}`))).toBe('malformed');
		expect(kindOf(sdp(line(mine).replace('sha-256', 'sha-512')))).toBe('malformed');
		expect(kindOf(sdp('m=audio 9 RTP/AVP 0'))).toBe('malformed');
		expect(kindOf(sdp('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc'))).toBe('malformed');
		expect(kindOf(sdp('x'.repeat(33_000)))).toBe('malformed');
		expect(kindOf('')).toBe('malformed');
	});

	it('T3 swapped, added, hidden and mixed fingerprints are refused', () => {
		const seed = Date.now() >>> 0;
		const random = randomFrom(seed);
		for (let n = 0; n < 200; n += 1) {
			const other = mine.slice();
			other[random(32)]! ^= 1 + random(255);
			const [ours, theirs] = [line(mine), line(other)];
			const attacks = [
				sdp().replaceAll(ours, theirs),
				sdp().replace(ours, theirs),
				sdp(theirs),
				sdp(` ${theirs}`),
				sdp(theirs.toUpperCase()),
				sdp(`${theirs} `),
				sdp(`a=x\r${theirs}`),
				sdp(`a=x\n${theirs}`),
				sdp(`a=x\u2028${theirs}`),
				sdp(`${ours}\u0000${theirs}`),
				sdp(`a=tls-id:1 ${theirs}`),
				theirs + '\r\n' + sdp(),
			];
			for (const [at, attack] of attacks.entries()) {
				expect(kindOf(attack), `seed ${seed}, attack ${at}`).not.toBe('fine');
			}
		}
	});
});

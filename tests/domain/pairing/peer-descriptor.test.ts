import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64urlOf } from '#domain/base/base64url.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import {
	buildDescriptor,
	descriptorFromSdp,
	MAX_ADDRESSES,
	parseDescriptor,
	sdpOfDescriptor,
	type PeerDescriptor,
} from '#domain/pairing/peer-descriptor.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	IN_PAGE_RELAY_ORIGIN,
	isDirectOrigin,
	directCodeFrom,
	directOriginBytes,
	directOriginOf,
	directSecretBytes,
	directCodeText,
	type DirectCode,
} from '#domain/pairing/direct-code.ts';
import vectors from '../../fixtures/vectors/nearby.json' with { type: 'json' };

const FINGERPRINT = Array.from({ length: 32 }, (_, at) => (at + 0xa0).toString(16).toUpperCase());

/** As Chromium 140 and Firefox 143 write them. */
const chromium = `v=0\r\no=- 8123 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=candidate:1 1 udp 2113937151 2f1e0d3c-1111-4222-8333-0123456789ab.local 54321 typ host generation 0 network-cost 999\r\na=candidate:2 1 tcp 1518280447 192.168.1.5 9 typ host tcptype active\r\na=ice-ufrag:V2+/\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=ice-options:trickle\r\na=fingerprint:sha-256 ${FINGERPRINT.join(':')}\r\na=setup:actpass\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n`;
const firefox = `v=0\r\no=mozilla...THIS_IS_SDPARTA-99.0 123 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 ${FINGERPRINT.join(':')}\r\na=group:BUNDLE 0\r\na=ice-options:trickle\r\na=msid-semantic:WMS *\r\nm=application 40000 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 192.168.1.7\r\na=candidate:0 1 UDP 2122252543 fe80::1 40001 typ host\r\na=candidate:1 1 UDP 2122187007 192.168.1.7 40000 typ host\r\na=candidate:2 1 UDP 1686052863 203.0.113.7 40000 typ srflx raddr 0.0.0.0 rport 0\r\na=sendrecv\r\na=end-of-candidates\r\na=ice-pwd:0123456789abcdef0123456789abcdef\r\na=ice-ufrag:0a1b2c3d\r\na=mid:0\r\na=setup:actpass\r\na=sctp-port:5000\r\na=max-message-size:1073741823\r\n`;

const iceText = (least: number, most: number) =>
	fc.string({
		unit: fc.constantFrom('A', 'B', 'z', '0', '9', '+', '/'),
		minLength: least,
		maxLength: most,
	});
const address = fc.constantFrom('ipv4', 'name', 'ipv6').chain((kind) =>
	fc.record({
		kind: fc.constant(kind),
		port: fc.integer({ min: 1, max: 65_535 }),
		bytes: fc
			.uint8Array({ minLength: kind === 'ipv4' ? 4 : 16, maxLength: kind === 'ipv4' ? 4 : 16 })
			.map((bytes) => Uint8Array.from(bytes)),
	}),
);
const anyDescriptor: fc.Arbitrary<PeerDescriptor> = fc.record({
	fingerprint: fc
		.uint8Array({ minLength: 32, maxLength: 32 })
		.map((bytes) => Uint8Array.from(bytes)),
	ufrag: iceText(4, 32),
	password: iceText(22, 64),
	addresses: fc.array(address, { minLength: 1, maxLength: MAX_ADDRESSES }),
});

function sorted({ addresses, ...rest }: PeerDescriptor): PeerDescriptor {
	const kinds = ['ipv4', 'name', 'ipv6'] as const;
	return {
		...rest,
		addresses: kinds.flatMap((kind) => addresses.filter((one) => one.kind === kind)),
	};
}

describe('peer descriptors', () => {
	it('NB1 SDP of Chromium and Firefox becomes bytes, and SDP again', () => {
		for (const [sdp, host] of [
			[chromium, '2f1e0d3c-1111-4222-8333-0123456789ab.local 54321'],
			[firefox, '192.168.1.7 40000'],
		] as const) {
			const found = descriptorFromSdp(sdp);
			expect(parseDescriptor(buildDescriptor(found))).toEqual(found);
			const again = sdpOfDescriptor(found, 'offer');
			expect(again).toContain(`a=candidate:1 1 udp 2130706431 ${host} typ host\r\n`);
			expect(again).toContain(`a=fingerprint:sha-256 ${FINGERPRINT.join(':')}\r\n`);
			expect(again).toContain('a=setup:actpass\r\n');
			expect(sdpOfDescriptor(found, 'answer')).toContain('a=setup:active\r\n');
			expect(descriptorFromSdp(again)).toEqual(found);
			expect(base64urlOf(buildDescriptor(found)).length).toBeLessThan(150);
		}
		expect(descriptorFromSdp(firefox).addresses.map(({ kind }) => kind)).toEqual(['ipv4', 'ipv6']);
	});

	it('NB1 NB2 any descriptor survives bytes, SDP and code', () => {
		fc.assert(
			fc.property(anyDescriptor, (one) => {
				expect(parseDescriptor(buildDescriptor(one))).toEqual(one);
				expect(descriptorFromSdp(sdpOfDescriptor(one, 'answer'))).toEqual(sorted(one));
				const code: DirectCode = { kind: 'a2', rid: 'ab'.repeat(16), descriptor: one };
				expect(directCodeFrom(directCodeText(code))).toEqual(code);
			}),
		);
	});

	it('NB1 without an address, a fingerprint or ICE names there is no descriptor', () => {
		const none = { name: 'Fault', kind: 'malformed' };
		expect(() => descriptorFromSdp(chromium.replace(/a=candidate.*\r\n/g, ''))).toThrow(
			expect.objectContaining({ kind: 'offline' }),
		);
		for (const broken of [
			chromium.replace('sha-256', 'sha-1'),
			chromium.replace('a=ice-ufrag:V2+/', 'a=ice-ufrag:V2'),
			chromium.replace('a=ice-pwd', 'a=ice-pw'),
			'x'.repeat(40_000),
		]) {
			expect(() => descriptorFromSdp(broken)).toThrow(expect.objectContaining(none));
		}
	});

	it('NB2 damaged bytes and codes are malformed, and nothing else is thrown', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				try {
					const one = parseDescriptor(bytes);
					expect(buildDescriptor(one)).toEqual(Uint8Array.from(bytes));
				} catch (error) {
					expect(error).toBeInstanceOf(Fault);
				}
			}),
			{ numRuns: 2000 },
		);
		fc.assert(
			fc.property(anyDescriptor, fc.nat(), fc.nat(255), (one, at, to) => {
				const whole = directCodeText({
					...{ kind: 'p2', rid: 'ab'.repeat(16), descriptor: one },
					...{ secret: new Uint8Array(32), hash: new Uint8Array(32) },
				});
				const place = at % whole.length;
				const bad = whole.slice(0, place) + String.fromCharCode(to) + whole.slice(place + 1);
				try {
					const read = directCodeFrom(bad);
					if (read !== null) expect(directCodeText(read)).toBe(bad.trim().split('#').at(-1));
				} catch (error) {
					expect(error).toMatchObject({ kind: 'malformed' });
				}
				const short = whole.slice(0, place);
				const cut = (): unknown => directCodeFrom(short);
				if (short.startsWith('p2.')) expect(cut).toThrow(Fault);
				else expect(cut()).toBeNull();
			}),
		);
	});

	it('NB1 NB2 vectors', () => {
		for (const { code, sdp, type } of vectors.codes) {
			const read = directCodeFrom(`https://app.example/pair#${code}`);
			if (read === null) throw new Error('no code');
			expect(directCodeText(read)).toBe(code);
			expect(sdpOfDescriptor(read.descriptor, type as 'offer' | 'answer')).toBe(sdp.join('\r\n'));
		}
		expect(vectors.codes.map(({ code }) => code.length)).toEqual(
			vectors.codes.map(({ length }) => length),
		);
	});

	it('NB4 NB8 vectors of the secret and the origin that two descriptors yield', async () => {
		const [offer, answer] = [vectors.codes[0], vectors.codes[3]].map((vector) =>
			directCodeFrom(vector?.code ?? ''),
		);
		if (!offer || !('secret' in offer) || !answer) throw new Error('no codes');
		const hash = async (bytes: Bytes) =>
			new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
		expect(hexOf(offer.secret)).toBe(vectors.secret.secret);
		const secret = await hash(directSecretBytes(offer.secret, offer.descriptor, answer.descriptor));
		expect(hexOf(secret)).toBe(vectors.secret.becomes);
		const origin = directOriginOf(
			await hash(directOriginBytes(offer.descriptor, answer.descriptor)),
		);
		expect(origin).toBe(vectors.origin);
		expect([origin, IN_PAGE_RELAY_ORIGIN].every(isDirectOrigin)).toBe(true);
		expect(isDirectOrigin('https://cam.local:8443')).toBe(false);
	});

	it('NB2 a link with an ordinary descriptor is short enough to scan', () => {
		const { code } = vectors.codes[0] ?? { code: '' };
		expect(`https://spy-cam.example.org/pair#${code}`.length).toBeLessThanOrEqual(300);
	});
});

import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';

/** RFC 8122 certificate fingerprint. Rule: docs/spec/live.md, LV1. */
const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/;
const MAX_SDP_BYTES = 32 * 1024;
/** Only media over DTLS. */
const MEDIA = /^m=(?:audio|video|application) \d{1,5} UDP\/(?:TLS\/RTP\/SAVPF|DTLS\/SCTP)( |$)/;

/**
 * Checks a session description against the fingerprint that was signed with it, so that the browser
 * accepts only that peer. Throws `corrupt` for another certificate, `malformed` for an unexpected
 * description.
 */
export function verifySdp(sdp: string, fingerprint: Bytes): void {
	if (sdp.length > MAX_SDP_BYTES) throw new Fault('malformed', 'session description too long');
	let said = 0;
	for (const line of sdp.split(/\r\n|\n|\r/)) {
		if (line.startsWith('m=') && !MEDIA.test(line)) {
			throw new Fault('malformed', 'session description with media not over DTLS');
		}
		// Anywhere in a line: parsers differ in what they accept as a line.
		if (/crypto|identity/i.test(line) && line.startsWith('a=')) {
			throw new Fault('malformed', 'session description with other keys (crypto, identity)');
		}
		if (!/fingerprint/i.test(line)) continue;
		const [, hex] = FINGERPRINT.exec(line) ?? [];
		if (hex === undefined)
			throw new Fault('malformed', 'session description with an invalid fingerprint');
		if (!equalBytes(bytesOfPairs(hex), fingerprint)) {
			throw new Fault('corrupt', 'session description with another certificate');
		}
		said += 1;
	}
	if (said === 0) throw new Fault('malformed', 'session description without a fingerprint');
}

/** The fingerprint in an `a=fingerprint` line; `null`: not one. */
export function fingerprintOf(line: string): Bytes | null {
	const [, hex] = FINGERPRINT.exec(line) ?? [];
	return hex === undefined ? null : bytesOfPairs(hex);
}

export function fingerprintText(fingerprint: Bytes): string {
	const pairs = Array.from(fingerprint, (byte) => byte.toString(16).padStart(2, '0'));
	return pairs.join(':').toUpperCase();
}

function bytesOfPairs(hex: string): Bytes {
	return Uint8Array.from(hex.split(':'), (pair) => Number.parseInt(pair, 16));
}

/**
 * Adds the start bitrate for a Chromium sender, which otherwise starts at 320 × 180 and takes ten
 * seconds to ramp up. Other browsers ignore it.
 */
export function withStartBitrate(sdp: string, kilobits: number): string {
	let video = false;
	return sdp
		.split('\r\n')
		.map((line) => {
			if (line.startsWith('m=')) video = line.startsWith('m=video');
			const rated = video && /^a=fmtp:\d+ (?!apt=)/.test(line);
			return rated ? `${line};x-google-start-bitrate=${kilobits}` : line;
		})
		.join('\r\n');
}

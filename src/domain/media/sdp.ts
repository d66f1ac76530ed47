import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';

/** RFC 8122: what a session may say about its certificate. Rule: docs/spec/live.md, LV1. */
const FINGERPRINT = /^a=fingerprint:sha-256 ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$/;
const MAX_SDP_BYTES = 32 * 1024;
/** Encrypted by DTLS, or nothing. */
const MEDIA = /^m=(?:audio|video|application) \d{1,5} UDP\/(?:TLS\/RTP\/SAVPF|DTLS\/SCTP)( |$)/;

/**
 * Holds a session description against the fingerprint that came signed with it: the browser then
 * lets nobody else answer. Throws `corrupt` for another certificate, `malformed` for what is none
 * of ours.
 */
export function verifySdp(sdp: string, fingerprint: Bytes): void {
	if (sdp.length > MAX_SDP_BYTES) throw new Fault('malformed', 'a session description is too long');
	let said = 0;
	for (const line of sdp.split(/\r\n|\n|\r/)) {
		if (line.startsWith('m=') && !MEDIA.test(line)) {
			throw new Fault('malformed', 'a session without DTLS');
		}
		// Wherever the word stands: parsers differ in what they take for a line.
		if (/crypto|identity/i.test(line) && line.startsWith('a=')) {
			throw new Fault('malformed', 'a session with other keys');
		}
		if (!/fingerprint/i.test(line)) continue;
		const [, hex] = FINGERPRINT.exec(line) ?? [];
		if (hex === undefined) throw new Fault('malformed', 'a fingerprint that is none');
		if (!equalBytes(bytesOfPairs(hex), fingerprint)) {
			throw new Fault('corrupt', 'a session of another certificate');
		}
		said += 1;
	}
	if (said === 0) throw new Fault('malformed', 'a session without a fingerprint');
}

/** What a line says of a certificate; `null`: nothing that is understood. */
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
 * The other side's description with the rate at which a Chromium sender begins: else it starts at
 * 320 × 180 and takes ten seconds to grow. Other browsers do not read it.
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

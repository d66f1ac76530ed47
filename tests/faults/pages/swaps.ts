import { base64urlOf } from '#domain/base/base64url.ts';
import type { DtlsCertificate } from '#ports/keys/crypto.ts';
import type { Message } from '#protocol/message.ts';
import { cleanUp, until } from '../../browser/live/live-fixture.ts';
import { call, certificates, type Certificates } from '../../browser/network/two-peers.ts';

/** Who lies, and how. */
const SWAPS = [
	'all of the offer',
	'all of the answer',
	'lines of the offer',
	'lines of the answer',
	'what is signed of the offer',
	'what is signed of the answer',
	'one line of the offer',
	'one line of the answer',
	'a line more in the offer',
	'a line more in the answer',
	'a camera with a certificate it did not sign for',
	'a viewer with a certificate it did not sign for',
] as const;
type Swap = (typeof SWAPS)[number];

export interface Swapped {
	readonly swap: string;
	readonly frames: number;
	readonly picture: boolean;
	/** How the call ended: hung up, cut off, or neither within the deadline. */
	readonly end: 'hung up' | 'refused by DTLS' | 'nothing';
}

export interface Swaps {
	/** Makes this many calls at once, numbered from `from`, and one untouched call. */
	round(from: number, count: number): Promise<{ swapped: Swapped[]; untouched: number }>;
}

declare global {
	interface Window {
		swaps: Swaps;
	}
}

const DEADLINE_MS = 30_000;
const LINE = /a=fingerprint:sha-256 \S+/;
const pairs = (bytes: Uint8Array): string =>
	Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');

function swapIn(swap: Swap, message: Message, other: DtlsCertificate): Message {
	if ((message.t !== 'offer' && message.t !== 'answer') || !swap.endsWith(message.t))
		return message;
	const line = `a=fingerprint:sha-256 ${pairs(other.fingerprint)}`;
	const fingerprint = base64urlOf(other.fingerprint);
	const all = message.sdp.replaceAll(new RegExp(LINE, 'g'), line);
	if (swap.startsWith('all')) return { ...message, sdp: all, fingerprint };
	if (swap.startsWith('lines')) return { ...message, sdp: all };
	if (swap.startsWith('what')) return { ...message, fingerprint };
	if (swap.startsWith('one')) return { ...message, sdp: message.sdp.replace(LINE, line) };
	return { ...message, sdp: `${message.sdp}${line}\r\n` };
}

async function swapped(swap: Swap, both: Certificates, other: DtlsCertificate): Promise<Swapped> {
	// A page that signs for one certificate and uses another: all it says is consistent except for
	// DTLS.
	const cheats = { ...other, fingerprint: both.cameras.fingerprint };
	const change = (message: Message): Message => {
		if (!swap.includes('certificate')) return swapIn(swap, message, other);
		const claimed = both[swap.startsWith('a camera') ? 'cameras' : 'viewers'];
		if ('fingerprint' in message && message.fingerprint === base64urlOf(claimed.fingerprint)) {
			const line = `a=fingerprint:sha-256 ${pairs(claimed.fingerprint)}`;
			return { ...message, sdp: message.sdp.replaceAll(new RegExp(LINE, 'g'), line) };
		}
		return message;
	};
	const used = swap.startsWith('a camera')
		? { ...both, cameras: cheats }
		: swap.startsWith('a viewer')
			? { ...both, viewers: { ...other, fingerprint: both.viewers.fingerprint } }
			: both;
	const { direct, frames, seen } = call(used, change);
	const over = (): boolean => direct.end !== null || direct.lostMs !== null;
	await until(over, DEADLINE_MS).catch(() => undefined);
	return {
		swap,
		frames: frames(),
		picture: direct.picture !== null || seen.video.videoWidth > 0,
		end: direct.end !== null ? 'hung up' : direct.lostMs !== null ? 'refused by DTLS' : 'nothing',
	};
}

window.swaps = {
	round: async (from, count) => {
		const [cameras, viewers, other] = (await certificates(3)) as [
			DtlsCertificate,
			DtlsCertificate,
			DtlsCertificate,
		];
		const both = { cameras, viewers };
		const calls = Array.from({ length: count }, (_, at) =>
			swapped(SWAPS[(from + at) % SWAPS.length] ?? SWAPS[0], both, other),
		);
		const found = await Promise.all(calls);
		// Run afterwards: thirteen handshakes at once are a lot for a busy machine.
		let untouched = 0;
		for (let tries = 0; untouched === 0 && tries < 3; tries += 1) {
			const { frames } = call(both);
			await until(() => frames() > 0, 15_000).catch(() => undefined);
			untouched = frames();
		}
		cleanUp();
		return { swapped: found, untouched };
	},
};

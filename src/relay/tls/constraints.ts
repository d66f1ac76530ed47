import { isIP } from 'node:net';
import { ascii, concatBytes, type Bytes } from '#domain/base/bytes.ts';

/**
 * OID of the name constraints extension (RFC 5280, 4.2.1.10). They limit a stolen authority key to
 * impersonating machines of this network.
 */
export const NAME_CONSTRAINTS = '2.5.29.30';

const NETWORKS = [
	...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'],
	...['fc00::/7', 'fe80::/10', '::1/128'],
];
const SUFFIXES = ['local', 'home.arpa', 'localhost'];
/**
 * A domain that never exists (RFC 2606): permitting only this one permits no mail address and no
 * URI.
 */
const NOWHERE = 'invalid';

const SEQUENCE = 0x30;
const PERMITTED = 0xa0;
const RFC822_NAME = 0x81;
const DNS_NAME = 0x82;
const URI = 0x86;
const IP_ADDRESS = 0x87;

/**
 * The extension's value as DER. `names`: this machine's own, in addition to local suffixes and
 * networks.
 */
export function nameConstraints(names: readonly string[]): Bytes {
	const dns = [...new Set([...SUFFIXES, ...names.filter((name) => !isCovered(SUFFIXES, name))])];
	const subtrees = [
		...dns.map((name) => tlv(SEQUENCE, tlv(DNS_NAME, ascii(name)))),
		...NETWORKS.map((network) => tlv(SEQUENCE, tlv(IP_ADDRESS, networkBytes(network)))),
		// A name type without any subtree would be unconstrained.
		...[RFC822_NAME, URI].map((kind) => tlv(SEQUENCE, tlv(kind, ascii(NOWHERE)))),
	];
	return tlv(SEQUENCE, tlv(PERMITTED, concatBytes(...subtrees)));
}

/** Whether an authority with these own names may speak for a name or an address. */
export function maySpeakFor(names: readonly string[], what: string): boolean {
	const kind = isIP(what);
	if (kind === 0) return isCovered([...SUFFIXES, ...names], what);
	const bytes = addressBytes(what);
	return NETWORKS.some((network) => {
		const [address = '', bits = ''] = network.split('/');
		const base = addressBytes(address);
		const mask = maskBytes(base.length, Number(bits));
		return (
			base.length === bytes.length &&
			bytes.every((byte, at) => (byte & (mask[at] ?? 0)) === ((base[at] ?? 0) & (mask[at] ?? 0)))
		);
	});
}

function isCovered(suffixes: readonly string[], name: string): boolean {
	return suffixes.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

function networkBytes(network: string): Bytes {
	const [address = '', bits = ''] = network.split('/');
	const bytes = addressBytes(address);
	return concatBytes(bytes, maskBytes(bytes.length, Number(bits)));
}

function maskBytes(length: number, bits: number): Bytes {
	return Uint8Array.from({ length }, (_, at) => {
		const ones = Math.min(8, Math.max(0, bits - 8 * at));
		return (0xff << (8 - ones)) & 0xff;
	});
}

/** 4 or 16 bytes. IPv4-mapped IPv6 addresses do not occur here. */
function addressBytes(address: string): Bytes {
	if (isIP(address) === 4) return Uint8Array.from(address.split('.'), Number);
	const [head = '', tail = ''] = address.split('::');
	const words = (text: string): number[] =>
		text
			.split(':')
			.filter(Boolean)
			.map((word) => parseInt(word, 16));
	const [first, last] = [words(head), words(tail)];
	const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
	return Uint8Array.from([...first, ...zeros, ...last].flatMap((word) => [word >> 8, word & 0xff]));
}

function tlv(tag: number, content: Uint8Array): Bytes {
	const { length } = content;
	const size =
		length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return concatBytes(Uint8Array.of(tag, ...size), content);
}

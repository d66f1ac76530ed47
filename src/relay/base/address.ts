import { isIPv6 } from 'node:net';

/** Counted address by address: link-local (fe80::/10) and unique local (fc00::/7). */
const LOCAL = /^(fe[89ab]|f[cd])/;

/**
 * The key that limits count by (RL27): one IPv4 address, or one IPv6 /64, because a single customer
 * has all 2^64 addresses in it. Local IPv6 addresses count one by one: there each machine has one,
 * and guests share the household's /64.
 */
export function clientKeyOf(address: string): string {
	const words = wordsOf(address);
	if (words === null) return v4Of(address);
	const isLocal = words[0] !== undefined && LOCAL.test(words[0]);
	return isLocal ? words.join(':') : `${words.slice(0, 4).join(':')}::`;
}

/**
 * The key for comparing networks (RL27): one IPv4 address, or one IPv6 /48, because some customers
 * have 65,536 /64s.
 */
export function networkKeyOf(address: string): string {
	return wordsOf(address)?.slice(0, 3).join(':') ?? v4Of(address);
}

/** The eight groups without leading zeros; `null`: not IPv6, or an IPv4-mapped address. */
function wordsOf(address: string): string[] | null {
	if (!isIPv6(address) || /^::ffff:[\d.]+$/i.test(address)) return null;
	const [head = '', tail = ''] = address.toLowerCase().replace(/%.*$/, '').split('::');
	const [first, last] = [wordsIn(head), wordsIn(tail)];
	const zeros = address.includes('::')
		? Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
		: [];
	return [...first, ...zeros, ...last];
}

function wordsIn(text: string): string[] {
	return text
		.split(':')
		.filter(Boolean)
		.map((word) => word.replace(/^0+(?=.)/, ''));
}

function v4Of(address: string): string {
	return address.replace(/^::ffff:/i, '');
}

import { isIPv6 } from 'node:net';

/** Every address of its own: link-local (fe80::/10) and of a local network (fc00::/7). */
const LOCAL = /^(fe[89ab]|f[cd])/;

/**
 * The address as limits count it (RL27). One customer has 2^64 addresses of IPv6, so their network
 * counts as one; in a local network each machine has one, and the household is in the same network
 * as its guest.
 */
export function clientKeyOf(address: string): string {
	const words = wordsOf(address);
	if (words === null) return v4Of(address);
	const isLocal = words[0] !== undefined && LOCAL.test(words[0]);
	return isLocal ? words.join(':') : `${words.slice(0, 4).join(':')}::`;
}

/**
 * IPv4: the address. IPv6: its /48, as some have 65,536 networks of their own; whoever shares it.
 */
export function networkKeyOf(address: string): string {
	return wordsOf(address)?.slice(0, 3).join(':') ?? v4Of(address);
}

/** Eight words, without leading zeros; `null`: an address of IPv4, in whatever form. */
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

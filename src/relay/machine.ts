import { networkInterfaces } from 'node:os';
import { isLoopback } from './doors.ts';

/** The addresses under which this machine can be reached; those that change by the hour are left out. */
export function addressesHere(host: string): string[] {
	const loopback = ['127.0.0.1', '::1'];
	if (isLoopback(host)) return loopback;
	const found = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
	const others = found
		.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
		.map(({ address }) => address);
	return [...new Set([...loopback, ...others])];
}

/** Where a phone in the same network looks first; `null`: this machine is in none. */
export function lanAddress(addresses: readonly string[]): string | null {
	const v4 = addresses.filter((address) => /^\d/.test(address) && !isLoopback(address));
	return (
		v4.find((address) => /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(address)) ?? v4[0] ?? null
	);
}

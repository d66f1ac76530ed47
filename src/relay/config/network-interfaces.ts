import { networkInterfaces } from 'node:os';
import { publicAddressOf } from './public-address.ts';
import { isLoopback } from '#relay/base/origin-policy.ts';
import type { LiveSettings } from '#relay/base/ipc.ts';

/** The addresses this machine can be reached at, without link-local IPv6. */
export function localAddresses(host: string): string[] {
	const loopback = ['127.0.0.1', '::1'];
	if (isLoopback(host)) return loopback;
	const found = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
	const others = found
		.filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
		.map(({ address }) => address);
	return [...new Set([...loopback, ...others])];
}

/** The preferred IPv4 address in the LAN; `null`: none. */
export function lanAddress(addresses: readonly string[]): string | null {
	const v4 = addresses.filter((address) => /^\d/.test(address) && !isLoopback(address));
	return (
		v4.find((address) => /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(address)) ?? v4[0] ?? null
	);
}

/** The relay's addresses for people, within the local network or beyond. */
export interface RelayAddresses {
	/** On this machine. */
	readonly here: string;
	/** For all devices, once they trust it. */
	readonly secure: string;
	/** Where a device in this network learns to trust it; `null`: not needed, or not reachable. */
	readonly trust: string | null;
}

export function relayAddressesOf(
	settings: Pick<LiveSettings, 'host' | 'name' | 'publicName' | 'publicPort'>,
	ports: { readonly http: number; readonly https: number },
	hosts: readonly string[],
): RelayAddresses {
	const { host, name, publicName } = settings;
	const alone = isLoopback(host);
	const any = alone || host === '::' || host === '0.0.0.0';
	const own = any ? 'localhost' : host.includes(':') ? `[${host}]` : host;
	return {
		here: `http://${own}:${ports.http}`,
		secure: publicAddressOf(settings, alone ? 'localhost' : name, ports.https),
		trust:
			alone || publicName !== null
				? null
				: `http://${lanAddress(hosts) ?? name}:${ports.http}/trust`,
	};
}

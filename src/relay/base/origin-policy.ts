import { BlockList, isIP, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** The hosts and origins this relay accepts, and the proxies whose headers it trusts. */
export interface OriginPolicy {
	/** This relay's host names and addresses, in lower case, without ports. */
	readonly hosts: ReadonlySet<string>;
	/** Origins of apps served elsewhere (settings). */
	readonly origins: ReadonlySet<string>;
	/** The public name, if a reverse proxy terminates TLS. */
	readonly publicName: string | null;
	/** Its port if not 443: a proxy may omit it from the forwarded `Host` (RL42). */
	readonly publicPort?: number | null;
	readonly ports: { readonly http: number; readonly https: number };
	readonly proxies: BlockList;
}

/** Where a request comes from, and which origin it was addressed to. */
export interface ClientOrigin {
	readonly address: string;
	/** From this machine, or through a configured proxy. */
	readonly inside: boolean;
	/** From this machine and not through any proxy, configured or detected by its headers. */
	readonly local: boolean;
	/**
	 * The origin the client connected to, such as `https://cam.local:8443`; `null`: an unknown host
	 * (RL4).
	 */
	readonly origin: string | null;
}

const FORWARDING =
	/^(forwarded|via|cdn-loop)$|^x-(forwarded|envoy|original|azure)|-(real|client|connecting)-?ip$/;

/** The answer to a request for an unknown host (RL4). */
export function misdirectedResponse(): Response {
	return new Response('Misdirected request: this relay does not serve that host.', { status: 421 });
}

type UpgradeRequest = Pick<IncomingMessage, 'headers'> & {
	readonly socket: { readonly remoteAddress?: string | undefined };
};

export function clientOriginOf(
	originPolicy: OriginPolicy,
	{ headers, socket }: UpgradeRequest,
	secure: boolean,
): ClientOrigin {
	const direct = plainAddress(socket.remoteAddress ?? '');
	const proxied = isProxy(originPolicy, direct);
	const address = proxied ? forwarded(originPolicy, headers['x-forwarded-for'], direct) : direct;
	const host = hostOf(headers.host);
	const known =
		host !== null && (originPolicy.hosts.has(host.name) || host.name === originPolicy.publicName);
	// Under the public name the client had TLS up to the proxy, even if the last hop is HTTP.
	const scheme = secure || host?.name === originPolicy.publicName ? 'https' : 'http';
	const requested = known ? originOf(`${scheme}://${host.whole}`) : null;
	const origin =
		host?.name === originPolicy.publicName ? (publicOrigin(originPolicy) ?? requested) : requested;
	const loopback = isLoopback(direct);
	const local = loopback && !proxied && !wasForwarded(headers);
	return { address, inside: proxied || loopback, local, origin };
}

/** Detects a proxy that is not configured: nearly all add one of these headers. */
export function wasForwarded(headers: Readonly<Record<string, unknown>>): boolean {
	return Object.keys(headers).some((name) => FORWARDING.test(name));
}

/** Whether a page of this origin may open a socket or read a response (RL4). */
export function isAllowedOrigin(
	originPolicy: OriginPolicy,
	client: ClientOrigin,
	origin: string | undefined,
): boolean {
	if (origin === undefined || origin === 'null') return false;
	if (
		[client.origin, publicOrigin(originPolicy)].includes(origin) ||
		originPolicy.origins.has(origin)
	)
		return true;
	const own = originOf(origin);
	if (own === null || own !== origin) return false;
	const { protocol, hostname, port } = new URL(origin);
	if (hostname === originPolicy.publicName) return protocol === 'https:' && port === '';
	if (!originPolicy.hosts.has(hostname)) return false;
	return protocol === 'https:'
		? Number(port || 443) === originPolicy.ports.https
		: Number(port || 80) === originPolicy.ports.http && isLoopback(hostname);
}

/** `null`: no port configured, so the one in the request counts. */
function publicOrigin({ publicName, publicPort = null }: OriginPolicy): string | null {
	return publicName === null || publicPort === null
		? null
		: originOf(`https://${publicName}:${publicPort}`);
}

/** Whether the connection comes from a configured proxy. */
export function isProxy(
	{ proxies }: Pick<OriginPolicy, 'proxies'>,
	remote: string | undefined,
): boolean {
	return listContains(proxies, plainAddress(remote ?? ''));
}

/** The last `X-Forwarded-For` address that is not a trusted proxy (RL5). */
function forwarded(
	originPolicy: OriginPolicy,
	header: string | string[] | undefined,
	direct: string,
): string {
	const addresses = [header ?? []].flat().join(',').split(',');
	for (const candidate of addresses.reverse()) {
		const address = plainAddress(candidate.trim());
		if (isIP(address) === 0) break;
		if (!listContains(originPolicy.proxies, address)) return address;
	}
	return direct;
}

/** Formats names and addresses as in a `Host` header: IPv6 in brackets. */
export function hostsFrom(names: readonly string[]): ReadonlySet<string> {
	return new Set(names.map((name) => (isIPv6(name) ? `[${name}]` : name)));
}

export function isLoopback(host: string): boolean {
	const name = plainAddress(host.replace(/^\[|\]$/g, ''));
	return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function hostOf(header: string | undefined): { name: string; whole: string } | null {
	const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/.exec((header ?? '').toLowerCase());
	const [whole, name] = found ?? [];
	return whole === undefined || name === undefined ? null : { name, whole };
}

function originOf(text: string): string | null {
	return URL.canParse(text) ? new URL(text).origin : null;
}

/** Strips what a dual-stack socket adds: the IPv4-mapped prefix and the zone. */
function plainAddress(address: string): string {
	return address
		.toLowerCase()
		.replace(/^::ffff:(?=\d+\.)/, '')
		.replace(/%.*$/, '');
}

function listContains(list: BlockList, address: string): boolean {
	const kind = isIP(address);
	return kind !== 0 && list.check(address, kind === 4 ? 'ipv4' : 'ipv6');
}

/** Parses addresses and CIDR networks. `null`: one of them is neither. */
export function proxiesFrom(texts: readonly string[]): BlockList | null {
	const list = new BlockList();
	for (const text of texts) {
		const [address = '', bits, more] = text.split('/');
		const kind = isIP(address);
		if (kind === 0 || more !== undefined) return null;
		const family = kind === 4 ? 'ipv4' : 'ipv6';
		if (bits === undefined) list.addAddress(address, family);
		else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (kind === 4 ? 32 : 128))
			list.addSubnet(address, Number(bits), family);
		else return null;
	}
	return list;
}

import { BlockList, isIP, isIPv6 } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** What the relay is called, and whom it trusts to say who comes. */
export interface OriginPolicy {
	/** Host names and addresses that are this relay's, in lower case, without ports. */
	readonly hosts: ReadonlySet<string>;
	/** Origins of apps that are served elsewhere (settings). */
	readonly origins: ReadonlySet<string>;
	/** The name under which somebody else ends TLS in front of us. */
	readonly publicName: string | null;
	/** Where that is not 443: a proxy may leave it out of the `Host` that it hands on (RL42). */
	readonly publicPort?: number | null;
	readonly ports: { readonly http: number; readonly https: number };
	readonly proxies: BlockList;
}

/** Who comes, and through which door. */
export interface ClientOrigin {
	readonly address: string;
	/** From this machine itself, or by a proxy that the settings name. */
	readonly inside: boolean;
	/** From this machine itself, and by no proxy: neither one that is named nor one that says so. */
	readonly local: boolean;
	/**
	 * What the visitor connected to, as in `https://cam.local:8443`; `null`: a name that is not ours
	 * (RL4).
	 */
	readonly origin: string | null;
}

const FORWARDING =
	/^(forwarded|via|cdn-loop)$|^x-(forwarded|envoy|original|azure)|-(real|client|connecting)-?ip$/;

/** What whoever asks by a name that is not ours hears (RL4). */
export function misdirectedResponse(): Response {
	return new Response('This is not the place that you asked for.', { status: 421 });
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
	// Whoever comes by the public name had TLS up to the proxy, whatever the last step is.
	const scheme = secure || host?.name === originPolicy.publicName ? 'https' : 'http';
	const asked = known ? originOf(`${scheme}://${host.whole}`) : null;
	const origin =
		host?.name === originPolicy.publicName ? (publicOrigin(originPolicy) ?? asked) : asked;
	const loopback = isLoopback(direct);
	const local = loopback && !proxied && !wasForwarded(headers);
	return { address, inside: proxied || loopback, local, origin };
}

/** A proxy that no setting names says so itself, as nearly all do. */
function wasForwarded(headers: IncomingMessage['headers']): boolean {
	return Object.keys(headers).some((name) => FORWARDING.test(name));
}

/** Whether a page of this origin may open a socket, or read an answer (RL4). */
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

/** `null`: the settings name no port, so it is the one that a browser asked for. */
function publicOrigin({ publicName, publicPort = null }: OriginPolicy): string | null {
	return publicName === null || publicPort === null
		? null
		: originOf(`https://${publicName}:${publicPort}`);
}

/** Whether somebody comes by a proxy that the settings name. */
export function isProxy(
	{ proxies }: Pick<OriginPolicy, 'proxies'>,
	remote: string | undefined,
): boolean {
	return listContains(proxies, plainAddress(remote ?? ''));
}

/** RL5: the last address that no trusted proxy wrote about another trusted one. */
function forwarded(
	originPolicy: OriginPolicy,
	header: string | string[] | undefined,
	direct: string,
): string {
	const said = [header ?? []].flat().join(',').split(',');
	for (const one of said.reverse()) {
		const address = plainAddress(one.trim());
		if (isIP(address) === 0) break;
		if (!listContains(originPolicy.proxies, address)) return address;
	}
	return direct;
}

/** Names and addresses as a `Host` header has them. */
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

/** An IPv4 address as a socket for both kinds has it. */
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

/** Addresses and networks, as in `10.0.0.0/8`. `null`: one that is neither. */
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

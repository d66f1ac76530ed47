import {
	ascii,
	bytesOf,
	hexOf,
	concatBytes,
	ByteReader,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { fingerprintOf, fingerprintText } from '#domain/media/sdp.ts';

/** Layout and rules: docs/spec/nearby.md, "Peer descriptors". */
const FINGERPRINT_BYTES = 32;
/** RFC 8839, section 5.4: characters and length of `ice-ufrag` and `ice-pwd`. */
const ICE_NAME = /^[A-Za-z0-9+/]{4,32}$/;
const ICE_PASSWORD = /^[A-Za-z0-9+/]{22,64}$/;
const MAX_SDP = 32 * 1024;
export const MAX_ADDRESSES = 4;
/** RFC 8445, section 5.1.2.1: priority of the first host candidate. */
const PRIORITY = 2_130_706_431;

const ADDRESS_KINDS = ['ipv4', 'name', 'ipv6'] as const;
type AddressKind = (typeof ADDRESS_KINDS)[number];
const ADDRESS_BYTES: Readonly<Record<AddressKind, number>> = { ipv4: 4, name: 16, ipv6: 16 };

/** A host candidate of a browser. */
export interface HostAddress {
	/** `name`: an mDNS name, a UUID under `.local`, which hides the address from pages. */
	readonly kind: AddressKind;
	readonly bytes: Bytes;
	readonly port: number;
}

/** What one browser needs to know of another to connect to it and to authenticate it. */
export interface PeerDescriptor {
	/** SHA-256 of its DTLS certificate. */
	readonly fingerprint: Bytes;
	readonly ufrag: string;
	readonly password: string;
	readonly addresses: readonly HostAddress[];
}

/**
 * From the SDP of a session with only a data channel. Throws `malformed`; `offline` if it has no
 * host candidate.
 */
export function descriptorFromSdp(sdp: string): PeerDescriptor {
	if (sdp.length > MAX_SDP)
		throw new Fault('malformed', `session description of ${sdp.length} characters`);
	const lines = sdp.split(/\r\n|\n/);
	const after = (name: string): string =>
		lines.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3) ?? '';
	const fingerprint = lines.map(fingerprintOf).find((bytes) => bytes !== null);
	const found = lines.flatMap((line) => addressFrom(line) ?? []);
	const addresses = ADDRESS_KINDS.flatMap((kind) => found.filter((one) => one.kind === kind));
	if (addresses.length === 0)
		throw new Fault('offline', 'no host candidate: this device is in no network');
	return checked({
		fingerprint: fingerprint ?? new Uint8Array(),
		ufrag: after('ice-ufrag'),
		password: after('ice-pwd'),
		addresses: addresses.slice(0, MAX_ADDRESSES),
	});
}

/** Restores the SDP that `descriptorFromSdp` read, as far as the other side needs it. */
export function sdpOfDescriptor(descriptor: PeerDescriptor, type: 'offer' | 'answer'): string {
	const { fingerprint, ufrag, password, addresses } = descriptor;
	return [
		...['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0'],
		...['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0'],
		...[`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${password}`],
		`a=fingerprint:sha-256 ${fingerprintText(fingerprint)}`,
		// The answerer is the DTLS client, as in browsers.
		`a=setup:${type === 'offer' ? 'actpass' : 'active'}`,
		...['a=mid:0', 'a=sctp-port:5000', 'a=max-message-size:262144'],
		...iceCandidatesOf(addresses).map((candidate) => `a=${candidate}`),
		'',
	].join('\r\n');
}

/** In the format of `RTCIceCandidate.candidate`. */
export function iceCandidatesOf(addresses: readonly HostAddress[]): string[] {
	return addresses.map((address, at) => {
		const priority = PRIORITY - 512 * at;
		return `candidate:${at + 1} 1 udp ${priority} ${hostOf(address)} ${address.port} typ host`;
	});
}

export function buildDescriptor({
	fingerprint,
	ufrag,
	password,
	addresses,
}: PeerDescriptor): Bytes {
	return concatBytes(
		fingerprint,
		...[ufrag, password].map((text) => concatBytes(Uint8Array.of(text.length), ascii(text))),
		Uint8Array.of(addresses.length),
		...addresses.map(({ kind, port, bytes }) =>
			concatBytes(new ByteWriter(3).u8(ADDRESS_KINDS.indexOf(kind)).u16(port).bytes, bytes),
		),
	);
}

/** Throws `malformed`. */
export function parseDescriptor(bytes: Uint8Array): PeerDescriptor {
	const from = new ByteReader(bytes);
	const fingerprint = from.take(FINGERPRINT_BYTES);
	const [ufrag, password] = [text(from), text(from)];
	const addresses = Array.from({ length: from.u8() }, () => {
		const kind = ADDRESS_KINDS[from.u8()];
		if (kind === undefined)
			throw new Fault('malformed', 'peer descriptor: unknown kind of address');
		const port = from.u16();
		return { kind, port, bytes: from.take(ADDRESS_BYTES[kind]) };
	});
	from.end();
	return checked({ fingerprint, ufrag, password, addresses });
}

function text(from: ByteReader): string {
	return String.fromCharCode(...from.take(from.u8()));
}

function checked(descriptor: PeerDescriptor): PeerDescriptor {
	const { fingerprint, ufrag, password, addresses } = descriptor;
	const few = addresses.length > 0 && addresses.length <= MAX_ADDRESSES;
	const there = addresses.every(({ port }) => port > 0);
	const named = ICE_NAME.test(ufrag) && ICE_PASSWORD.test(password);
	if (!few || !there || !named || fingerprint.length !== FINGERPRINT_BYTES) {
		throw new Fault('malformed', 'peer descriptor: invalid fingerprint, ICE name or address');
	}
	return descriptor;
}

const CANDIDATE =
	/^a=candidate:\S+ 1 udp \d+ (?<host>[0-9A-Fa-f.:-]+(?:\.local)?) (?<port>\d{1,5}) typ host/i;

/** `null`: not a candidate line, or not a local address. */
function addressFrom(line: string): HostAddress | null {
	const { host, port } = CANDIDATE.exec(line)?.groups ?? {};
	if (host === undefined || Number(port) > 0xffff) return null;
	const number = Number(port);
	const uuid = /^([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\.local$/i;
	const [, ...parts] = uuid.exec(host) ?? [];
	if (parts.length > 0)
		return { kind: 'name', bytes: bytesOf(parts.join('').toLowerCase()), port: number };
	const four = host.split('.').map(Number);
	if (/^\d+(\.\d+){3}$/.test(host) && four.every((byte) => byte < 256)) {
		return { kind: 'ipv4', bytes: Uint8Array.from(four), port: number };
	}
	const groups = host.includes(':') ? groupsOf(host) : null;
	return groups === null ? null : { kind: 'ipv6', bytes: bytesOf(groups), port: number };
}

/** The 32 hex digits of an IPv6 address. */
function groupsOf(host: string): string | null {
	const [head = '', tail, ...more] = host.split('::');
	const [before, after] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
	if (before === undefined || after === undefined || more.length > 0) return null;
	const gap = 8 - before.length - after.length;
	if (tail === undefined ? gap !== 0 : gap < 1) return null;
	const all = [...before, ...Array.from({ length: gap }, () => '0'), ...after];
	if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
	return all.map((group) => group.padStart(4, '0').toLowerCase()).join('');
}

function hostOf({ kind, bytes }: HostAddress): string {
	if (kind === 'ipv4') return bytes.join('.');
	const hex = hexOf(bytes);
	if (kind === 'ipv6') return (hex.match(/.{4}/g) ?? []).join(':');
	const cuts = [0, 8, 12, 16, 20, 32];
	const parts = cuts.slice(1).map((end, at) => hex.slice(cuts[at], end));
	return `${parts.join('-')}.local`;
}

import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { NAME_CONSTRAINTS, nameConstraints } from './constraints.ts';
import { sha256 } from '#relay/base/crypto.ts';

const DAY_MS = 24 * 3600 * 1000;
/** A phone whose clock is behind must not find a certificate that is not yet valid. */
const EARLIER_MS = 2 * DAY_MS;
/**
 * An authority is trusted by hand, once, so it must outlast a clock that was wrong when it was made
 * (RL37): it is valid from a day long ago, and for ten years from a day on which this program was
 * there.
 */
const AUTHORITY_FROM_MS = Date.UTC(2020, 0, 1);
const WRITTEN_MS = Date.UTC(2025, 0, 1);
const AUTHORITY_DAYS = 3650;
/** Apple and others refuse leaves of more than 398 days. */
const LEAF_DAYS = 396;
const RENEW_DAYS = 30;

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** A certificate and its key, as PEM. */
export interface KeyedCertificate {
	readonly cert: string;
	readonly key: string;
}

/** A new local authority: for servers only, by local names, private addresses and these names. */
export async function makeAuthority(
	names: readonly string[],
	wallMs: number,
): Promise<KeyedCertificate> {
	const keys = await keyPair();
	const cert = await x509.X509CertificateGenerator.createSelfSigned(
		{
			...{ serialNumber: serial(), keys, signingAlgorithm: SIGN },
			name: `CN=Spy-cam at ${ownName(names)}`,
			notBefore: new Date(AUTHORITY_FROM_MS),
			notAfter: new Date(Math.max(wallMs, WRITTEN_MS) + AUTHORITY_DAYS * DAY_MS),
			extensions: [
				new x509.BasicConstraintsExtension(true, 0, true),
				new x509.KeyUsagesExtension(
					x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
					true,
				),
				// Of an authority it bounds what is below it: no mail, no programs, no clients.
				new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
				await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, subtle),
				new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints(names)),
			],
		},
		subtle,
	);
	return { cert: pem(cert), key: await keyPem(keys.privateKey) };
}

/** A leaf for names that the authority may speak for, with the authority after it. */
export async function makeLeaf(
	authority: KeyedCertificate,
	names: readonly string[],
	wallMs: number,
): Promise<KeyedCertificate> {
	const issuer = new x509.X509Certificate(authority.cert);
	const keys = await keyPair();
	const notBefore = new Date(wallMs - EARLIER_MS);
	const cert = await x509.X509CertificateGenerator.create(
		{
			...{ serialNumber: serial(), signingAlgorithm: SIGN, publicKey: keys.publicKey, notBefore },
			subject: `CN=${ownName(names)}`,
			issuer: issuer.subjectName,
			signingKey: await importKey(authority.key),
			notAfter: new Date(notBefore.getTime() + LEAF_DAYS * DAY_MS),
			extensions: [
				new x509.BasicConstraintsExtension(false, undefined, true),
				new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
				new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
				new x509.SubjectAlternativeNameExtension(
					names.map((value) => ({
						type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
						value,
					})),
				),
				await x509.AuthorityKeyIdentifierExtension.create(issuer, false, subtle),
			],
		},
		subtle,
	);
	return { cert: `${pem(cert)}${authority.cert}`, key: await keyPem(keys.privateKey) };
}

/** Whether a leaf is of this authority, has begun to be valid, and its end is far. */
export function isLeafUsable(
	leaf: KeyedCertificate,
	authority: KeyedCertificate,
	wallMs: number,
): boolean {
	const cert = new NodeCertificate(leaf.cert);
	const issuer = new NodeCertificate(authority.cert);
	const whole = cert.checkPrivateKey(createPrivateKey(leaf.key));
	return (
		whole &&
		cert.checkIssued(issuer) &&
		cert.verify(issuer.publicKey) &&
		isCurrentlyValid(leaf, wallMs)
	);
}

/** Whether a certificate is valid, and for a while. */
export function isCurrentlyValid(certificate: KeyedCertificate, wallMs: number): boolean {
	const { fromMs, untilMs } = validity(certificate);
	return fromMs <= wallMs && wallMs < untilMs - RENEW_DAYS * DAY_MS;
}

export function validity({ cert }: KeyedCertificate): {
	readonly fromMs: number;
	readonly untilMs: number;
} {
	const { validFrom, validTo } = new NodeCertificate(cert);
	return { fromMs: Date.parse(validFrom), untilMs: Date.parse(validTo) };
}

/**
 * Whether an authority vouches for servers only: those that an earlier version made vouch for more.
 */
export function isBounded({ cert }: KeyedCertificate, names: readonly string[]): boolean {
	const authority = new x509.X509Certificate(cert);
	const usage = authority.getExtension(x509.ExtendedKeyUsageExtension);
	const constraints = authority.getExtension(NAME_CONSTRAINTS);
	if (usage?.usages.join() !== x509.ExtendedKeyUsage.serverAuth || !constraints) return false;
	return equalBytes(new Uint8Array(constraints.value), nameConstraints(names));
}

/** What phones show of a certificate: SHA-256, in lines of eight bytes that people can compare. */
export function fingerprintLines(certificate: Uint8Array): string[] {
	const bytes = [...sha256(certificate)];
	const pairs = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
	return [0, 8, 16, 24].map((from) => pairs.slice(from, from + 8).join(' '));
}

/** The certificate as a phone takes it. */
export function derOf({ cert }: KeyedCertificate): Bytes {
	return new Uint8Array(new NodeCertificate(cert).raw);
}

// The library asks for the DOM's type of the same thing.
const subtle = webcrypto as unknown as Crypto;

function keyPair(): Promise<CryptoKeyPair> {
	return subtle.subtle.generateKey(EC, true, ['sign', 'verify']);
}

async function keyPem(key: CryptoKey): Promise<string> {
	const der = await subtle.subtle.exportKey('pkcs8', key);
	return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

function importKey(text: string): Promise<CryptoKey> {
	const [der] = x509.PemConverter.decode(text);
	if (!der) throw new Error('no key');
	return subtle.subtle.importKey('pkcs8', der, EC, false, ['sign']);
}

function pem(cert: x509.X509Certificate): string {
	return `${cert.toString('pem')}\n`;
}

function serial(): string {
	const bytes = webcrypto.getRandomValues(new Uint8Array(16));
	// Positive and without a leading zero (RFC 5280, 4.1.2.2).
	bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
	return Buffer.from(bytes).toString('hex');
}

/** What a person reads in the phone's list of authorities. */
function ownName(names: readonly string[]): string {
	return names[0] ?? 'localhost';
}

import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { NAME_CONSTRAINTS, nameConstraints } from './constraints.ts';
import { sha256 } from '#relay/base/crypto.ts';

const DAY_MS = 24 * 3600 * 1000;
/** Backdates leaves, so that a phone whose clock is behind finds them valid. */
const EARLIER_MS = 2 * DAY_MS;
/**
 * An authority is trusted manually, once, so it must be valid even if the clock was wrong when it
 * was made (RL37): from a fixed date in the past, and for ten years from no earlier than this
 * program was written.
 */
const AUTHORITY_FROM_MS = Date.UTC(2020, 0, 1);
const WRITTEN_MS = Date.UTC(2025, 0, 1);
const AUTHORITY_DAYS = 3650;
/** Apple and others reject leaf certificates valid for more than 398 days. */
const LEAF_DAYS = 396;
const RENEW_DAYS = 30;

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;

/** PEM: a certificate and its key. */
export interface KeyedCertificate {
	readonly cert: string;
	readonly key: string;
}

/**
 * Makes a local certificate authority: for servers only, with local names, private addresses and
 * `names`.
 */
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
				// On a CA it constrains what it issues: no mail, code signing or clients.
				new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
				await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, subtle),
				new x509.Extension(NAME_CONSTRAINTS, true, nameConstraints(names)),
			],
		},
		subtle,
	);
	return { cert: pem(cert), key: await keyPem(keys.privateKey) };
}

/** Issues a leaf for names the authority may speak for; `cert` includes the authority. */
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

/**
 * Whether the leaf was issued by this authority, matches its key, and is valid for at least 30 more
 * days.
 */
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

/** Whether a certificate is valid, and for at least 30 more days. */
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

/** Whether the authority is limited to servers; earlier versions made some that were not. */
export function isBounded({ cert }: KeyedCertificate, names: readonly string[]): boolean {
	const authority = new x509.X509Certificate(cert);
	const usage = authority.getExtension(x509.ExtendedKeyUsageExtension);
	const constraints = authority.getExtension(NAME_CONSTRAINTS);
	if (usage?.usages.join() !== x509.ExtendedKeyUsage.serverAuth || !constraints) return false;
	return equalBytes(new Uint8Array(constraints.value), nameConstraints(names));
}

/** SHA-256 fingerprint as phones show it, in lines of eight bytes for people to compare. */
export function fingerprintLines(certificate: Uint8Array): string[] {
	const bytes = [...sha256(certificate)];
	const pairs = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
	return [0, 8, 16, 24].map((from) => pairs.slice(from, from + 8).join(' '));
}

/** The certificate as DER. */
export function derOf({ cert }: KeyedCertificate): Bytes {
	return new Uint8Array(new NodeCertificate(cert).raw);
}

// The library expects the DOM type of the same object.
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
	if (!der) throw new Error('no private key in the PEM file');
	return subtle.subtle.importKey('pkcs8', der, EC, false, ['sign']);
}

function pem(cert: x509.X509Certificate): string {
	return `${cert.toString('pem')}\n`;
}

function serial(): string {
	const bytes = webcrypto.getRandomValues(new Uint8Array(16));
	// Positive, with a nonzero first byte (RFC 5280, 4.1.2.2).
	bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
	return Buffer.from(bytes).toString('hex');
}

/** Shown in the phone's list of authorities. */
function ownName(names: readonly string[]): string {
	return names[0] ?? 'localhost';
}

/** The local authority against real TLS clients: Node's and OpenSSL's. */
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as x509 from '@peculiar/x509';
import {
	derOf,
	fingerprintLines,
	makeAuthority,
	makeLeaf,
	type KeyedCertificate,
} from '#relay/tls/authority.ts';
import { maySpeakFor } from '#relay/tls/constraints.ts';
import { listen } from '#relay/http/listener.ts';
import { CertificateStore } from '#relay/tls/certificate-store.ts';

const OWN = ['cam.local', 'localhost', 'myhost', 'cam.example.net'];
const DAY_MS = 24 * 3600 * 1000;
const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const folder = mkdtempSync(join(tmpdir(), 'spy-cam-authority-'));
afterAll(() => rmSync(folder, { recursive: true }));

let authority: KeyedCertificate;
beforeAll(async () => {
	authority = await makeAuthority(OWN, Date.now());
});

/** The verdict of a client that trusts the authority on a server with this name. */
async function shake(
	leaf: KeyedCertificate,
	servername: string,
	ca = authority.cert,
): Promise<string> {
	const server = createSecureServer({ ...leaf }).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const socket = connect({ host: '127.0.0.1', port, servername, ca });
	const said = await new Promise<string>((resolve) => {
		socket.once('secureConnect', () => resolve('trusted'));
		socket.once('error', (error: Error) => resolve(error.message));
	});
	socket.destroy();
	server.close();
	return said;
}

describe('a leaf', () => {
	test.each(['cam.local', 'localhost', 'myhost', 'cam.example.net', 'x.home.arpa'])(
		'for %s is trusted',
		async (name) => {
			expect(await shake(await makeLeaf(authority, [name], Date.now()), name)).toBe('trusted');
		},
	);

	test.each(['bank.example', 'example.net', 'cam.local.example', 'evilmyhost'])(
		'for the foreign name %s is refused by Node and OpenSSL, though the authority signed it',
		async (name) => {
			const leaf = await makeLeaf(authority, [name], Date.now());
			expect(await shake(leaf, name)).toBe('permitted subtree violation');
			const [ca, cert] = [join(folder, 'ca.crt'), join(folder, 'leaf.crt')];
			writeFileSync(ca, authority.cert);
			writeFileSync(cert, leaf.cert);
			const { stdout, stderr } = spawnSync('openssl', ['verify', '-CAfile', ca, cert], {
				encoding: 'utf8',
			});
			expect(`${stdout}${stderr}`).toContain('permitted subtree violation');
		},
	);

	test.each(['192.168.7.9', '10.1.2.3', '172.31.0.1', '127.0.0.1', '::1', 'fd00::7', 'fe80::1'])(
		'for the address %s passes OpenSSL',
		async (address) => {
			const leaf = await makeLeaf(authority, ['cam.local', address], Date.now());
			const [ca, cert] = [join(folder, 'ca.crt'), join(folder, 'leaf.crt')];
			writeFileSync(ca, authority.cert);
			writeFileSync(cert, leaf.cert);
			const { stdout } = spawnSync('openssl', [
				'verify',
				'-CAfile',
				ca,
				'-verify_ip',
				address,
				cert,
			]);
			expect(String(stdout)).toContain('OK');
			expect(maySpeakFor([], address)).toBe(true);
		},
	);

	test.each(['8.8.8.8', '172.32.0.1', '193.168.0.1', '2001:db8::1'])(
		'for the public address %s fails',
		async (address) => {
			expect(
				await shake(await makeLeaf(authority, ['cam.local', address], Date.now()), 'cam.local'),
			).toBe('permitted subtree violation');
			expect(maySpeakFor(OWN, address)).toBe(false);
		},
	);

	test('is valid for at most 397 days, also for a phone whose clock is a day behind', async () => {
		const now = Date.now();
		const cert = new X509Certificate((await makeLeaf(authority, ['cam.local'], now)).cert);
		const [from, to] = [Date.parse(cert.validFrom), Date.parse(cert.validTo)];
		expect(to - from).toBeLessThanOrEqual(397 * DAY_MS);
		expect(from).toBeLessThan(now - DAY_MS);
		expect(cert.ca).toBe(false);
	});
});

/** A certificate signed by the authority for something other than a server. */
async function forged(extensions: readonly x509.Extension[]): Promise<string> {
	const [der] = x509.PemConverter.decode(authority.key);
	const signingKey = await crypto.subtle.importKey('pkcs8', der!, EC, false, ['sign']);
	const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
	const cert = await x509.X509CertificateGenerator.create({
		...{ serialNumber: '41', subject: 'CN=cam.local', signingKey, publicKey: keys.publicKey },
		issuer: new x509.X509Certificate(authority.cert).subjectName,
		signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
		...{ notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) },
		extensions: [...extensions],
	});
	return cert.toString('pem');
}

function openssl(cert: string, purpose: string): string {
	const [ca, leaf] = [join(folder, 'ca.crt'), join(folder, 'leaf.crt')];
	writeFileSync(ca, authority.cert);
	writeFileSync(leaf, cert);
	const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', ca, leaf];
	const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
	return `${stdout}${stderr}`;
}

describe('RL32 the authority is limited to servers', () => {
	const { clientAuth, codeSigning, emailProtection, serverAuth } = x509.ExtendedKeyUsage;
	const usage = (...usages: string[]) => new x509.ExtendedKeyUsageExtension(usages);
	const names = (...list: x509.JsonGeneralNames) => new x509.SubjectAlternativeNameExtension(list);
	const dns = { type: 'dns', value: 'cam.local' } as const;

	test('a leaf is for a server', async () => {
		const leaf = await makeLeaf(authority, ['cam.local'], Date.now());
		expect(openssl(leaf.cert, 'sslserver')).toContain('OK');
		for (const purpose of ['sslclient', 'smimesign', 'codesign'])
			expect(openssl(leaf.cert, purpose)).not.toContain('OK');
	});

	test.each([
		['a client', 'sslclient', clientAuth],
		['mail', 'smimesign', emailProtection],
		['a program', 'codesign', codeSigning],
	])('a certificate it signs for %s is refused', async (_name, purpose, what) => {
		const basics = [
			names(dns),
			new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
		];
		expect(openssl(await forged([usage(what), ...basics]), purpose)).not.toContain('OK');
		expect(openssl(await forged([usage(what, serverAuth), ...basics]), purpose)).not.toContain(
			'OK',
		);
		expect(openssl(await forged(basics), purpose)).not.toContain('OK');
	});

	test.each([
		['a mailbox', { type: 'email', value: 'you@example.org' } as const],
		['a web address', { type: 'url', value: 'https://bank.example/' } as const],
		['a local web address', { type: 'url', value: 'https://cam.local/' } as const],
	])('a certificate for %s is refused', async (_name, name) => {
		const cert = await forged([usage(serverAuth), names(dns, name)]);
		expect(openssl(cert, 'sslserver')).toContain('permitted subtree violation');
	});

	test('its fingerprint equals OpenSSL’s, in lines to compare', () => {
		const ca = join(folder, 'ca.crt');
		writeFileSync(ca, authority.cert);
		const args = ['x509', '-in', ca, '-noout', '-fingerprint', '-sha256'];
		const said = String(spawnSync('openssl', args).stdout).trim();
		const lines = fingerprintLines(derOf(authority));
		expect(lines.map((line) => line.length)).toEqual([23, 23, 23, 23]);
		expect(said.split('=')[1]).toBe(lines.join(' ').replaceAll(' ', ':'));
	});

	test('one made by an earlier version still works and is recognized', async () => {
		const data = join(folder, 'before');
		cpSync('tests/fixtures/authority-before', join(data, 'authority'), { recursive: true });
		const before = await CertificateStore.open(data, ['spycam.local', 'localhost'], Date.now());
		expect(before.isBounded).toBe(false);
		const leaf = await before.leaf(['spycam.local'], Date.now());
		const server = createSecureServer({ ...leaf }).listen(0, '127.0.0.1');
		await once(server, 'listening');
		const { port } = server.address() as AddressInfo;
		const ca = readFileSync('tests/fixtures/authority-before/authority.crt', 'utf8');
		const socket = connect({ host: '127.0.0.1', port, servername: 'spycam.local', ca });
		await once(socket, 'secureConnect');
		socket.destroy();
		server.close();
		const now = await CertificateStore.open(join(folder, 'now'), OWN, Date.now());
		expect(now.isBounded).toBe(true);
	});
});

describe('the folder', () => {
	const names = ['cam.local', 'localhost', '127.0.0.1'];

	test('keeps keys private, and authority and leaf across restarts', async () => {
		const data = join(folder, 'kept');
		mkdirSync(data);
		const first = await CertificateStore.open(data, OWN, Date.now());
		const leaf = await first.leaf(names, Date.now());
		for (const file of readdirSync(join(data, 'authority')).filter((name) => name.endsWith('.key')))
			expect(statSync(join(data, 'authority', file)).mode & 0o777).toBe(0o600);
		const second = await CertificateStore.open(data, ['other.example'], Date.now());
		expect(second.certificate).toEqual(first.certificate);
		expect(await second.leaf(names, Date.now())).toEqual(leaf);
		expect(second.uncovered(['cam.local', 'other.example'])).toEqual(['other.example']);
	});

	test('issues a new leaf for new names, and 30 days before expiry', async () => {
		const data = join(folder, 'renewed');
		mkdirSync(data);
		const papers = await CertificateStore.open(data, OWN, Date.now());
		const leaf = await papers.leaf(names, Date.now());
		expect(await papers.leaf(names, Date.now() + 360 * DAY_MS)).toBe(leaf);
		const later = await papers.leaf([...names, '192.168.1.9', '8.8.8.8'], Date.now());
		expect(later).not.toBe(leaf);
		const cert = new X509Certificate(later.cert);
		expect(cert.checkIP('192.168.1.9')).toBe('192.168.1.9');
		expect(cert.checkIP('8.8.8.8')).toBeUndefined();
		const last = await papers.leaf([...names, '192.168.1.9'], Date.now() + 367 * DAY_MS);
		expect(last.cert).not.toBe(later.cert);
	});
});

describe('a wrong clock', () => {
	const YEAR_MS = 365 * DAY_MS;
	const names = ['cam.local', 'localhost'];

	test.each([-50, 3])(
		'RL37 RL38 at the first start, off by %i years: once it is right, phones connect',
		async (years) => {
			const data = join(folder, `clock${years}`);
			const wrongMs = Date.now() + years * YEAR_MS;
			const first = await CertificateStore.open(data, OWN, wrongMs);
			const before = await first.leaf(names, wrongMs);
			const { certificate } = first;
			for (const papers of [first, await CertificateStore.open(data, OWN, Date.now())]) {
				const leaf = await papers.leaf(names, Date.now());
				expect(leaf).not.toEqual(before);
				expect(papers.certificate).toEqual(certificate);
				expect(papers.complaint(Date.now())).toBeNull();
				const ca = leaf.cert.slice(leaf.cert.indexOf('-----END')).replace(/^-----END.*\n/, '');
				expect(await shake(leaf, 'cam.local', ca)).toBe('trusted');
			}
		},
	);

	test('RL37 an authority with wrong dates is kept, and a sentence says what to do', async () => {
		const data = join(folder, 'dates');
		const papers = await CertificateStore.open(data, OWN, Date.now());
		for (const wallMs of [Date.UTC(1976, 10, 29), Date.UTC(2040, 0, 1)]) {
			const again = await CertificateStore.open(data, OWN, wallMs);
			expect(again.certificate).toEqual(papers.certificate);
			const day = new Date(wallMs).toISOString().slice(0, 10);
			for (const words of [
				'valid from 2020-01-01 to',
				`says ${day}`,
				'If the clock is wrong, set it',
			])
				expect(again.complaint(wallMs)).toContain(words);
			expect(again.complaint(wallMs)).toContain(`remove ${join(data, 'authority')}`);
		}
		// Made by an earlier version with the clock three years ahead.
		const before = await dated(new Date('2029-11-27'), new Date('2039-11-27'));
		for (const [name, text] of Object.entries(before) as [string, string][])
			writeFileSync(join(data, 'authority', `authority.${name === 'cert' ? 'crt' : name}`), text);
		const earlier = await CertificateStore.open(data, OWN, Date.UTC(2026, 10, 29));
		expect(earlier.complaint(Date.UTC(2026, 10, 29))).toContain('from 2029-11-27 to 2039-11-27');
		expect(earlier.complaint(Date.UTC(2030, 0, 1))).toBeNull();
	});

	async function dated(notBefore: Date, notAfter: Date): Promise<KeyedCertificate> {
		const keys = await crypto.subtle.generateKey(EC, true, ['sign', 'verify']);
		const cert = await x509.X509CertificateGenerator.createSelfSigned({
			...{ serialNumber: '41', keys, name: 'CN=before', notBefore, notAfter },
			signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
		});
		const der = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
		return { cert: cert.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') };
	}
});

test('a new certificate is used for the next connection, without a restart', async () => {
	const leaves = [
		await makeLeaf(authority, ['cam.local'], Date.now()),
		await makeLeaf(authority, ['localhost'], Date.now()),
	];
	const listener = await listen({ answer: () => new Response('x') }, 'localhost', 0, leaves[0]);
	const subject = async (): Promise<string> => {
		const socket: TLSSocket = connect({
			...{ host: '127.0.0.1', port: listener.port, ca: authority.cert },
			checkServerIdentity: () => undefined,
		});
		await once(socket, 'secureConnect');
		const { subject: name } = socket.getPeerCertificate();
		socket.destroy();
		return String(name.CN);
	};
	expect(await subject()).toBe('cam.local');
	listener.renew(leaves[1]!);
	expect(await subject()).toBe('localhost');
	await listener.close(0);
});

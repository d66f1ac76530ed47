/** The local authority, held against real TLS clients: Node's and OpenSSL's. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAuthority, makeLeaf, type Papers } from '#relay/authority.ts';
import { maySpeakFor } from '#relay/constraints.ts';
import { listen } from '#relay/listener.ts';
import { AuthorityFolder } from '#relay/papers.ts';

const OWN = ['cam.local', 'localhost', 'myhost', 'cam.example.net'];
const DAY_MS = 24 * 3600 * 1000;
const folder = mkdtempSync(join(tmpdir(), 'spy-cam-authority-'));
afterAll(() => rmSync(folder, { recursive: true }));

let authority: Papers;
beforeAll(async () => {
	authority = await makeAuthority(OWN, Date.now());
});

/** What a client that trusts the authority says about a server for this name. */
async function shake(leaf: Papers, servername: string): Promise<string> {
	const server = createSecureServer({ ...leaf }).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const socket = connect({ host: '127.0.0.1', port, servername, ca: authority.cert });
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
		'for the foreign name %s is refused by Node and by OpenSSL, though the authority signed it',
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
		'for the public address %s does not',
		async (address) => {
			expect(
				await shake(await makeLeaf(authority, ['cam.local', address], Date.now()), 'cam.local'),
			).toBe('permitted subtree violation');
			expect(maySpeakFor(OWN, address)).toBe(false);
		},
	);

	test('lives at most 397 days, and is valid for a phone whose clock is a day behind', async () => {
		const now = Date.now();
		const cert = new X509Certificate((await makeLeaf(authority, ['cam.local'], now)).cert);
		const [from, to] = [Date.parse(cert.validFrom), Date.parse(cert.validTo)];
		expect(to - from).toBeLessThanOrEqual(397 * DAY_MS);
		expect(from).toBeLessThan(now - DAY_MS);
		expect(cert.ca).toBe(false);
	});
});

describe('the folder', () => {
	const names = ['cam.local', 'localhost', '127.0.0.1'];

	test('keeps keys to itself, and authority and leaf over restarts', async () => {
		const data = join(folder, 'kept');
		mkdirSync(data);
		const first = await AuthorityFolder.open(data, OWN, Date.now());
		const leaf = await first.leaf(names, Date.now());
		for (const file of readdirSync(join(data, 'authority')).filter((name) => name.endsWith('.key')))
			expect(statSync(join(data, 'authority', file)).mode & 0o777).toBe(0o600);
		const second = await AuthorityFolder.open(data, ['other.example'], Date.now());
		expect(second.certificate).toEqual(first.certificate);
		expect(await second.leaf(names, Date.now())).toEqual(leaf);
		expect(second.uncovered(['cam.local', 'other.example'])).toEqual(['other.example']);
	});

	test('makes a new leaf for new names, and 30 days before the end', async () => {
		const data = join(folder, 'renewed');
		mkdirSync(data);
		const papers = await AuthorityFolder.open(data, OWN, Date.now());
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

test('a new certificate counts for the next connection, without a restart', async () => {
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

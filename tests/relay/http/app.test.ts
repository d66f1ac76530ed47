import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApp } from '#relay/http/app.ts';
import { isAsBuilt, loadSite, sumsOf, type Site } from '#relay/base/site.ts';
import { builtSite, policy } from '../process/site.ts';

const folder = builtSite();
let site: Site;
let ask: (path: string, init?: RequestInit) => Promise<Response>;
beforeAll(async () => {
	site = await loadSite(folder);
	const app = createApp(site);
	ask = async (path, init) => app.request(`http://localhost:8080${path}`, init);
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = '/_app/immutable/a.js';

describe('routing', () => {
	test.each(['/', '/camera', '/watch/0af3', '/watch/0af3/', '/?x=1', '/index.html'])(
		'a screen: %s',
		async (path) => {
			const response = await ask(path);
			expect(response.status).toBe(200);
			expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
			expect(response.headers.get('Cache-Control')).toBe('no-cache');
			expect(await response.text()).toContain('<title>Spy-cam</title>');
		},
	);

	test.each([
		'/_app/immutable/gone.js',
		'/_app/immutable/gone',
		'/favicon.ico',
		'/api',
		'/api/x',
		'/.made-of',
		'/a.js.br',
		`${script}.br`,
		'/manual.gz',
		'/../../../etc/passwd.txt',
		'/%2e%2e/%2e%2e/package.json',
		'/..%2f..%2fpackage.json',
		'/%00.js',
	])('not found: %s', async (path) => {
		const response = await ask(path);
		expect(response.status).toBe(404);
		expect(await response.text()).not.toContain('<title>');
	});

	test('invalid percent-encoding', async () => {
		expect((await ask('/%E0%A4%A.js')).status).toBe(400);
	});

	test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('no %s', async (method) => {
		const response = await ask('/', { method });
		expect(response.status).toBe(405);
		expect(response.headers.get('Allow')).toBe('GET, HEAD');
	});

	test('no path, however strange, serves a file outside the build', async () => {
		const bodies = new Set([...site.assets.values()].map(({ hash }) => hash));
		await fc.assert(
			fc.asyncProperty(fc.webPath(), async (path) => {
				const response = await ask(path.startsWith('/') ? path : `/${path}`);
				const tag = response.headers.get('ETag')?.replaceAll('"', '');
				expect([200, 400, 404]).toContain(response.status);
				expect(response.status !== 200 || bodies.has(tag ?? '')).toBe(true);
			}),
		);
	});
});

describe('caching and compression', () => {
	test('hashed files are immutable, others are revalidated', async () => {
		expect((await ask(script)).headers.get('Cache-Control')).toContain('immutable');
		expect((await ask('/icon.svg')).headers.get('Cache-Control')).toBe('no-cache');
		expect((await ask('/_app/version.json')).headers.get('Cache-Control')).toBe('no-cache');
		expect((await ask('/favicon.ico')).headers.get('Cache-Control')).toBe('no-store');
	});

	test.each([
		['br, gzip', 'br'],
		['gzip, deflate, br', 'br'],
		['gzip', 'gzip'],
		['GZIP;q=0.5', 'gzip'],
		['br;q=0, gzip', 'gzip'],
		['br;q=0.0, gzip;q=0', null],
		['*', 'br'],
		['*;q=0', null],
		['identity', null],
		['', null],
	])('for Accept-Encoding "%s" the encoding is %s', async (accepted, encoding) => {
		const response = await ask(script, { headers: { 'Accept-Encoding': accepted } });
		expect(response.headers.get('Content-Encoding')).toBe(encoding);
		expect(response.headers.get('Vary')).toBe('Accept-Encoding');
		expect(response.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8');
		const body = await response.bytes();
		expect(response.headers.get('Content-Length')).toBe(String(body.byteLength));
		if (encoding === 'br')
			expect(brotliDecompressSync(body)).toEqual(readFileSync(`${folder}${script}`));
	});

	test('each encoding has its own ETag, and unchanged content is not sent again', async () => {
		const plain = (await ask(script)).headers.get('ETag') ?? '';
		const br = { 'Accept-Encoding': 'br' };
		const small = (await ask(script, { headers: br })).headers.get('ETag') ?? '';
		expect(plain).toMatch(/^"[\w-]{22}"$/);
		expect(small).not.toBe(plain);
		for (const condition of [small, `W/${small}`, `"other", ${small}`, '*']) {
			const response = await ask(script, { headers: { ...br, 'If-None-Match': condition } });
			expect(response.status).toBe(304);
			expect(response.headers.get('ETag')).toBe(small);
			expect(await response.text()).toBe('');
		}
		const crossed = await ask(script, { headers: { ...br, 'If-None-Match': plain } });
		expect(crossed.status).toBe(200);
	});

	test('HEAD returns the headers of GET without the body', async () => {
		const [get, head] = [await ask('/'), await ask('/', { method: 'HEAD' })];
		expect(head.status).toBe(200);
		expect([...head.headers]).toEqual([...get.headers]);
		expect(await head.text()).toBe('');
	});
});

test.each(['/', '/icon.svg', '/nothing.js', '/api/x', '/%E0%A4%A'])(
	'every response has the Content-Security-Policy: %s',
	async (path) => {
		const { headers } = await ask(path);
		expect(headers.get('Content-Security-Policy')).toBe(`${policy}; frame-ancestors 'none'`);
		expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
		expect(headers.get('Referrer-Policy')).toBe('no-referrer');
		expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
		const permissions = headers.get('Permissions-Policy')?.split(', ');
		for (const one of [
			'camera=(self)',
			'microphone=(self)',
			'display-capture=()',
			'geolocation=()',
		])
			expect(permissions).toContain(one);
	},
);

describe('AP12 HSTS is sent under the public name only', () => {
	test.each([
		['the public name', 'https://cam.example.org', 'max-age=31536000'],
		['a local name', 'https://spycam.local:8443', null],
		['an address', 'https://192.168.1.2:8443', null],
		['this machine', 'http://localhost:8080', null],
		['a name with the same ending', 'https://xcam.example.org', null],
		['a name below it', 'https://a.cam.example.org', null],
	])('%s', async (_, origin, expected) => {
		const client = { address: '192.0.2.1', inside: true, local: false, origin };
		for (const path of ['/', '/early.js', '/api/x', script]) {
			const app = createApp(site, undefined, 'cam.example.org');
			const { headers } = await app.request(path, {}, { client });
			expect(headers.get('Strict-Transport-Security'), path).toBe(expected);
			const without = await createApp(site).request(path, {}, { client });
			expect(without.headers.has('Strict-Transport-Security')).toBe(false);
		}
	});
});

describe('AP11 the hash of what is served', () => {
	test('covers every file that is served, except the list itself', async () => {
		const lines = [...site.assets.keys()].sort().map((path) => {
			const sum = createHash('sha256')
				.update(readFileSync(join(folder, path)))
				.digest('hex');
			return `${sum}  ${path.slice(1)}\n`;
		});
		const { text, hash } = sumsOf(site);
		expect(text).toBe(lines.join(''));
		expect(hash).toBe(createHash('sha256').update(text).digest('hex'));
		expect(isAsBuilt(site)).toBe(false);
		const own = builtSite();
		writeFileSync(join(own, 'sha256sums.txt'), text);
		const listed = await loadSite(own);
		expect([sumsOf(listed).hash, isAsBuilt(listed)]).toEqual([hash, true]);
		writeFileSync(join(own, 'one-more.js'), 'evil()');
		const more = await loadSite(own);
		expect(isAsBuilt(more)).toBe(false);
		expect(sumsOf(more).hash).not.toBe(hash);
		rmSync(own, { recursive: true });
	});

	test('files in a dot folder are neither served nor hashed', async () => {
		const own = builtSite();
		const { hash } = sumsOf(await loadSite(own));
		for (const hidden of ['.hidden', '_app/.hidden']) {
			mkdirSync(join(own, hidden));
			writeFileSync(join(own, hidden, 'evil.js'), 'evil()');
		}
		const after = await loadSite(own);
		expect([...after.assets.keys()].filter((path) => path.includes('evil'))).toEqual([]);
		expect(sumsOf(after).hash).toBe(hash);
		rmSync(own, { recursive: true });
	});

	test('a compressed variant that differs from its file, or is invalid, is refused', async () => {
		for (const other of [brotliCompressSync('evil()'), Buffer.from('not compressed')]) {
			const own = builtSite();
			writeFileSync(join(own, `${script}.br`), other);
			await expect(loadSite(own)).rejects.toMatchObject({ kind: 'malformed' });
			rmSync(own, { recursive: true });
		}
	});
});

describe('a folder without a built app', () => {
	test('is refused with advice', async () => {
		const empty = mkdtempSync(join(tmpdir(), 'spy-cam-site-'));
		await expect(loadSite(empty)).rejects.toMatchObject({ kind: 'not-found' });
		await expect(loadSite(join(empty, 'gone'))).rejects.toThrow('npm run build');
		writeFileSync(join(empty, 'index.html'), '<title>no policy</title>');
		await expect(loadSite(empty)).rejects.toMatchObject({ kind: 'malformed' });
		rmSync(empty, { recursive: true });
	});
});

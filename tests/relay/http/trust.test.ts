import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import type { ClientOrigin } from '#relay/base/origin-policy.ts';
import { trustSystemOf } from '#relay/http/trust-page.ts';
import { trustStyle } from '#relay/http/trust-style.ts';
import { TRUST_SYSTEMS, TRUST } from '#relay/http/trust-words.ts';
import { createTrust } from '#relay/http/trust.ts';

const fingerprint = ['01 02', '03 04'];
const files = { certificate: new Uint8Array([1]), profile: new Uint8Array([2]), fingerprint };
const places = {
	here: 'http://localhost:8080',
	secure: 'https://spycam.local:8443',
	trust: 'http://192.168.1.5:8080/trust',
};
const PHONE = 'Mozilla/5.0 (Linux; Android 10; K) Chrome/140.0.0.0 Mobile Safari/537.36';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) Version/18.4 Safari/604.1';
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.4 Safari/605.1.15';
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0';

interface Ask {
	readonly path?: string;
	readonly agent?: string;
	readonly language?: string;
	readonly client?: Partial<ClientOrigin>;
	readonly at?: typeof places;
}

async function ask({ path = '/trust', agent = PHONE, language = 'en', client, at = places }: Ask) {
	const origin = 'http://192.168.1.5:8080';
	const env = {
		client: { address: '192.168.1.9', inside: false, local: false, origin, ...client },
	};
	const headers = { 'User-Agent': agent, 'Accept-Language': language };
	const answer = await createTrust(files, () => at).request(origin + path, { headers }, env);
	return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

describe('RL34 unencrypted, the trust page is at the address of every screen', () => {
	it.each(['/', '/trust', '/trust/', '/pair', '/camera', '/watch/abc', '/nowhere'])(
		'%s',
		async (path) => {
			const { status, text, headers } = await ask({ path });
			expect(status).toBe(200);
			const screen = path.startsWith('/trust') ? '/' : path;
			expect(text).toContain(
				`<a class="button" data-keep href="https://spycam.local:8443${screen}"`,
			);
			expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; /);
		},
	);

	it.each([
		...['/api', '/api/relay', '/metrics', '/trust/other', '/trust/x.crt', '/early.js'],
		...['/_app/immutable/x.js', '/favicon.ico', '/service-worker.js'],
	])('not at %s', async (path) => {
		expect((await ask({ path })).status).toBe(404);
	});

	it('a foreign address does not become a link', async () => {
		for (const path of ['//evil.example/x', '/%22onmouseover=alert(1)', '/<script>', "/'x"]) {
			const { text } = await ask({ path });
			const links = [...text.matchAll(/ href="([^"]*)"/g)].map(([, link = '']) => link);
			const all = links.filter((link) => link.startsWith('http'));
			expect(all.map((link) => new URL(link).host)).toEqual([
				...['spycam.local:8443', '192.168.1.5:8443'],
			]);
			expect(text).not.toMatch(/"onmouseover|<script>(?!for)/);
		}
	});
});

describe('RL35 the trust page', () => {
	const first = (text: string) => /<h3>(.*?)<\/h3>/.exec(text)?.[1];

	it.each([
		...([
			['android', PHONE],
			['ios', IPHONE],
			['windows', WINDOWS],
			['mac', MAC],
			['firefox', FIREFOX],
			['linux', 'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0'],
			['linux', 'Mozilla/5.0 (X11; CrOS x86_64 1) Chrome/140.0.0.0'],
			['android', 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'],
		] as const),
	])('has the steps for %s first for %s, all others collapsed', async (kind, agent) => {
		expect(trustSystemOf(agent)).toBe(kind);
		for (const language of ['en', 'de'] as const) {
			const { text } = await ask({ agent, language });
			expect(first(text)).toBe(TRUST[language].kinds[kind].name);
			const folded = [...text.matchAll(/<details id="(\w+)">/g)].map(([, id]) => id);
			expect(folded).toEqual(TRUST_SYSTEMS.filter((other) => other !== kind));
			const button = /<a class="button" href="([^"]+)"/.exec(text)?.[1];
			expect(button).toBe(`/trust/spy-cam.${kind === 'ios' ? 'mobileconfig' : 'crt'}`);
		}
	});

	it('expands all of them for an unknown system', async () => {
		const { text } = await ask({ agent: 'a browser of tomorrow' });
		const open = [...text.matchAll(/<details id="(\w+)" open>/g)].map(([, id]) => id);
		expect(open).toEqual([...TRUST_SYSTEMS]);
	});

	it('names the address it was reached by, in case the name cannot be resolved', async () => {
		expect((await ask({ path: '/pair' })).text).toContain('href="https://192.168.1.5:8443/pair"');
		const byName = await ask({ client: { origin: 'http://spycam.local:8080' } });
		expect(byName.text).not.toContain('cannot find');
		const at = { ...places, secure: 'https://cam.example.org' };
		expect((await ask({ at })).text).not.toContain('cannot find');
	});

	it('tells the relay’s own machine that it needs none of this', async () => {
		const client = { local: true, origin: 'http://localhost:8080' };
		expect((await ask({ client })).text).toContain('href="http://localhost:8080/"');
		expect((await ask({})).text).not.toContain('localhost');
	});

	it('tells every system in every language to compare the fingerprint or stop', () => {
		for (const { kinds } of Object.values(TRUST))
			for (const kind of TRUST_SYSTEMS)
				expect(JSON.stringify(kinds[kind].steps)).toMatch(/fingerprint|Fingerabdruck/);
	});
});

test('RL35 AP7 it looks like the product: same tokens as src/app.css, and the mark of its icon', async () => {
	const icon = readFileSync(
		fileURLToPath(new URL('../../../static/favicon.svg', import.meta.url)),
		'utf8',
	);
	const [, drawing = 'none'] = /^<svg [^>]*>(.*)<\/svg>\s*$/.exec(icon) ?? [];
	expect((await ask({})).text).toContain(drawing);
	const css = readFileSync(fileURLToPath(new URL('../../../src/app.css', import.meta.url)), 'utf8');
	const tokens = [...trustStyle.matchAll(/^\t(--[a-z-]+: .+;)$/gm)].map(([, token]) => token);
	expect(tokens.length).toBeGreaterThan(8);
	for (const token of tokens) expect(css).toContain(`\t${token ?? ''}\n`);
});

import { expect, test } from 'vitest';
import { newContext, startRelay } from './support/launch.ts';

test('the built page works under its Content Security Policy, as meta and as header', async () => {
	const relay = await startRelay();
	const context = await newContext({ more: { serviceWorkers: 'allow' } });
	const page = await context.newPage();
	const complaints: string[] = [];
	page.on('console', (message) => {
		if (/Content Security Policy|Permissions-Policy|TrustedHTML|TrustedScript/.test(message.text()))
			complaints.push(message.text());
	});
	const response = await page.goto(relay.address, { waitUntil: 'networkidle' });
	const header = response?.headers()['content-security-policy'];
	const meta = await page
		.locator('meta[http-equiv="content-security-policy"]')
		.getAttribute('content');
	expect(header).toBe(`${meta ?? 'no meta'}; frame-ancestors 'none'`);
	expect(meta).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/=]+';/);
	expect(meta).toContain("require-trusted-types-for 'script'");
	await page.getByRole('heading').first().waitFor();
	expect(complaints).toEqual([]);

	// `eval` is not included: DevTools, which runs this, is allowed to use it.
	const refused = await page.evaluate(async () => {
		// A set: header and meta are two policies, and each reports.
		const directives = new Set<string>();
		let thrown = 0;
		const done = new Promise<void>((resolve) => {
			document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
				directives.add(effectiveDirective);
				if (directives.size === 3) resolve();
			});
		});
		const attempts = [
			() => (document.body.innerHTML = '<b>not ours</b>'),
			() => (document.createElement('script').text = 'not(ours)'),
			() => (new Image().src = 'https://example.invalid/pixel.png'),
			() => new WebSocket('wss://example.invalid/'),
		];
		for (const attempt of attempts) {
			try {
				attempt();
			} catch {
				thrown += 1;
			}
		}
		await done;
		return { thrown, directives: [...directives].sort() };
	});
	expect(refused).toEqual({
		thrown: 2,
		directives: ['connect-src', 'img-src', 'require-trusted-types-for'],
	});
	await context.close();
	await relay.stop();
});

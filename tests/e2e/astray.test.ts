import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { newContext } from './support/launch.ts';
import { startStaticHost, type StaticHost } from './support/static-host.ts';

let below: StaticHost;
let top: StaticHost;
let context: BrowserContext;
beforeAll(async () => {
	[below, top, context] = await Promise.all([
		startStaticHost(undefined, '/cams'),
		startStaticHost(),
		newContext(),
	]);
});
afterAll(async () => {
	await context.close();
	await Promise.all([below.stop(), top.stop()]);
});

const WHERE = { name: 'Spy-cam does not start here' };

test.each(['/cams/', '/cams/watch/0123'])(
	'AP22 below a path the page is not blank: %s says what it needs, in both languages',
	async (path) => {
		const page = await context.newPage();
		await page.goto(below.address + path);
		await page.getByRole('heading', WHERE).waitFor();
		await expect.poll(() => page.title()).toBe('Spy-cam');
		const said = await page.locator('body').innerText();
		expect(said).toContain('it cannot run in a folder below one');
		expect(said).toContain('In einem Ordner darunter läuft es nicht');
		await page.close();
	},
);

test('AP22 without JavaScript the page says so', async () => {
	const without = await newContext({ more: { javaScriptEnabled: false } });
	const page = await without.newPage();
	await page.goto(top.address);
	await expect.poll(() => page.locator('body').innerText()).toContain('It needs JavaScript');
	await without.close();
});

test('AP22 at the root of an origin the text is never visible', async () => {
	const page = await context.newPage();
	// Whether painted or not, it would be in the page.
	await page.addInitScript(() => {
		const seen = { astray: false };
		Object.defineProperty(globalThis, 'seen', { value: seen });
		const look = (): void => {
			seen.astray ||= document.getElementById('astray') !== null;
			requestAnimationFrame(look);
		};
		requestAnimationFrame(look);
	});
	await page.goto(top.address);
	await page.getByRole('link').first().waitFor();
	expect(await page.evaluate(() => (globalThis as unknown as { seen: object }).seen)).toEqual({
		astray: false,
	});
	await page.close();
});

import AxeBuilder from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { collectPageErrors } from './support/user-steps.ts';

let relay: Relay;
/** The owner, with its home open at the relay. */
let owner: Page;
let ownerContext: BrowserContext;
const contexts: BrowserContext[] = [];
const errors: string[] = [];

async function newDevice(more: BrowserContextOptions = {}): Promise<Page> {
	const context = await newContext({ viewport: { width: 360, height: 800 }, more });
	contexts.push(context);
	const page = await context.newPage();
	page.on('pageerror', (error) => errors.push(error.message));
	return page;
}

beforeAll(async () => {
	relay = await startRelay();
	ownerContext = await newContext({
		viewport: { width: 360, height: 800 },
		more: { colorScheme: 'dark' },
	});
	owner = await ownerContext.newPage();
	const escapedHere = collectPageErrors(owner);
	// PR: an invitation leads to its screen from any address.
	await owner.goto(`${relay.address}/#invite.${relay.invitation ?? 'none'}`);
	await owner.getByRole('button', { name: 'Add another device' }).click({ timeout: 30_000 });
	await owner.getByText('Your home is set up at this relay.').waitFor({ timeout: 20_000 });
	expect(owner.url()).toBe(`${relay.address}/pair`);
	expect(escapedHere).toEqual([]);
});
afterEach(async () => {
	await Promise.all(contexts.splice(0).map((context) => context.close()));
	expect(errors.splice(0)).toEqual([]);
});
afterAll(async () => {
	await ownerContext.close();
	await relay.stop();
});

async function showCode(): Promise<{ link: string; behind: string }> {
	await owner.goto(`${relay.address}/pair`);
	await owner.getByRole('button', { name: 'Show a code' }).click({ timeout: 30_000 });
	const link = (await owner.getByTestId('pairing-link').textContent({ timeout: 20_000 })) ?? '';
	return { link, behind: link.slice(link.indexOf('#')) };
}

async function join(page: Page, name: string, code?: string): Promise<void> {
	const joining = page.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill(name, { timeout: 30_000 });
	if (code !== undefined) await joining.getByRole('textbox', { name: 'Pairing code' }).fill(code);
	await joining.getByRole('button', { name: 'Join' }).click();
}

/** No axe violations, and nothing is wider than the screen. */
async function looksRight(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
	expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
	const wide = () => document.documentElement.scrollWidth - innerWidth;
	expect(await page.evaluate(wide)).toBeLessThanOrEqual(0);
}

const digitsOn = (page: Page) =>
	page.getByTestId('pairing-digits').textContent({ timeout: 20_000 });

test('PR1 PR5 PR10 a link pairs: the same digits, Allow on the owner, which may make it an owner too', async () => {
	const { link, behind } = await showCode();
	expect(link).toMatch(/^https?:\/\/[\w.-]+(:\d+)?\/pair#p1\./);
	await looksRight(owner);
	const page = await newDevice();
	await page.goto(`${relay.address}/pair${behind}`);
	await page.getByText('You opened a pairing link.').waitFor({ timeout: 30_000 });
	await join(page, 'Kitchen phone');
	await owner.getByRole('heading', { name: 'Add “Kitchen phone”?' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => digitsOn(owner)).toMatch(/^\d{6}$/);
	await expect.poll(() => digitsOn(page)).toBe(await digitsOn(owner));
	expect(await page.getByRole('button', { name: 'Allow' }).count()).toBe(0);
	await looksRight(owner);
	await looksRight(page);
	await owner.getByRole('button', { name: 'Allow' }).click();
	await page.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
	await owner.getByText('“Kitchen phone” is now in your home.').waitFor();
	await owner.getByRole('button', { name: 'Yes, an owner too' }).click();
	await owner.getByText('“Kitchen phone” is now an owner.').waitFor({ timeout: 20_000 });
	await expect
		.poll(() => page.getByRole('link', { name: 'Watch my cameras' }).getAttribute('href'))
		.toBe('/watch');

	await page.goto(`${relay.address}/pair${behind}`);
	await page.getByText('You opened a pairing link.').waitFor({ timeout: 30_000 });
	await join(page, 'Kitchen phone');
	await page.getByText('That code is wrong or has expired.').waitFor({ timeout: 20_000 });
});

test('PR15 PR16 PR17 letters appear on request; the owner types the digits, and only then may allow', async () => {
	const { link } = await showCode();
	expect(await owner.getByTestId('pairing-letters').count()).toBe(0);
	await owner.getByRole('button', { name: 'Cannot scan? Type letters instead' }).click();
	const letters = await owner.getByTestId('pairing-letters').textContent({ timeout: 20_000 });
	expect(await owner.getByTestId('pairing-link').count()).toBe(0);
	await looksRight(owner);
	const page = await newDevice();
	await page.goto(`${relay.address}/pair`);
	// The previous code is no longer valid.
	await join(page, 'Laptop', link);
	await page.getByText('That code is wrong or has expired.').waitFor({ timeout: 20_000 });
	await page.getByRole('button', { name: 'Start over' }).click();
	await join(page, 'Laptop', letters?.toLowerCase());
	const right = page.getByRole('button', { name: 'It says they are right' });
	await right.waitFor({ timeout: 20_000 });
	for (const one of [owner, page]) {
		await one.getByText('The code was typed as letters.').waitFor();
		await looksRight(one);
	}
	expect(await owner.getByTestId('pairing-digits').count()).toBe(0);
	const allow = owner.getByRole('button', { name: 'Allow' });
	const field = owner.getByLabel('The six digits on the other device');
	const digits = (await digitsOn(page)) ?? '';
	await field.pressSequentially(digits.replace(/./, (first) => String((Number(first) + 1) % 10)));
	await owner.getByText('Those are not the digits on the other device. 2 tries left.').waitFor();
	await expect.poll(() => allow.isDisabled()).toBe(true);
	// Typing replaces wrong digits; a paste may contain spaces.
	await field.pressSequentially(digits.slice(0, 5));
	await expect.poll(() => allow.isDisabled()).toBe(true);
	await field.fill(` ${digits.slice(0, 3)} ${digits.slice(3)}`);
	await owner.getByText('The digits are right.').waitFor();
	await looksRight(owner);
	await owner.getByRole('radio', { name: /^A camera/ }).check();
	await allow.click();
	await owner.getByText('Waiting for the other device').waitFor();
	await right.click();
	await page.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
	await page.getByRole('link', { name: 'Use this device as a camera' }).waitFor();
});

test('the new device shows a code, and the owner enters it from the link', async () => {
	const page = await newDevice();
	await page.goto(`${relay.address}/pair`);
	await page
		.getByRole('button', { name: 'Let an owner scan this device' })
		.click({ timeout: 30_000 });
	const link = (await page.getByTestId('pairing-link').textContent({ timeout: 20_000 })) ?? '';
	expect(link).toContain('/pair#n1.');
	await owner.goto(`${relay.address}/pair`);
	await join(owner, 'x', link);
	await owner.getByRole('button', { name: 'Allow' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => digitsOn(page)).toBe(await digitsOn(owner));
	await page.getByRole('button', { name: 'Allow' }).click();
	await owner.getByRole('button', { name: 'Allow' }).click();
	await page.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
});

test('PR1 refused, used twice, from this very browser, or no code at all: each ends with a message and a next step', async () => {
	const { link, behind } = await showCode();
	const page = await newDevice();
	await page.goto(`${relay.address}/pair${behind}`);
	await join(page, 'Stranger');
	await owner.getByRole('button', { name: 'Refuse' }).click({ timeout: 20_000 });
	for (const one of [owner, page]) {
		await one.getByText('The device was refused.').waitFor({ timeout: 20_000 });
		await one.getByRole('button', { name: 'Start over' }).click();
	}
	await join(page, 'Stranger', 'hello');
	await page.getByText('That code is wrong').waitFor({ timeout: 20_000 });

	const again = await showCode();
	expect(again.link).not.toBe(link);
	const thief = await newDevice();
	await page.goto(`${relay.address}/pair${again.behind}`);
	await join(page, 'Phone');
	await owner.getByRole('button', { name: 'Allow' }).waitFor({ timeout: 20_000 });
	await thief.goto(`${relay.address}/pair${again.behind}`);
	await join(thief, 'Thief');
	for (const one of [owner, page, thief]) {
		await one.getByText('The code was used twice').waitFor({ timeout: 20_000 });
	}

	const own = await showCode();
	const tab = await ownerContext.newPage();
	await tab.goto(`${relay.address}/pair${own.behind}`);
	await join(tab, 'x');
	await tab.getByText('This code is from this browser.').waitFor({ timeout: 20_000 });
	await tab.close();
});

test('the fragment is in no address, history, cache or store when the app starts', async () => {
	const { behind } = await showCode();
	const secret = behind.split('.')[2] ?? 'none';
	const page = await newDevice({ serviceWorkers: 'allow' });
	const sent: string[] = [];
	await page.goto(`${relay.address}/pair`);
	await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, {
		timeout: 30_000,
	});
	page
		.context()
		.on('request', (request) => sent.push(request.url(), request.headers()['referer'] ?? ''));
	await page.goto('about:blank');
	await page.goto(`${relay.address}/pair${behind}`);
	await page.getByText('You opened a pairing link.').waitFor({ timeout: 30_000 });
	const seen: string[] = await page.evaluate(async () => {
		const kept: string[] = [];
		for (const name of await caches.keys()) {
			for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
		}
		// Chromium keeps the URL that a document was opened with in this one entry, for the life of the
		// document.
		const entries = performance.getEntries().filter(({ entryType }) => entryType !== 'navigation');
		for (const { name } of entries) kept.push(name);
		for (const store of [localStorage, sessionStorage]) kept.push(JSON.stringify(store));
		return [location.href, document.referrer, JSON.stringify(history.state), ...kept];
	});
	expect(seen[0]).toBe(`${relay.address}/pair`);
	expect(seen.filter((text) => text.includes(secret))).toEqual([]);
	// The browser's own request for the page, as DevTools reports it, is the one place that has it;
	// fragments are never sent.
	const requests = sent.filter((url) => url.includes(secret));
	expect(requests.every((url) => url === `${relay.address}/pair${behind}`)).toBe(true);
	expect(relay.said()).not.toContain(secret);

	// In an existing tab only the hash changes.
	await page.evaluate((hash) => {
		location.hash = hash;
	}, behind);
	await expect.poll(() => page.url()).toBe(`${relay.address}/pair`);
	await page.goBack();
	expect(page.url()).not.toContain(secret);
});

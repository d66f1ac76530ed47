/** First steps: from the terminal to a phone that records, and two browsers on one computer. */
import AxeBuilder from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, newContext, startRelay, type Relay } from './support/launch.ts';
import { allowJoiner } from './support/pairing-steps.ts';
import { collectPageErrors, waitForRecording } from './support/user-steps.ts';

const PHONE =
	'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36';

let relay: Relay;
beforeAll(async () => {
	// All addresses of this machine, but no mDNS on the network.
	const env = { SPYCAM_DISCOVERY: 'false' };
	relay = await startRelay({ args: ['--host', '127.0.0.1', '--host', '0.0.0.0'], env });
});
afterAll(async () => {
	await relay.stop();
});

async function looksRight(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
	expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)).toEqual([]);
	const wide = () => document.documentElement.scrollWidth - innerWidth;
	expect(await page.evaluate(wide)).toBeLessThanOrEqual(0);
}

test('AP13 AP15 AP16 RL34 RL35 from the code in the terminal to a phone that records: five presses', async () => {
	expect(relay.secure).toMatch(/^https:\/\/spycam\.local:\d+$/);
	// A name that this machine's network may not resolve, as a phone's may.
	const phone = await launchChromium({
		args: ['--host-resolver-rules=MAP spycam.local 127.0.0.1'],
		viewport: { width: 360, height: 800 },
		more: { userAgent: PHONE, hasTouch: true, isMobile: true, ignoreHTTPSErrors: true },
	});
	const page = await phone.newPage();
	const errors = collectPageErrors(page);
	let presses = 0;
	const press = async (role: 'button' | 'link', name: string): Promise<void> => {
		presses += 1;
		await page.getByRole(role, { name, exact: true }).first().click({ timeout: 30_000 });
	};
	const { port } = new URL(relay.address);
	const behind = `#invite.${relay.invitation ?? 'none'}`;

	// Opened over http: the page says so first, shows nothing else, and keeps the fragment in its
	// links.
	await page.goto(`http://spycam.local:${port}/camera${behind}`);
	await page.getByRole('heading', { name: 'Cameras need a secure address' }).waitFor();
	await page.getByRole('link', { name: 'Trust this Spy-cam' }).waitFor({ timeout: 20_000 });
	expect(await page.getByRole('navigation').count()).toBe(0);
	await expect.poll(() => page.title()).toBe('Spy-cam');
	await looksRight(page);
	const trust = page.getByRole('link', { name: 'Trust this Spy-cam' });
	await expect.poll(() => trust.getAttribute('href')).toBe(`/trust${behind}`);

	// What the terminal's code contains.
	await page.goto(`http://spycam.local:${port}/trust${behind}`);
	await looksRight(page);
	const got = page.waitForEvent('download');
	await press('link', 'Get the certificate');
	expect((await got).suggestedFilename()).toBe('spy-cam.crt');
	await press('link', 'Open Spy-cam');
	await page.getByRole('heading', { name: 'Welcome. This is your Spy-cam.' }).waitFor({
		timeout: 30_000,
	});
	expect(page.url()).toBe(`${relay.secure}/pair`);
	await looksRight(page);
	await press('button', 'Use this device as a camera');
	await press('button', 'Start recording');
	await waitForRecording(page);
	expect(presses).toBe(4);
	expect(errors).toEqual([]);
	await phone.close();
});

test('AP14 AP15 PR31 PR32 PR33 two browsers on one computer: the localhost link, and names that differ', async () => {
	const desk = await startRelay();
	const [first, second] = [await newContext(), await newContext()];
	const [owner, viewer] = [await first.newPage(), await second.newPage()];
	await owner.goto(`${desk.address}/#invite.${desk.invitation ?? 'none'}`);
	await owner.getByRole('button', { name: 'Add another device' }).click({ timeout: 30_000 });
	const link = owner.getByTestId('pairing-link-here');
	const text = (await link.textContent({ timeout: 20_000 })) ?? '';
	expect(text).toMatch(new RegExp(`^${desk.address}/pair#p1\\.`));
	await expect.poll(() => owner.getByTestId('pairing-link').textContent()).toContain(desk.secure);

	await viewer.goto(text);
	const joining = viewer.getByRole('region', { name: 'Join a home' });
	const name = joining.getByLabel('Name of this device');
	await name.waitFor({ timeout: 30_000 });
	await expect.poll(() => name.inputValue()).toBe('Chrome on Linux');
	await joining.getByRole('button', { name: 'Join' }).click();
	await owner
		.getByText('A device in this home is already called “Chrome on Linux”.')
		.waitFor({ timeout: 30_000 });
	await allowJoiner(owner, 'Chrome on Linux 2');
	await viewer
		.getByText('It is called “Chrome on Linux 2” there because “Chrome on Linux” was taken.')
		.waitFor({ timeout: 20_000 });

	await owner.goto(`${desk.address}/settings`);
	const devices = owner.getByRole('region', { name: 'Devices' });
	await devices.getByRole('link', { name: /^Chrome on Linux 2/ }).click({ timeout: 20_000 });
	const other = owner.getByRole('region', { name: 'Chrome on Linux 2' });
	await other.getByRole('button', { name: 'Change' }).click();
	const field = other.getByRole('textbox', { name: 'Name' });
	await field.fill('chrome on linux');
	await other.getByText('Another device is also called “chrome on linux”.').waitFor();
	await other.getByRole('button', { name: 'Call it “chrome on linux 2”' }).click();
	await expect.poll(() => field.inputValue()).toBe('chrome on linux 2');
	await looksRight(owner);
	await Promise.all([first.close(), second.close()]);
	await desk.stop();
});

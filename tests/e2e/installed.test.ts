import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { appIconSvg } from '#browser/app/app-icon.ts';
import {
	launchChromium,
	launchFirefox,
	newContext,
	startRelay,
	type Relay,
} from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	waitForServiceWorker,
	startRecording,
} from './support/user-steps.ts';
import { controlPuppet, withPuppetCamera } from './support/puppet-camera.ts';
import { waitForSegments } from './support/stored-footage.ts';

let relay: Relay;
let context: BrowserContext | undefined;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(async () => {
	await context?.close();
	context = undefined;
});

test('AP7 Chromium finds no obstacle to installing', async () => {
	context = await launchChromium({ full: true, more: { serviceWorkers: 'allow' } });
	const page = await context.newPage();
	await page.goto(relay.address);
	await waitForServiceWorker(page);
	const devtools = await context.newCDPSession(page);
	const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
	expect(installabilityErrors).toEqual([]);
	const { url, errors, data } = await devtools.send('Page.getAppManifest');
	expect(url).toBe(`${relay.address}/manifest.webmanifest`);
	expect(errors).toEqual([]);
	const manifest = JSON.parse(data ?? '{}') as {
		icons: { src: string; sizes: string; type: string; purpose: string }[];
		shortcuts: { name: string; url: string }[];
	};
	expect(manifest.shortcuts.map(({ name, url }) => [name, url])).toEqual([
		['Record', '/camera'],
		['Watch', '/watch'],
	]);
	for (const { src, sizes, type } of manifest.icons) {
		const answer = await page.request.get(relay.address + src);
		expect(answer.headers()['content-type'], src).toBe(type);
		if (type !== 'image/png') continue;
		const bytes = await answer.body();
		// Width and height are at fixed offsets in every PNG.
		expect(`${String(bytes.readUInt32BE(16))}x${String(bytes.readUInt32BE(20))}`, src).toBe(sizes);
	}
	expect(readFileSync('static/favicon.svg', 'utf8').trim()).toBe(appIconSvg('off'));
});

test('AP7 Settings: a button where the browser offers it, instructions where it does not', async () => {
	context = await launchChromium({ full: true, more: { serviceWorkers: 'allow' } });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	// Chromium's own install dialog cannot be answered in a test.
	await page.addInitScript(() => {
		addEventListener('beforeinstallprompt', (event) => {
			if (!event.isTrusted) return;
			event.stopImmediatePropagation();
			document.documentElement.dataset['offered'] = 'yes';
		});
	});
	await page.goto(`${relay.address}/settings/about`);
	await page.waitForFunction(() => document.documentElement.dataset['offered'] === 'yes');
	await page.getByText('look for “Install”').waitFor({ timeout: 20_000 });
	const offer = (): Promise<void> =>
		page.evaluate(() => {
			const event = new Event('beforeinstallprompt', { cancelable: true });
			Object.assign(event, {
				prompt: () => {
					document.documentElement.dataset['asked'] = 'yes';
					return Promise.resolve();
				},
			});
			dispatchEvent(event);
		});
	await offer();
	await page.getByRole('button', { name: 'Install the app' }).click();
	await page.waitForFunction(() => document.documentElement.dataset['asked'] === 'yes');
	await page.getByText('look for “Install”').waitFor();
	await page.evaluate(() => dispatchEvent(new Event('appinstalled')));
	await page.getByText('The app is installed on this device.').waitFor();
	expect(errors).toEqual([]);
});

/** What shows the state of the app while its page is hidden. */
async function signs(page: Page): Promise<{ title: string; icon: string; badge: string }> {
	return page.evaluate(() => ({
		title: document.title,
		icon: decodeURIComponent(document.querySelector<HTMLLinkElement>('link[rel="icon"]')!.href),
		badge: document.documentElement.dataset['badge'] ?? 'never set',
	}));
}

test('AP8 title, icon and badge show whether it records, and when nothing is saved', async () => {
	context = await newContext();
	await withPuppetCamera(context);
	await context.addInitScript(() => {
		const say = (badge: string) => () => {
			document.documentElement.dataset['badge'] = badge;
			return Promise.resolve();
		};
		Object.assign(navigator, { setAppBadge: say('set'), clearAppBadge: say('none') });
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	const off = await signs(page);
	expect(off.title).toBe('Record · Spy-cam');
	expect(off.icon).not.toContain('#e5322d');
	await expect.poll(async () => (await signs(page)).badge, { timeout: 10_000 }).toBe('none');
	await startRecording(page);
	await waitForSegments(page, 2);
	const on = await signs(page);
	expect(on.title).toBe('● Recording · Record · Spy-cam');
	expect(on.icon).toContain('#e5322d');
	expect(on.badge).toBe('set');

	await controlPuppet(page, 'unplug');
	// It lasts a few seconds only: check all three at once.
	await expect
		.poll(() => signs(page), { timeout: 30_000, interval: 20 })
		.toMatchObject({
			title: expect.stringMatching(/^▲ Not saving/) as string,
			icon: expect.stringContaining('#f0b429') as string,
			badge: 'none',
		});
	await page.getByRole('button', { name: 'Stop recording' }).click();
	await expect
		.poll(async () => (await signs(page)).title, { timeout: 10_000 })
		.toBe('Record · Spy-cam');
	const after = await signs(page);
	expect(after.icon).not.toMatch(/#e5322d|#f0b429/);
	expect(after.badge).toBe('none');
	expect(errors).toEqual([]);
});

test('AP1 AP7 Firefox: shows its promises, and opens with the server gone', async () => {
	const own = await startRelay();
	const firefox = await launchFirefox();
	try {
		const page = await firefox.newPage();
		await page.goto(own.address);
		await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated', {
			timeout: 30_000,
		});
		await own.kill();
		await page.goto(`${own.address}/settings/about`);
		await page.waitForFunction(
			() => document.body.innerText.includes('Firefox on a computer may not install apps'),
			{ timeout: 20_000 },
		);
	} finally {
		await firefox.close();
		await own.kill();
	}
});

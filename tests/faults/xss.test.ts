/** X: names, labels, codes and addresses that would run if taken for anything but text (T9). */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainName } from '#domain/home/plain-name.ts';
import {
	launchChromium,
	newContext,
	startRelay,
	temporaryFolder,
	type Relay,
} from '../e2e/support/launch.ts';
import { openHome, pairByLink, showCode } from '../e2e/support/pairing-steps.ts';
import { becomeCamera } from '../e2e/support/user-steps.ts';
import { times } from './support/counts.ts';
import { payloads } from './support/payloads.ts';

const data = temporaryFolder();
let relay: Relay;
let home: BrowserContext;
let away: BrowserContext;
/** The browser of somebody who only follows links. */
let outside: BrowserContext;
/** In the browser of the camera, an owner: the camera page and the device list. */
let camera: Page;
let devices: Page;
/** In the viewer's browser. */
let wall: Page;
let watch: Page;
let door: Page;
const dialogs: string[] = [];

interface Seen {
	readonly ran: readonly unknown[];
	/** Injected markup that only the policy stopped would still be a hole. */
	readonly blocked: readonly string[];
	readonly planted: number;
}

async function guarded(context: BrowserContext): Promise<void> {
	context.on('page', (page) => {
		page.on('dialog', (dialog) => {
			dialogs.push(dialog.message());
			void dialog.dismiss();
		});
	});
	await context.addInitScript(() => {
		const seen = { ran: [] as unknown[], blocked: [] as string[], label: 'A lens' };
		Object.assign(window, { seen, __xss: (n: unknown) => void seen.ran.push(n) });
		document.addEventListener('securitypolicyviolation', ({ violatedDirective, sample }) => {
			seen.blocked.push(`${violatedDirective} ${sample}`);
		});
		const { mediaDevices } = navigator;
		const real = mediaDevices.enumerateDevices.bind(mediaDevices);
		mediaDevices.enumerateDevices = async () => {
			const all = await real();
			return all.map((one) => ({
				...{ deviceId: one.deviceId, groupId: one.groupId, kind: one.kind },
				...{ label: seen.label, toJSON: () => one.toJSON() as unknown },
			}));
		};
	});
}

const seenBy = (page: Page): Promise<Seen> =>
	page.evaluate(() => {
		const { seen } = window as unknown as { seen: { ran: unknown[]; blocked: string[] } };
		const harmless = ['title', 'aria-label', 'placeholder', 'alt', 'value'];
		const planted = [...document.querySelectorAll('*')].filter((node) => {
			const attributes = [...node.attributes].filter(({ name }) => !harmless.includes(name));
			// Injected markup: a handler, an address or an element with a payload.
			if (attributes.some(({ value }) => /^\s*(javascript|data):|^__xss|<script/i.test(value)))
				return true;
			const own = [...node.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
			const code = own.map(({ textContent }) => textContent ?? '').join('');
			return /^(script|style|template)$/.test(node.localName) && code.includes('__xss');
		});
		return { ran: seen.ran, blocked: seen.blocked, planted: planted.length };
	});

/** If the page is navigating, asks again at the destination. */
async function settled(page: Page): Promise<Seen> {
	for (let tries = 1; ; tries += 1) {
		try {
			return await seenBy(page);
		} catch (error) {
			if (tries === 5) throw error;
			await page.waitForLoadState();
		}
	}
}

async function nothingRan(pages: readonly Page[], what: string): Promise<void> {
	for (const page of pages) {
		const seen = await settled(page);
		expect(seen, `${page.url()}: ${what}`).toEqual({ ran: [], blocked: [], planted: 0 });
	}
	expect(dialogs).toEqual([]);
}

/** The complete text, whatever the page does with white space. */
async function reads(page: Page, text: string): Promise<void> {
	const plain = plainName(text).replace(/\s+/g, ' ').trim();
	try {
		await page.waitForFunction(
			(wanted) => {
				const options = [...document.querySelectorAll('option')].map(({ text: own }) => own);
				const all = [document.body.innerText, ...options].join(' ').replace(/\s+/g, ' ');
				// A lens label is shown exactly as the browser gives it.
				return all.replace(/[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '').includes(wanted);
			},
			plain,
			{ timeout: 20_000, polling: 100 },
		);
	} catch (error) {
		const said = await page.locator('body').innerText();
		throw new Error(`${page.url()} does not say ${text} but ${said}`, { cause: error });
	}
}

beforeAll(async () => {
	// One address opens more sockets here than a household does.
	const limits = { socketsPerMinute: 1_000_000, socketsPerAddress: 100_000 };
	writeFileSync(join(data, 'settings.json'), JSON.stringify({ limits }));
	relay = await startRelay({ data });
	const fake = '--use-fake-device-for-media-stream=device-count=2,fps=30';
	[home, away, outside] = await Promise.all([
		launchChromium({ args: [fake] }),
		newContext(),
		newContext(),
	]);
	await Promise.all([home, away, outside].map(guarded));
	camera = await home.newPage();
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	wall = await away.newPage();
	await pairByLink(camera, wall, relay, 'Kitchen');
	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	[devices, watch, door] = [await home.newPage(), await away.newPage(), await outside.newPage()];
	await devices.goto(`${relay.address}/settings`);
	await devices
		.getByRole('region', { name: 'Devices' })
		.getByRole('listitem')
		.filter({ hasNotText: 'This device' })
		.getByRole('link')
		.click({ timeout: 20_000 });
	for (const page of [wall, watch]) await page.goto(`${relay.address}/watch`);
	await watch.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	await watch.locator('[data-state="live"]').first().waitFor({ state: 'attached' });
	await door.goto(`${relay.address}/pair`);
}, 300_000);
afterAll(async () => {
	await Promise.all([home, away, outside].map((context) => context.close()));
	await relay.stop();
	rmSync(data, { recursive: true, force: true });
});

test('the traps catch what they are meant to', async () => {
	const page = await away.newPage();
	await page.goto(`${relay.address}/help`);
	await page.evaluate(() => {
		try {
			document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=__xss(1)>');
		} catch {
			// Trusted Types throw and report it.
		}
		const link = document.createElement('a');
		link.href = 'javascript:__xss(2)';
		document.body.append(link);
		link.click();
	});
	const said = async () => (await seenBy(page)).blocked.join();
	await expect.poll(said).toContain('require-trusted-types-for');
	await expect.poll(said).toContain('script-src');
	expect((await seenBy(page)).planted).toBe(1);
	await page.evaluate(() => (window as unknown as { __xss(n: number): void }).__xss(7));
	expect((await seenBy(page)).ran).toEqual([7]);
	await page.close();
});

/** Limited only by the roster: a member need not respect a form's limits. */
async function write(page: Page, label: RegExp | string, text: string): Promise<void> {
	const field = page.getByRole('textbox', { name: label, exact: true });
	await field.evaluate((node) => node.removeAttribute('maxlength'));
	await field.fill(text);
}

async function names(text: string): Promise<void> {
	await camera.evaluate((label) => {
		(window as unknown as { seen: { label: string } }).seen.label = label;
		navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
	}, text);
	await write(camera, /name/i, text);
	await camera.getByRole('textbox', { name: /name/i }).blur();
	const kitchen = devices.locator('.detail');
	await kitchen.getByRole('button', { name: 'Change' }).click();
	await write(devices, 'Name', text);
	const field = kitchen.getByRole('textbox', { name: 'Name', exact: true });
	await field.press('Enter');
	await field.waitFor({ state: 'detached' });
}

/** Links anybody can send, or ask somebody to type. */
async function address(text: string, n: number): Promise<void> {
	const behind = encodeURIComponent(text);
	switch (n % 6) {
		case 0:
			await door.goto(`${relay.address}/watch/${behind}`);
			break;
		case 1:
			await door.goto(`${relay.address}/${behind}?at=${behind}#${text}`);
			break;
		case 2:
			await door.goto(`${relay.address}/pair`);
			await door.evaluate((hash) => (location.hash = hash), `#invite.${text}`);
			await door.getByRole('button', { name: 'Add another device' }).click({ timeout: 20_000 });
			break;
		case 3:
			await door.goto(`${relay.address}/pair#p1.${text}`);
			break;
		case 4:
			await door.goto(`${relay.address}/saved?at=${behind}&camera=${behind}`);
			break;
		default:
			await door.goto(`${relay.address}/pair`);
			await write(door, 'Pairing code', text);
			await door.getByRole('button', { name: 'Join' }).click();
			await door.getByText('That code is wrong').waitFor({ timeout: 20_000 });
	}
	await door.locator('main').waitFor({ timeout: 20_000 });
}

test('X T9 camera and device names, lens labels, links and codes: none runs, all are shown as text', async () => {
	const all = payloads(times(300, 30));
	for (const [at, { text, n }] of all.entries()) {
		await names(text);
		await Promise.all([
			...[wall, watch, camera, devices].map((page) => reads(page, text)),
			address(text, at),
		]);
		await nothingRan([camera, devices, wall, watch, door], `payload ${n}: ${text}`);
	}
	const everywhere = ['/', '/saved', '/storage', '/help', '/settings', '/watch', '/pair', '/check'];
	const last = all.at(-1)?.text ?? '';
	for (const path of everywhere) {
		for (const context of [home, away]) {
			const page = await context.newPage();
			await page.goto(relay.address + path);
			await page.locator('main h1, main h2').first().waitFor({ timeout: 20_000 });
			await nothingRan([page], `${path} with ${last}`);
			await page.close();
		}
	}
	console.log(
		`X: ${all.length} payloads, each in three names, a link or a code, on five pages: 0 ran`,
	);
});

test('X T9 a stranger’s name: the owner who is asked reads it, and it does not run', async () => {
	const count = times(60, 20);
	const outside = await newContext();
	try {
		await guarded(outside);
		const stranger = await outside.newPage();
		const owner = await home.newPage();
		for (const { text, n } of payloads(count)) {
			const behind = await showCode(owner, relay);
			await stranger.goto(`${relay.address}/pair${behind}`);
			const joining = stranger.getByRole('region', { name: 'Join a home' });
			await joining.waitFor({ timeout: 20_000 });
			await write(stranger, 'Name of this device', text);
			await joining.getByRole('button', { name: 'Join' }).click();
			await owner.getByRole('button', { name: 'Refuse' }).waitFor({ timeout: 20_000 });
			await reads(owner, text);
			await nothingRan([owner, stranger], `payload ${n}: ${text}`);
			await owner.getByRole('button', { name: 'Refuse' }).click();
			await stranger.getByText('The device was refused.').waitFor({ timeout: 20_000 });
			await stranger.getByRole('button', { name: 'Start over' }).click();
		}
		console.log(`X: ${count} names of strangers: 0 ran`);
	} finally {
		await outside.close();
	}
});

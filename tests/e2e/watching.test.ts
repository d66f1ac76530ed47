import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
	launchChromium,
	launchFirefox,
	newContext,
	startRelay,
	temporaryFolder,
	type Relay,
} from './support/launch.ts';
import { allowJoiner, openHome, pairByLink, showCode } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	playerRegion,
	waitForRecording,
} from './support/user-steps.ts';
import { NO_UDP_ARGS, ALLOW_LOOPBACK_ARG, startTurnServer } from './support/turn-server.ts';
import { waitForLivePath, expectMovingPicture } from './support/live-steps.ts';

/** A camera and a viewer in two browsers, over the real relay. */

let relay: Relay;
let cameras: BrowserContext;
let camera: Page;
let profile: string;
let viewers: BrowserContext;
const errors: string[][] = [];

beforeAll(async () => {
	relay = await startRelay();
	cameras = await newContext();
	camera = await cameras.newPage();
	errors.push(collectPageErrors(camera));
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	profile = temporaryFolder();
	viewers = await launchChromium({ profile });
	const page = await viewers.newPage();
	await pairByLink(camera, page, relay, 'Kitchen');
	// Within the app: the lens stays as it is.
	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
}, 300_000);
afterAll(async () => {
	await viewers.close();
	await cameras.close();
	await relay.stop();
	rmSync(profile, { recursive: true, force: true });
	expect(errors.flat()).toEqual([]);
});

const FREE: readonly string[] = [];
let visitedWith = FREE;

/** A new page of the viewer; other `args` start another browser with the same profile. */
async function visit(args = FREE): Promise<Page> {
	if (args === visitedWith) await Promise.all(viewers.pages().map((page) => page.close()));
	else {
		await viewers.close();
		viewers = await launchChromium({ profile, args });
		visitedWith = args;
	}
	const page = await viewers.newPage();
	errors.push(collectPageErrors(page));
	await page.goto(`${relay.address}/watch`);
	await page.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	return page;
}

/** The picture is current; a busy machine may stall at a single check. */
async function young(page: Page): Promise<void> {
	const age = async () => Number((await playerRegion(page).getAttribute('data-age-ms')) ?? 'none');
	await expect.poll(age, { timeout: 30_000 }).toBeLessThan(2000);
}

test('a paired browser watches directly, and the camera says who watches', async () => {
	const page = await visit();
	await waitForLivePath(page, 'direct');
	await expectMovingPicture(page);
	await young(page);
	await camera
		.getByText(/Kitchen/)
		.first()
		.waitFor({ timeout: 30_000 });
});

test('with UDP blocked it watches through the relay, sealed; then directly again', async () => {
	const blocked = await visit(NO_UDP_ARGS);
	await waitForLivePath(blocked, 'relayed');
	await expectMovingPicture(blocked);
	await young(blocked);
	const free = await visit();
	await waitForLivePath(free, 'direct');
	await expectMovingPicture(free);
});

test('LV11 picture-in-picture closes where it would freeze: another path, another page', async () => {
	const page = await visit();
	const small = page.getByRole('button', { name: 'Small window' });
	const relayed = page.getByRole('checkbox', { name: 'Always through the relay' });
	const there = () => page.evaluate(() => document.pictureInPictureElement !== null);
	await waitForLivePath(page, 'direct');
	await small.click();
	await expect.poll(there).toBe(true);
	await relayed.check();
	await waitForLivePath(page, 'relayed');
	await expect.poll(there).toBe(false);
	await small.click();
	await expect.poll(there).toBe(true);
	await relayed.uncheck();
	await waitForLivePath(page, 'direct');
	await expect.poll(there).toBe(false);
	await relayed.check();
	await waitForLivePath(page, 'relayed');
	await small.click();
	await expect.poll(there).toBe(true);
	await openByMenu(page, 'Watch');
	await page.getByRole('article').waitFor();
	await expect.poll(there).toBe(false);
});

test('LV13 starts recording remotely', async () => {
	const page = await visit();
	await waitForLivePath(page, 'direct');
	await page.getByRole('button', { name: /start recording/i }).click();
	await waitForRecording(camera);
});

test('by TURN where the operator configured it: a real coturn, passwords by the TURN REST API', async () => {
	const turn = await startTurnServer();
	const data = temporaryFolder();
	writeFileSync(join(data, 'settings.json'), JSON.stringify({ ice: turn.ice }));
	const other = await startRelay({ data });
	const [host, guest] = await Promise.all([
		launchChromium({ args: [ALLOW_LOOPBACK_ARG] }),
		launchChromium({ args: [ALLOW_LOOPBACK_ARG, ...NO_UDP_ARGS] }),
	]);
	try {
		const [owner, page] = [await host.newPage(), await guest.newPage()];
		await becomeCamera(owner, other.address);
		await openHome(owner, other);
		await pairByLink(owner, page, other, 'Office');
		await owner.goto(`${other.address}/camera`);
		await owner.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
		await page.goto(`${other.address}/watch`);
		await page.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
		await waitForLivePath(page, 'turn');
		await expectMovingPicture(page);
	} finally {
		await Promise.all([host.close(), guest.close()]);
		await other.stop();
		await turn.stop();
		rmSync(data, { recursive: true, force: true });
	}
});

test('Debian’s Firefox watches too, without H.264', async () => {
	const firefox = await launchFirefox();
	try {
		const page = await firefox.newPage();
		const behind = await showCode(camera, relay);
		await page.goto(`${relay.address}/pair${behind}`);
		await page.locator('input[name="name"], ::-p-aria(Name of this device)').fill('Old laptop');
		await page.locator('::-p-aria([name="Join"][role="button"])').click();
		await allowJoiner(camera, 'Old laptop');
		await camera.goto(`${relay.address}/camera`);
		await camera.getByRole('status').first().waitFor({ timeout: 20_000 });
		await page.goto(`${relay.address}/watch`);
		await page.locator('article h2 a').click();
		await page.waitForSelector('[data-state="live"][data-path="direct"]', { timeout: 75_000 });
		const widths = () =>
			page.evaluate(() => [...document.querySelectorAll('video')].map((one) => one.videoWidth));
		await expect.poll(async () => Math.max(...(await widths()))).toBeGreaterThan(300);
	} finally {
		await firefox.close();
	}
});

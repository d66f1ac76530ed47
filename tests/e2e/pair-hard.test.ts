import { rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
	killBrowser,
	launchChromium,
	newContext,
	startRelay,
	temporaryFolder,
	type Relay,
} from './support/launch.ts';
import { openHome, pairByLink, showCode } from './support/pairing-steps.ts';
import { becomeCamera, collectPageErrors } from './support/user-steps.ts';
import { waitForLivePath } from './support/live-steps.ts';

/**
 * Pairing under adverse conditions: clocks, tabs, a device that dies. Each case ends with a message
 * and a next step.
 */

const DAY_MS = 86_400_000;

let relay: Relay;
let profile: string;
let owners: BrowserContext;
let owner: Page;
const contexts: BrowserContext[] = [];
const errors: string[][] = [];

/** Starts the owner's browser, and again after it died. */
async function ownerComes(): Promise<void> {
	owners = await launchChromium({ profile });
	owner = await owners.newPage();
	errors.push(collectPageErrors(owner));
}

async function newDevice(aheadMs = 0): Promise<Page> {
	const context = await newContext();
	contexts.push(context);
	if (aheadMs !== 0) await withClock(context, aheadMs);
	const page = await context.newPage();
	errors.push(collectPageErrors(page));
	return page;
}

/** A system clock that is off by `aheadMs`. */
async function withClock(context: BrowserContext, aheadMs: number): Promise<void> {
	await context.addInitScript((ahead) => {
		const Real = Date;
		globalThis.Date = new Proxy(Real, {
			construct: (target, given: unknown[]) =>
				Reflect.construct(target, given.length > 0 ? given : [target.now() + ahead]) as object,
			get: (target, name) =>
				name === 'now' ? () => target.now() + ahead : (Reflect.get(target, name) as unknown),
		});
	}, aheadMs);
}

async function join(page: Page, behind: string, name: string): Promise<void> {
	await page.goto(`${relay.address}/pair${behind}`);
	const joining = page.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill(name, { timeout: 30_000 });
	await joining.getByRole('button', { name: 'Join' }).click();
}

async function watches(page: Page, address = relay.address): Promise<void> {
	await page.goto(`${address}/watch`);
	await page.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	const live = page.locator('[data-state="live"]').first();
	await live.waitFor({ state: 'attached', timeout: 30_000 });
	expect(Number(await live.getAttribute('data-age-ms'))).toBeLessThan(5000);
}

async function cameraIsOn(): Promise<void> {
	await owner.goto(`${relay.address}/camera`);
	await owner.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
}

beforeAll(async () => {
	relay = await startRelay();
	profile = temporaryFolder();
	await ownerComes();
	await becomeCamera(owner, relay.address);
	await openHome(owner, relay);
}, 300_000);
afterEach(async () => {
	await Promise.all(contexts.splice(0).map((context) => context.close()));
	expect(errors.splice(0).flat()).toEqual([]);
});
afterAll(async () => {
	await owners.close();
	await relay.stop();
	rmSync(profile, { recursive: true, force: true });
});

test.each([
	['two days ahead', 2 * DAY_MS],
	['two days behind', -2 * DAY_MS],
])('a new device whose clock is %s pairs, and sees the live picture', async (_, aheadMs) => {
	const page = await newDevice(aheadMs);
	expect((await page.evaluate(() => Date.now())) - Date.now()).toBeGreaterThan(aheadMs - DAY_MS);
	await pairByLink(owner, page, relay, `Phone of ${aheadMs > 0 ? 'tomorrow' : 'yesterday'}`);
	await cameraIsOn();
	await watches(page);
});

test.each([
	['ahead', 2 * DAY_MS],
	['behind', -2 * DAY_MS],
])('an owner whose clock is two days %s lets a device in, and is watched', async (_, aheadMs) => {
	const other = await startRelay();
	try {
		const [camera, page] = [await newDevice(aheadMs), await newDevice()];
		await becomeCamera(camera, other.address);
		await openHome(camera, other);
		await pairByLink(camera, page, other, 'Kitchen');
		await camera.goto(`${other.address}/camera`);
		await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
		await watches(page, other.address);
	} finally {
		await Promise.all(contexts.splice(0).map((context) => context.close()));
		await other.stop();
	}
});

test('a second tab of the owner on the same page takes nothing from the first', async () => {
	const second = await owners.newPage();
	errors.push(collectPageErrors(second));
	await second.goto(`${relay.address}/pair`);
	await second.getByRole('button', { name: 'Show a code' }).waitFor({ timeout: 30_000 });
	const page = await newDevice();
	await pairByLink(owner, page, relay, 'Tablet');
	// And the reverse: the second tab shows its own code.
	const other = await newDevice();
	await pairByLink(second, other, relay, 'Laptop');
	await second.close();
});

test('a link opened in two tabs of the new device is reported, and a new code works', async () => {
	const behind = await showCode(owner, relay);
	const page = await newDevice();
	await join(page, behind, 'Twice');
	await owner.getByRole('button', { name: 'Allow' }).waitFor({ timeout: 20_000 });
	const twin = await page.context().newPage();
	await join(twin, behind, 'Twice');
	for (const one of [owner, page, twin]) {
		await one.getByText('The code was used twice').waitFor({ timeout: 20_000 });
		await one.getByText('It may be open in another tab.').waitFor();
		await one.getByRole('button', { name: 'Start over' }).waitFor();
	}
	await twin.close();
	await pairByLink(owner, page, relay, 'Once');
});

test('LV19 a second tab of the camera’s device does not interrupt a viewer', async () => {
	const page = await newDevice();
	await pairByLink(owner, page, relay, 'Office');
	await cameraIsOn();
	const second = await owners.newPage();
	errors.push(collectPageErrors(second));
	await second.goto(`${relay.address}/settings`);
	await second.getByRole('region', { name: 'Devices' }).getByText('Office').waitFor();
	await watches(page);
	// The second tab navigates while somebody watches.
	await second.goto(`${relay.address}/storage`);
	await second.getByRole('heading').first().waitFor();
	await page.reload();
	await waitForLivePath(page, 'direct');
	await owner.getByText('Office').first().waitFor();
	await second.close();
});

test('the owner dies while its code is shown: the new device says so, and a new code works', async () => {
	const behind = await showCode(owner, relay);
	await killBrowser(owners);
	const page = await newDevice();
	await join(page, behind, 'Early');
	await page.getByText('The other device stopped pairing.').waitFor({ timeout: 60_000 });
	await page.getByRole('button', { name: 'Start over' }).waitFor();
	await ownerComes();
	await pairByLink(owner, page, relay, 'Early');
});

test('the owner dies while the digits are compared: an immediate message with a way out, and a new code works', async () => {
	const behind = await showCode(owner, relay);
	const page = await newDevice();
	await join(page, behind, 'Late');
	await owner.getByRole('button', { name: 'Allow' }).waitFor({ timeout: 20_000 });
	await page.getByTestId('pairing-digits').waitFor({ timeout: 20_000 });
	await killBrowser(owners);
	await page.getByText('Now allow it on the other device.').waitFor();
	await page.getByRole('button', { name: 'Cancel' }).click();
	await page.getByText('You cancelled pairing.').waitFor();
	await page.getByRole('button', { name: 'Start over' }).waitFor();
	await ownerComes();
	await pairByLink(owner, page, relay, 'Late');
	await allowed('Late');
});

/** The device is in the list of the home exactly once. */
async function allowed(name: string): Promise<void> {
	await owner.goto(`${relay.address}/settings`);
	const devices = owner.getByRole('region', { name: 'Devices' });
	const one = devices.getByRole('listitem').filter({ hasText: name });
	await one.waitFor({ timeout: 20_000 });
	await expect.poll(() => one.count()).toBe(1);
}

test('the owner dies after Allow, before the other device has answered: nothing is half done', async () => {
	const page = await newDevice();
	await page.goto(`${relay.address}/pair`);
	await page
		.getByRole('button', { name: 'Let an owner scan this device' })
		.click({ timeout: 30_000 });
	const link = (await page.getByTestId('pairing-link').textContent({ timeout: 20_000 })) ?? '';
	await owner.goto(`${relay.address}/pair`);
	const joining = owner.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill('x', { timeout: 30_000 });
	await joining.getByRole('textbox', { name: 'Pairing code' }).fill(link);
	await joining.getByRole('button', { name: 'Join' }).click();
	await owner.getByRole('button', { name: 'Allow' }).click({ timeout: 20_000 });
	await owner.getByText('Waiting for the other device').waitFor();
	await killBrowser(owners);
	await page.getByRole('button', { name: 'Allow' }).click();
	await page.getByRole('button', { name: 'Cancel' }).click();
	await page.getByText('You cancelled pairing.').waitFor();
	await page.getByRole('button', { name: 'Start over' }).waitFor();
	await ownerComes();
	await pairByLink(owner, page, relay, 'Third try');
	await allowed('Third try');
});

test('PR22 PR24 the new device’s page is left between Allow and the last message: both devices agree afterwards', async () => {
	const behind = await showCode(owner, relay);
	const page = await newDevice();
	await join(page, behind, 'Hall phone');
	await owner.getByRole('heading', { name: 'Add “Hall phone”?' }).waitFor({ timeout: 20_000 });
	await page.getByText('Now allow it on the other device.').waitFor({ timeout: 20_000 });
	await page.goto('about:blank');
	await owner.getByRole('button', { name: 'Allow' }).click();
	await owner.getByText('Waiting for “Hall phone”').waitFor({ timeout: 20_000 });
	await owner.goto(`${relay.address}/settings`);
	await owner.getByText('Waiting for “Hall phone”').waitFor({ timeout: 20_000 });
	// PR26: across a reload of the owner's page, too.
	await owner.goto(`${relay.address}/pair`);
	await owner.getByText('Waiting for “Hall phone”').waitFor({ timeout: 20_000 });
	await page.goto(`${relay.address}/pair`);
	await page.getByText('This device is now in the home.').waitFor({ timeout: 30_000 });
	await owner.getByText('Waiting for “Hall phone”').waitFor({ state: 'hidden', timeout: 20_000 });
	await owner.goto(`${relay.address}/settings`);
	const hall = owner.getByRole('listitem').filter({ hasText: 'Hall phone' });
	await hall.getByText('Online now').waitFor({ timeout: 20_000 });
});

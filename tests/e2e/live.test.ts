import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	openSaved,
	playerRegion,
	shownWallMs,
	startRecording,
	stopRecording,
} from './support/user-steps.ts';
import { controlPuppet, withPuppetCamera } from './support/puppet-camera.ts';
import { storedRuns, waitForSegments } from './support/stored-footage.ts';

/** Live features with this device alone: its own lens, and a list of one device. */

let relay: Relay;
let context: BrowserContext | undefined;
beforeAll(async () => {
	relay = await startRelay();
});
afterEach(async () => {
	await context?.close();
	context = undefined;
});
afterAll(() => relay.stop());

/** Whether the visible video has a frame that is not black. */
async function pictured(page: Page): Promise<boolean> {
	return page.evaluate(() => {
		const video = [...document.querySelectorAll('video')].find(
			(one) => one.srcObject !== null && one.checkVisibility({ visibilityProperty: true }),
		);
		if (!video || video.videoWidth === 0) return false;
		const canvas = new OffscreenCanvas(16, 9);
		const pen = canvas.getContext('2d');
		if (!pen) return false;
		pen.drawImage(video, 0, 0, 16, 9);
		return pen.getImageData(0, 0, 16, 9).data.some((value, n) => n % 4 !== 3 && value > 40);
	});
}

test('LV40 the own camera is live on the wall and on its page, with its age; scrubbing leads to saved footage and Live back', async () => {
	context = await newContext({ viewport: { width: 360, height: 800 } });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await page.getByRole('textbox', { name: /name/i }).fill('Hall');
	await page.getByRole('textbox', { name: /name/i }).blur();
	await page.getByText('Nobody is watching.').waitFor();
	await page.getByText('Not connected. Only this device can see it.').waitFor();
	await startRecording(page);
	await waitForSegments(page, 4);

	await openByMenu(page, 'Watch');
	const tile = page.getByRole('article', { name: 'Hall' });
	await tile.getByText('Live', { exact: true }).waitFor();
	expect(Number(await tile.getAttribute('data-age-ms'))).toBeLessThan(5000);
	await expect.poll(() => pictured(page)).toBe(true);
	await tile.getByText('REC', { exact: true }).waitFor();
	await tile.getByText('Saved footage').click();
	await expect.poll(() => tile.locator('a[href*="?at="]').count()).toBe(1);

	await tile.getByRole('link', { name: 'Hall' }).click();
	const live = page.locator('[data-state="live"]');
	await live.waitFor();
	await expect.poll(() => playerRegion(page).getAttribute('data-path')).toBe('local');
	await expect
		.poll(async () => Number(await playerRegion(page).getAttribute('data-age-ms')))
		.toBeLessThan(1500);
	await expect.poll(() => pictured(page)).toBe(true);
	const liveButton = page.getByRole('button', { name: 'Live' });
	await expect.poll(() => liveButton.getAttribute('aria-pressed')).toBe('true');
	await expect
		.poll(() =>
			page
				.getByRole('navigation')
				.getByRole('link', { name: 'Watch' })
				.getAttribute('aria-current'),
		)
		.toBe('page');

	// Zooms by key, and back.
	await page.keyboard.press('+');
	await page.getByRole('button', { name: 'Show the whole picture' }).waitFor();
	await page.keyboard.press('0');
	await page.getByRole('button', { name: 'Show the whole picture' }).waitFor({ state: 'detached' });

	// What is needed while watching is on the first screen, on a phone and on a laptop.
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	const fold = page.getByRole('navigation', { name: 'Main' });
	for (const viewport of [
		{ width: 1280, height: 800 },
		{ width: 360, height: 800 },
	]) {
		await page.setViewportSize(viewport);
		const endsAt = async () => {
			const { y, height } = (await slider.boundingBox())!;
			return y + height;
		};
		const foldAt = async () =>
			viewport.width < 900 ? (await fold.boundingBox())!.y : viewport.height;
		await expect.poll(async () => (await endsAt()) <= (await foldAt())).toBe(true);
		for (const name of ['Save picture', 'Full screen', 'Back 10 seconds']) {
			const { y, height } = (await page.getByRole('button', { name }).boundingBox())!;
			expect(y + height, name).toBeLessThanOrEqual(await foldAt());
		}
	}

	// A finger that moves back from live keeps the ribbon, where it was, and sees saved footage.
	const before = (await slider.boundingBox())!;
	const hand = { x: before.x + before.width / 2, y: before.y + before.height / 2 };
	await page.mouse.move(hand.x, hand.y);
	await page.mouse.down();
	// No farther than there is footage.
	for (let step = 1; step <= 12; step += 1) await page.mouse.move(hand.x + step, hand.y);
	await expect.poll(() => playerRegion(page).getAttribute('data-path')).toBe(null);
	await expect.poll(() => slider.boundingBox()).toEqual(before);
	const heldMs = Number(await slider.inputValue());
	await page.mouse.move(hand.x + 16, hand.y);
	await expect.poll(async () => Number(await slider.inputValue())).toBeLessThan(heldMs);
	await page.mouse.up();
	await shownWallMs(page);
	await liveButton.click();
	await live.waitFor();

	// Held sideways, the picture is the page; what lies over it goes, but not from the keyboard.
	await page.setViewportSize({ width: 800, height: 360 });
	const pane = page.getByRole('img', { name: 'Picture of Hall' });
	await expect
		.poll(async () => pane.boundingBox())
		.toEqual({ x: 0, y: 0, width: 800, height: 360 });
	const seen = () =>
		page
			.getByRole('button', { name: 'Save picture' })
			.evaluate((one) => one.checkVisibility({ opacityProperty: true }));
	await expect.poll(seen).toBe(false);
	await page.keyboard.press('Tab');
	await expect.poll(seen).toBe(true);
	const more = page.getByRole('button', { name: 'Camera settings' });
	await more.click();
	await page.getByRole('dialog', { name: 'Camera settings' }).waitFor();
	await page.keyboard.press('Escape');
	await page.getByRole('dialog').waitFor({ state: 'detached' });
	await expect.poll(() => more.evaluate((one) => one === document.activeElement)).toBe(true);
	await page.setViewportSize({ width: 360, height: 800 });

	// Moving back on the ribbon shows saved footage; Live returns to the lens.
	await slider.focus();
	await page.keyboard.press('Home');
	await live.waitFor({ state: 'detached' });
	const startMs = ((await storedRuns(page))[0]?.startUs ?? 0) / 1000;
	await expect.poll(() => shownWallMs(page)).toBeLessThan(startMs + 1000);
	const firstMs = await shownWallMs(page);
	expect(page.url()).toContain('?saved');
	await liveButton.click();
	await live.waitFor();
	expect(page.url()).not.toContain('?saved');
	await page.getByRole('button', { name: 'Back 10 seconds' }).click();
	await live.waitFor({ state: 'detached' });
	await expect.poll(() => shownWallMs(page)).toBeGreaterThan(firstMs - 1);
	await liveButton.click();
	await live.waitFor();
	await page.getByRole('button', { name: 'Full screen' }).click();
	await page.getByRole('button', { name: 'Exit full screen' }).click();
	await page.getByRole('button', { name: 'Full screen' }).waitFor();

	// Saved footage opens as before, live or not.
	await openSaved(page, relay.address);
	await expect.poll(() => playerRegion(page).getAttribute('data-path')).toBe(null);
	expect(errors).toEqual([]);
});

test('LV11, LV12 a lens that stalls is never shown as live: blurred, with its age in words', async () => {
	context = await newContext();
	await withPuppetCamera(context);
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	await openByMenu(page, 'Watch');
	const tile = page.getByRole('article');
	await tile.getByText('Live', { exact: true }).waitFor();
	await controlPuppet(page, 'freeze');
	await tile.getByText(/^\d+ s old/).waitFor();
	await expect
		.poll(async () => Number(await tile.getAttribute('data-age-ms')), { timeout: 15_000 })
		.toBeGreaterThanOrEqual(5000);
	expect(await tile.getByRole('img').evaluate((node) => getComputedStyle(node).filter)).toContain(
		'blur',
	);

	// Not in picture-in-picture either.
	await controlPuppet(page, 'thaw');
	await tile.getByRole('link').first().click();
	await page.locator('[data-state="live"]').waitFor();
	await page.getByRole('button', { name: 'Small window' }).click();
	const there = () => page.evaluate(() => document.pictureInPictureElement !== null);
	await expect.poll(there).toBe(true);
	await controlPuppet(page, 'freeze');
	await page.locator('[data-state="stale"]').waitFor();
	await expect.poll(there).toBe(false);
	const small = page.getByRole('button', { name: 'Small window' });
	await expect.poll(() => small.isDisabled()).toBe(true);
});

test('a camera that is off says so, and its page shows its saved footage', async () => {
	context = await newContext();
	const page = await context.newPage();
	await page.goto(`${relay.address}/watch`);
	await page.getByText('There are no cameras in this home yet.').waitFor();
	await expect
		.poll(() => page.getByRole('link', { name: 'Pair a device' }).getAttribute('href'))
		.toBe('/pair');
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 3);
	await stopRecording(page);
	await openByMenu(page, 'Watch');
	const tile = page.getByRole('article');
	await tile.getByText('This camera is off.').waitFor();
	await tile.getByRole('link').first().click();
	await shownWallMs(page);
	expect(await page.getByRole('button', { name: 'Live' }).count()).toBe(0);
	// The address without `?saved` as well: there is nothing live to show.
	await page.goto(page.url().replace('?saved', ''));
	await shownWallMs(page);
	expect(page.url()).toContain('?saved');
});

test('Devices: this device alone is the owner, can be renamed, and cannot be removed', async () => {
	context = await newContext({ viewport: { width: 360, height: 800 } });
	const page = await context.newPage();
	await page.goto(`${relay.address}/settings/devices`);
	await page.waitForURL('**/settings/devices');
	const devices = page.getByRole('region', { name: 'Devices' });
	await devices.getByText('is not in a home yet').waitFor();
	await becomeCamera(page, relay.address);
	await openByMenu(page, 'More');
	await page.getByRole('main').getByRole('link', { name: 'Devices' }).click();
	const rows = devices.getByRole('listitem');
	await rows.getByText('This device').waitFor();
	await expect.poll(() => rows.count()).toBe(1);
	await expect
		.poll(() => devices.getByRole('link', { name: 'Pair a device' }).getAttribute('href'))
		.toBe('/pair');
	await rows.getByRole('link').click();
	const self = page.getByRole('region', { name: 'This device' });
	await self.getByText('Owner, and camera').waitFor();
	expect(await page.getByRole('button', { name: 'Remove' }).count()).toBe(0);
	const change = self.getByRole('button', { name: 'Change' });
	await change.click();
	await self.getByRole('textbox', { name: 'Name' }).fill('Workshop');
	await page.keyboard.press('Enter');
	await self.getByRole('heading', { name: 'Workshop' }).waitFor();
	await self.getByText('Renamed.').waitFor();
	// The focus is where it was before.
	await expect.poll(() => change.evaluate((node) => node === document.activeElement)).toBe(true);
	// Back to the list, and to the sections.
	await page.getByRole('link', { name: 'Devices', exact: true }).click();
	await rows.getByText('Workshop').waitFor();
	await page.getByRole('link', { name: 'Settings' }).click();
	await page.getByRole('link', { name: 'Language & look' }).click();
	await page.getByLabel('Language').waitFor();
});

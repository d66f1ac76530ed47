import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playerRegion,
	startRecording,
} from './support/user-steps.ts';
import { controlPuppet, withPuppetCamera } from './support/puppet-camera.ts';
import { waitForSegments } from './support/stored-footage.ts';

let relay: Relay;
let context: BrowserContext | undefined;

beforeAll(async () => {
	relay = await startRelay();
});
afterEach(async () => {
	await context?.close();
	context = undefined;
});
afterAll(async () => {
	await relay.stop();
});

test('guard mode: black, woken by a touch that presses nothing, left by holding; a covered lens is reported and listed', async () => {
	context = await newContext({ viewport: { width: 360, height: 800 } });
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	await page.getByRole('button', { name: 'Guard mode' }).click();
	await controlPuppet(page, 'cover');
	const guard = page.getByRole('dialog', { name: 'Guard mode' });
	const leave = guard.getByRole('button', { name: 'Hold to leave guard mode' });
	const background = () => guard.evaluate((node) => getComputedStyle(node).backgroundColor);
	const panel = () => leave.evaluate((node) => getComputedStyle(node.parentElement!).opacity);
	await expect.poll(() => panel()).toBe('1');
	// GM1, GM2, GM4
	await expect.poll(panel, { timeout: 15_000 }).toBe('0');
	await expect.poll(() => background()).toBe('rgb(0, 0, 0)');
	await expect.poll(() => guard.getByText('REC', { exact: true }).isVisible()).toBe(true);
	expect(
		await page.locator('figure video').evaluate((node) => 'srcObject' in node && node.srcObject),
	).toBe(null);
	// GM5: waking it, or a short press, does not leave guard mode.
	const { x, y, width, height } = (await leave.boundingBox())!;
	await page.mouse.click(x + width / 2, y + height / 2);
	await expect.poll(panel).toBe('1');
	await page.mouse.click(x + width / 2, y + height / 2);
	await expect.poll(() => guard.isVisible()).toBe(true);
	// EV6, EV9
	await guard.getByText('something may be covering the lens').waitFor({ timeout: 40_000 });
	// It may be dark again by now, and then a press only wakes it.
	await page.mouse.click(x + width / 2, y + height / 2);
	await page.mouse.down();
	await guard.waitFor({ state: 'detached' });
	await page.mouse.up();
	await page.getByRole('alert').filter({ hasText: 'something may be covering the lens' }).waitFor();
	await controlPuppet(page, 'uncover');
	await page
		.getByRole('alert')
		.filter({ hasText: 'covering the lens' })
		.waitFor({ state: 'detached', timeout: 20_000 });
	// GM5 by keyboard and GM6.
	await page.getByRole('button', { name: 'Guard mode' }).click();
	await page.keyboard.down('Enter');
	await guard.waitFor({ state: 'detached' });
	await page.keyboard.up('Enter');
	// A screen reader's click has neither pointer nor key events.
	await page.getByRole('button', { name: 'Guard mode' }).click();
	await leave.evaluate((node) => (node as HTMLButtonElement).click());
	await guard.waitFor({ state: 'detached' });

	await openSaved(page, relay.address);
	const event = page.getByRole('button', { name: 'The lens was covered' });
	await event.click();
	const from = (await event.innerText()).slice(0, 8);
	await expect
		.poll(async () => {
			const ms = Number(await playerRegion(page).getAttribute('data-wall-ms'));
			return page.evaluate((at) => new Date(at).toTimeString().slice(0, 8), ms);
		})
		.toBe(from);
	expect(errors).toEqual([]);
});

test('GO1 a camera that cannot resume by itself asks for help first, on both pages', async () => {
	context = await newContext();
	await withPuppetCamera(context);
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	await context.addInitScript(() => {
		const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		navigator.mediaDevices.getUserMedia = (wish) =>
			sessionStorage.getItem('allowed') === null
				? Promise.reject(new DOMException('no', 'NotAllowedError'))
				: open(wish);
	});
	await page.goto(relay.address);
	const goOn = page.getByRole('button', { name: 'Resume recording' });
	await goOn.waitFor({ timeout: 20_000 });
	await page.getByText('nothing has been saved since').waitFor();
	await page.getByRole('link', { name: /^This (computer|phone) is not saving/ }).click();
	await goOn.waitFor();
	await page.evaluate(() => sessionStorage.setItem('allowed', 'yes'));
	await goOn.click();
	await goOn.waitFor({ state: 'detached', timeout: 10_000 });
	await waitForSegments(page, 3);
});

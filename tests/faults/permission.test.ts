import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playFor,
	startRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

async function setCamera(page: Page, setting: 'granted' | 'denied'): Promise<void> {
	// The session must stay open: its settings are lost with it.
	const session = await context.newCDPSession(page);
	await session.send('Browser.setPermission', {
		permission: { name: 'camera' },
		setting,
		origin: new URL(relay.address).origin,
	});
}

test('RC36 a denied camera is reported with a way to continue, and works by itself once it is allowed', async () => {
	context = await launchChromium({ camera: 'refused', full: true });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(relay.address);
	await setCamera(page, 'denied');
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	const alert = page.getByRole('alert').first();
	await alert.waitFor({ timeout: 20_000 });
	await expect.poll(() => alert.innerText()).toMatch(/allow/i);
	await setCamera(page, 'granted');
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	expect(errors).toEqual([]);
});

test('RC35 RC36 a camera denied by the system: the message names the system, and returning to the page is enough', async () => {
	context = await launchChromium({ full: true });
	await context.addInitScript(() => {
		const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
		let refused = true;
		Object.assign(window, { allow: () => (refused = false) });
		navigator.mediaDevices.getUserMedia = (wish) =>
			refused
				? Promise.reject(new DOMException('Permission denied by system', 'NotAllowedError'))
				: own(wish);
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(relay.address);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	const alert = page.getByRole('alert').first();
	await alert.waitFor({ timeout: 20_000 });
	await expect
		.poll(() => alert.innerText())
		.toMatch(/system does not let the browser.*privacy settings/s);
	await page.evaluate(() => {
		(window as unknown as { allow: () => void }).allow();
		window.dispatchEvent(new Event('focus'));
	});
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	expect(errors).toEqual([]);
});

test('permission revoked during a run: the run is closed as denied and the page says so', async () => {
	context = await launchChromium({ full: true });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await setCamera(page, 'granted');
	await startRecording(page);
	await waitForSegments(page, 2);
	await setCamera(page, 'denied');
	await expect
		.poll(async () => (await storedRuns(page)).at(-1)?.ended, { timeout: 30_000 })
		.toBe('denied');
	await page.getByRole('alert').first().waitFor({ timeout: 20_000 });
	expect(await page.getByRole('status').first().innerText()).not.toMatch(/^Recording/);
	expect(errors).toEqual([]);
});

test('the permission prompt stays unanswered: saved footage plays meanwhile', async () => {
	context = await launchChromium({ full: true });
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 3);
	await page.close();
	const later = await context.newPage();
	const errors = collectPageErrors(later);
	await later.addInitScript(() => {
		navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
	});
	await openSaved(later, relay.address);
	await playFor(later, 500);
	expect(errors).toEqual([]);
});

test('no camera at all: a message, not a blank page', async () => {
	context = await launchChromium({ full: true });
	await context.addInitScript(() => {
		navigator.mediaDevices.getUserMedia = () =>
			Promise.reject(new DOMException('Requested device not found', 'NotFoundError'));
	});
	const page = await context.newPage();
	await page.goto(`${relay.address}/`);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	await page.getByRole('alert').first().waitFor({ timeout: 20_000 });
	await expect.poll(() => page.getByRole('alert').first().innerText()).toMatch(/no camera/i);
});

test('RC35 a camera that does not start: the message names possible causes', async () => {
	context = await launchChromium({ full: true });
	await context.addInitScript(() => {
		navigator.mediaDevices.getUserMedia = () =>
			Promise.reject(new DOMException('Could not start video source', 'NotReadableError'));
	});
	const page = await context.newPage();
	await page.goto(`${relay.address}/`);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	await page.getByRole('alert').first().waitFor({ timeout: 20_000 });
	await expect
		.poll(() => page.getByRole('alert').first().innerText())
		.toMatch(/other program.*Privacy settings.*switch.*driver/s);
});

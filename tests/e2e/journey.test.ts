import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { cameraFile } from '../fixtures/media.ts';
import {
	killBrowser,
	launchChromium,
	newContext,
	startRelay,
	temporaryFolder,
	type Relay,
} from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	openSaved,
	playerRegion,
	playFor,
	shownWallMs,
	startRecording,
	stopRecording,
	waitForRecording,
} from './support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from './support/stored-footage.ts';

let relay: Relay;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
});
afterEach(() => context.close());

const phone = { width: 360, height: 800 };

test('a new user: opens the link, allows the camera, records, and sees saved footage play within 60 s', async () => {
	context = await launchChromium({
		viewport: phone,
		fakeCameraFile: cameraFile(),
		more: { serviceWorkers: 'allow' },
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	const openedMs = Date.now();
	await becomeCamera(page, relay.address);
	// Shown before recording: what this browser can and cannot promise.
	await page.getByRole('heading', { name: 'What this browser can and cannot do' }).waitFor();
	await page.getByText('stays there').first().waitFor();
	await expect
		.poll(() => page.getByRole('switch', { name: 'Record sound' }).isChecked())
		.toBe(false);
	await startRecording(page);
	const preview = page.getByLabel('What the camera sees');
	const restarts = await preview.evaluateHandle((video) => {
		const counted = { times: 0 };
		video.addEventListener('emptied', () => (counted.times += 1));
		return counted;
	});
	await waitForSegments(page, 3);
	expect(await restarts.evaluate(({ times }) => times), 'the preview begins anew').toBe(0);
	await openSaved(page, relay.address);
	await playFor(page, 1000);
	expect(Date.now() - openedMs).toBeLessThan(60_000);
	await expect.poll(() => playerRegion(page).getAttribute('data-state')).toMatch(/playing|paused/);
	// Recording continued during navigation, or resumed after a reload.
	await page.getByRole('link', { name: /This computer is recording/ }).waitFor();
	expect(errors).toEqual([]);
});

test('settings are remembered', async () => {
	context = await newContext({ viewport: phone });
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await page.getByRole('combobox', { name: 'Quality' }).selectOption('low');
	await page.getByRole('switch', { name: 'Record sound' }).click();
	await page.getByRole('textbox', { name: /name/i }).fill('Workshop');
	await page.getByRole('textbox', { name: /name/i }).blur();
	await startRecording(page);
	await waitForSegments(page, 3);
	const run = (await storedRuns(page)).at(-1);
	expect(run?.mime).toMatch(/opus/);
	await stopRecording(page);
	await page.reload();
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => page.getByRole('combobox', { name: 'Quality' }).inputValue()).toBe('low');
	await expect
		.poll(() => page.getByRole('switch', { name: 'Record sound' }).isChecked())
		.toBe(true);
	await expect
		.poll(() => page.getByRole('textbox', { name: /name/i }).inputValue())
		.toBe('Workshop');
});

test('navigation inside the app does not interrupt the recording', async () => {
	context = await newContext({ viewport: phone });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	for (const name of ['Watch', 'More', 'Saved', 'Record']) {
		await openByMenu(page, name);
		const before = (await storedRuns(page)).at(-1)?.lastSeq ?? 0;
		await waitForSegments(page, before + 1);
	}
	await stopRecording(page);
	const runs = await storedRuns(page);
	expect(runs).toHaveLength(1);
	if (runs[0]) await verifyChain(page, runs[0]);
	expect(errors).toEqual([]);
});

test('after a kill and a pause recording resumes, and the gap is drawn with its reason', async () => {
	const profile = temporaryFolder();
	context = await launchChromium({ profile, viewport: phone, more: { serviceWorkers: 'allow' } });
	let page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 4);
	await killBrowser(context);

	context = await launchChromium({ profile, viewport: phone, more: { serviceWorkers: 'allow' } });
	page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(`${relay.address}/camera`);
	await waitForRecording(page);
	const [first, second] = await waitForSegments(page, 3);
	await stopRecording(page);
	expect(first?.ended).toBe('interrupted');
	await openSaved(page, relay.address);
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/\d\d:\d\d:\d\d/);
	// A seek into the gap lands behind it, with the reason for the gap.
	const gapMs = ((first?.endUs ?? 0) + (second?.startUs ?? 0)) / 2000;
	await slider.evaluate((input: HTMLInputElement, ms) => {
		input.step = '1';
		input.value = String(ms);
		input.dispatchEvent(new Event('input', { bubbles: true }));
	}, Math.round(gapMs));
	await page.locator('.gap', { hasText: /Nothing recorded from .*browser closed/ }).waitFor();
	await expect
		.poll(() => shownWallMs(page), { timeout: 10_000 })
		.toBeGreaterThanOrEqual((second?.startUs ?? 0) / 1000 - 100);
	expect(errors).toEqual([]);
});

test('RC22 the camera’s page is left before anything was read: the lens stays off', async () => {
	context = await newContext({ viewport: phone });
	await context.addInitScript(() => {
		const { mediaDevices } = navigator;
		const held = Promise.withResolvers<null>();
		const asked: unknown[] = [];
		Object.assign(window, { asked, release: () => held.resolve(null) });
		const look = indexedDB.databases.bind(indexedDB);
		indexedDB.databases = () => held.promise.then(look);
		const open = mediaDevices.getUserMedia.bind(mediaDevices);
		mediaDevices.getUserMedia = (wish) => {
			asked.push(wish);
			return open(wish);
		};
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(`${relay.address}/camera`);
	await page.getByRole('link', { name: 'More' }).click();
	await page.waitForURL('**/more');
	await page.evaluate('release()');
	await page.getByRole('link', { name: 'Settings' }).click();
	await page.getByRole('link', { name: 'About', exact: true }).click();
	await page.locator('#install').waitFor({ timeout: 20_000 });
	const names = () =>
		page.evaluate(() => indexedDB.databases().then((all) => all.map(({ name }) => name)));
	await expect.poll(names).toContain('spycam-preferences');
	// Nor did the device become a camera.
	const main = page.getByRole('navigation', { name: 'Main' });
	await main.getByRole('link', { name: 'Watch' }).click();
	await page.getByText('There are no cameras in this home yet.').waitFor({ timeout: 10_000 });
	expect(await page.evaluate('asked')).toEqual([]);
	await main.getByRole('link', { name: 'Record' }).click();
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	expect(await page.evaluate('asked.length')).toBe(1);
	expect(errors).toEqual([]);
});

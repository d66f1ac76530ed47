import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
	playerRegion,
	startRecording,
} from './support/user-steps.ts';
import { waitForLivePath, expectMovingPicture } from './support/live-steps.ts';

/** Cameras and viewers without WebCodecs (Chromium with it removed), over the real relay. */

let relay: Relay;
let cameras: BrowserContext;
let camera: Page;
let viewers: BrowserContext;
const errors: string[][] = [];

const without = (...names: readonly string[]) => ({
	content: names.map((name) => `Reflect.deleteProperty(window, '${name}');`).join('\n'),
});
const age = async (page: Page) => Number(await playerRegion(page).getAttribute('data-age-ms'));

beforeAll(async () => {
	relay = await startRelay();
	cameras = await newContext();
	camera = await cameras.newPage();
	errors.push(collectPageErrors(camera));
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	viewers = await newContext();
	await pairByLink(camera, await viewers.newPage(), relay, 'Kitchen');
	await opened();
	await camera.getByRole('switch', { name: 'Record sound' }).click();
}, 300_000);
afterAll(async () => {
	await viewers.close();
	await cameras.close();
	await relay.stop();
	expect(errors.flat()).toEqual([]);
});

async function opened(): Promise<void> {
	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
}

/** Watches through the relay, and counts the audio played. */
async function visit(...missing: readonly string[]): Promise<Page> {
	await Promise.all(viewers.pages().map((one) => one.close()));
	const page = await viewers.newPage();
	await page.addInitScript(without(...missing));
	await page.addInitScript(() => {
		const heard = { seconds: 0 };
		const { createBufferSource } = AudioContext.prototype as unknown as {
			createBufferSource: (this: AudioContext) => AudioBufferSourceNode;
		};
		AudioContext.prototype.createBufferSource = function () {
			const made = createBufferSource.call(this);
			made.onended = () => {
				heard.seconds += made.buffer?.duration ?? 0;
			};
			return made;
		};
		Object.assign(window, { heard });
	});
	errors.push(collectPageErrors(page));
	await page.goto(`${relay.address}/watch`);
	await page.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	await page.getByText('Always through the relay').click({ timeout: 30_000 });
	await waitForLivePath(page, 'relayed');
	return page;
}

const feeds = (page: Page) => page.locator('video[data-feed]');

test('LV17 a viewer without VideoDecoder plays the relayed picture with MediaSource, within the age limit', async () => {
	const page = await visit('VideoDecoder');
	await expect.poll(() => feeds(page).count()).toBe(1);
	await expectMovingPicture(page);
	await expect.poll(() => age(page), { timeout: 30_000 }).toBeLessThan(1500);
	expect(await page.getByText('About 2 s behind').count()).toBe(0);
});

test('LV16 a viewer at the relay hears the camera once it asks for sound', async () => {
	const page = await visit();
	expect(await feeds(page).count()).toBe(0);
	const heard = () =>
		page.evaluate(() => (window as unknown as { heard: { seconds: number } }).heard.seconds);
	await expectMovingPicture(page);
	expect(await heard()).toBe(0);
	const sound = page.getByRole('button', { name: 'Sound' });
	await sound.click();
	await expect.poll(heard, { timeout: 30_000 }).toBeGreaterThan(1);
	await sound.click();
	const before = await heard();
	await expectMovingPicture(page);
	await expectMovingPicture(page);
	expect((await heard()) - before).toBeLessThan(0.5);
});

test('LV15 LV17 a camera without VideoEncoder sends fragments, recording or not, and the viewer shows the delay', async () => {
	await cameras.addInitScript(without('VideoEncoder'));
	await opened();
	for (const records of [false, true]) {
		if (records) await startRecording(camera);
		const page = await visit();
		// Parts that the relay still has may be shown first, with their age.
		await feeds(page).waitFor({ state: 'attached' });
		await page.getByText('About 2 s behind').waitFor();
		await expectMovingPicture(page);
		await expect.poll(() => age(page), { timeout: 30_000 }).toBeLessThan(3000);
		await page.getByRole('button', { name: 'Sound' }).click();
		const heard = () => feeds(page).evaluate((one: HTMLVideoElement) => [one.muted, one.paused]);
		await expect.poll(heard, { timeout: 30_000 }).toEqual([false, false]);
		await expectMovingPicture(page);
		await expect.poll(() => age(page), { timeout: 30_000 }).toBeLessThan(5000);
	}
});

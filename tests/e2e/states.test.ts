import { rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	playerRegion,
	startRecording,
	stopRecording,
} from './support/user-steps.ts';
import { waitForLivePath } from './support/live-steps.ts';

/** A camera that records, and a viewer that once opened Record. */
let relay: Relay;
let data: string;
let cameras: BrowserContext;
let viewers: BrowserContext;
let camera: Page;
let viewer: Page;
const errors: string[][] = [];

beforeAll(async () => {
	// The relay restarts with its data.
	data = temporaryFolder();
	relay = await startRelay({ data });
	[cameras, viewers] = [await newContext(), await newContext({ more: { hasTouch: true } })];
	[camera, viewer] = [await cameras.newPage(), await viewers.newPage()];
	errors.push(collectPageErrors(camera), collectPageErrors(viewer));
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	await becomeCamera(viewer, relay.address);
	await pairByLink(camera, viewer, relay, 'Kitchen');
	await atCamera();
}, 300_000);
afterAll(async () => {
	await Promise.all([viewers.close(), cameras.close(), relay.kill()]);
	rmSync(data, { recursive: true, force: true });
	expect(errors.flat()).toEqual([]);
});

async function atCamera(): Promise<void> {
	await camera.goto(`${relay.address}/camera`);
	await startRecording(camera);
}

const tile = () => viewer.getByRole('article');
const live = () => tile().and(viewer.locator('[data-state="live"]'));
const link = (name: string) => viewer.getByRole('link', { name });
/** Navigates inside the app, which keeps its state. */
const go = (name: string) => openByMenu(viewer, name);
const lastSeen = () => viewer.getByText(/Last seen \d\d:\d\d$/);

test('LV27 LV30 LV34 a device that opened Record and never recorded is not described as a camera', async () => {
	await viewer.goto(relay.address);
	await viewer.getByRole('heading', { name: 'Your cameras' }).waitFor();
	await tile().getByText('REC', { exact: true }).waitFor({ timeout: 60_000 });
	await link('Use this device as a camera').waitFor();
	expect(await link('Watch my cameras').count()).toBe(0);
	const said: string[] = [await viewer.locator('main').innerText()];
	await go('Watch');
	await tile().getByText('REC', { exact: true }).waitFor({ timeout: 60_000 });
	await expect.poll(() => tile().count()).toBe(1);
	said.push(await viewer.locator('main').innerText());
	await go('Devices');
	await viewer.getByRole('region', { name: 'Devices' }).getByText('Online now').waitFor();
	said.push(await viewer.locator('main').innerText());
	for (const words of said) expect(words).not.toMatch(/Not recording|Not seen yet|Recording since/);
});

test('LV32 LV33 REC stays while only the relay is gone, and follows the camera', async () => {
	const { port } = new URL(relay.address);
	await go('Watch');
	await tile().getByRole('link').first().click();
	await waitForLivePath(viewer, 'direct');
	await playerRegion(viewer).getByText('REC', { exact: true }).waitFor();
	await go('Watch');
	await live().waitFor({ timeout: 60_000 });
	await relay.kill();
	await viewer.getByText(/^The relay is offline/).waitFor({ timeout: 30_000 });
	await live().getByText('REC', { exact: true }).waitFor();
	await expect.poll(() => viewer.getByText(/relay/i).count()).toBe(1);
	await stopRecording(camera);
	await tile().getByText('Not recording').waitFor();
	expect(await tile().getByText('REC', { exact: true }).count()).toBe(0);
	relay = await startRelay({ port: Number(port), data });
	await viewer.getByText(/^The relay is offline/).waitFor({ state: 'detached', timeout: 60_000 });
});

test('LV28 LV31 LV45 LV48 a camera fills the screen; one that left has its last picture and one last-seen time, on every page and after a reload', async () => {
	await viewer.goto(`${relay.address}/watch`);
	await live().waitFor({ timeout: 60_000 });
	const box = async () => (await tile().boundingBox()) ?? { width: 0, height: 0 };
	const shown = () => viewer.evaluate(() => document.documentElement.dataset['sideways']);
	for (const [width, height, picture] of [
		[1280, 800, 1160],
		[360, 800, 360],
		[800, 360, 640],
	] as const) {
		await viewer.setViewportSize({ width, height });
		await expect.poll(async () => Math.round((await box()).width)).toBe(picture);
		expect((await box()).height).toBeLessThanOrEqual(height);
	}
	// LV48: held sideways, the controls hide; the first touch shows them and opens nothing.
	await expect.poll(shown).toBe('hidden');
	await tile().tap();
	await expect.poll(shown).toBe('shown');
	expect(viewer.url()).toBe(`${relay.address}/watch`);
	await viewer.setViewportSize({ width: 1280, height: 720 });
	await expect.poll(shown).toBe(undefined);
	await camera.close();
	await tile().getByText('Offline').waitFor({ timeout: 60_000 });
	const picture = () => tile().locator('img');
	const last = tile().getByText(/^Last picture/);
	await picture().waitFor();
	const lastAt = await last.textContent();
	// LV45: the same one after a reload.
	await viewer.reload();
	await picture().waitFor({ timeout: 30_000 });
	await expect.poll(() => last.textContent()).toBe(lastAt);
	await expect.poll(() => picture().evaluate((one) => getComputedStyle(one).opacity)).toBe('0.4');
	await tile().getByText('Offline').waitFor();
	await viewer.getByRole('link', { name: /offline since/ }).waitFor({ timeout: 60_000 });
	const at = await lastSeen().textContent();
	expect(at?.trim()).toMatch(/^Last seen \d\d:\d\d$/);
	await tile().getByRole('link').first().click();
	await playerRegion(viewer)
		.getByText(`Offline. ${at?.trim() ?? ''}`)
		.first()
		.waitFor();
	for (const path of ['/', '/settings', '/watch']) {
		await viewer.goto(relay.address + path);
		await lastSeen().first().waitFor({ timeout: 30_000 });
		expect((await lastSeen().allTextContents()).map((text) => text.trim())).toEqual([at?.trim()]);
		expect(await viewer.getByText('Not seen yet').count()).toBe(0);
	}
});

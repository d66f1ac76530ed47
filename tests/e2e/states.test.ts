import { rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
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
	[cameras, viewers] = [await newContext(), await newContext()];
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
const link = (name: string) => viewer.getByRole('link', { name });
/** Navigates inside the app, which keeps its state. */
const go = (name: string) => viewer.getByRole('navigation').getByRole('link', { name }).click();
const lastSeen = () => viewer.getByText(/Last seen \d\d:\d\d$/);

test('LV27 LV30 LV34 a device that opened Record and never recorded is not described as a camera', async () => {
	await viewer.goto(relay.address);
	await viewer.getByRole('heading', { name: 'Your cameras' }).waitFor();
	await viewer.getByRole('heading', { name: 'Devices of this home' }).waitFor({ timeout: 30_000 });
	await viewer.getByText('Recording', { exact: true }).waitFor({ timeout: 30_000 });
	const choices = viewer.getByRole('main').getByRole('list').first().getByRole('link');
	expect(await choices.allTextContents()).toEqual([
		...['Watch my cameras', 'Saved footage', 'Use this device as a camera'],
	]);
	const said: string[] = [await viewer.locator('main').innerText()];
	await link('Watch my cameras').click();
	await tile().getByText('REC', { exact: true }).waitFor({ timeout: 60_000 });
	expect(await tile().count()).toBe(1);
	said.push(await viewer.locator('main').innerText());
	await go('More');
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
	await tile().and(viewer.locator('[data-state="live"]')).waitFor({ timeout: 60_000 });
	await relay.kill();
	await viewer.getByText(/^The relay is offline/).waitFor({ timeout: 30_000 });
	expect(await tile().getAttribute('data-state')).toBe('live');
	expect(await tile().getByText('REC', { exact: true }).count()).toBe(1);
	expect(await viewer.getByText(/relay/i).count()).toBe(1);
	await stopRecording(camera);
	await tile().getByText('Not recording').waitFor();
	expect(await tile().getByText('REC', { exact: true }).count()).toBe(0);
	relay = await startRelay({ port: Number(port), data });
	await viewer.getByText(/^The relay is offline/).waitFor({ state: 'detached', timeout: 60_000 });
});

test('LV28 LV31 a camera that left has one last-seen time, on every page and after a reload', async () => {
	await camera.close();
	await viewer.goto(`${relay.address}/watch`);
	await tile().getByText('Offline').waitFor({ timeout: 60_000 });
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

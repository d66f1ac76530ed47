import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, newContext, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	collectPageErrors,
	openSaved,
	playFor,
	startRecording,
	waitForRecording,
	shownWallMs,
	stopRecording,
} from './support/user-steps.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';
import { waitForLivePath, expectMovingPicture } from './support/live-steps.ts';

/** A device without a camera: the test picture end to end, and the check of that device. */

let relay: Relay;
let device: BrowserContext;
let camera: Page;
let viewers: BrowserContext;
const errors: string[][] = [];

beforeAll(async () => {
	relay = await startRelay();
	device = await launchChromium({ args: ['--use-fake-device-for-media-stream=device-count=0'] });
	camera = await device.newPage();
	viewers = await newContext();
	errors.push(collectPageErrors(camera));
}, 120_000);
afterAll(async () => {
	await viewers.close();
	await device.close();
	await relay.stop();
	expect(errors.flat()).toEqual([]);
});

/** The scratch databases of the check, as the browser lists them. */
const scratch = (page: Page) =>
	page.evaluate(async () =>
		(await indexedDB.databases())
			.map(({ name }) => name ?? '')
			.filter((name) => name.startsWith('spycam-check')),
	);
const line = (page: Page, trial: string) => page.locator(`[data-trial="${trial}"]`);
const report = (page: Page) => page.getByRole('region', { name: 'Report', exact: true }).last();

test('RC23 RC25 without a camera the test picture is offered, recorded, seen live by both paths, and labelled', async () => {
	await camera.goto(relay.address);
	await camera.getByRole('link', { name: 'Use this device as a camera' }).click();
	await camera.getByText('No camera was found.').waitFor({ timeout: 20_000 });
	expect(await camera.getByText('This is the test picture').count()).toBe(0);
	await camera.getByRole('button', { name: 'Try it with a test picture' }).click();
	await camera.getByText('This is the test picture. No camera is on.').waitFor();
	await camera.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2);
	await expectMovingPicture(camera);
	await openHome(camera, relay);
	const viewer = await viewers.newPage();
	errors.push(collectPageErrors(viewer));
	await pairByLink(camera, viewer, relay, 'Kitchen');
	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('textbox', { name: /name/i }).fill('Hall');
	await camera.getByRole('textbox', { name: /name/i }).blur();
	await startRecording(camera);

	await viewer.goto(`${relay.address}/watch`);
	await viewer.getByRole('article', { name: 'Hall' }).getByRole('link').first().click();
	await waitForLivePath(viewer, 'direct');
	await viewer.getByText('This is the test picture. No camera is on.').waitFor();
	await expectMovingPicture(viewer);
	await viewer.getByText('Always through the relay').click();
	await waitForLivePath(viewer, 'relayed');
	await expectMovingPicture(viewer);
	await viewer.close();

	await waitForSegments(camera, 4);
	await stopRecording(camera);
	await openSaved(camera, relay.address);
	await camera.getByText('Test picture: no camera was on').waitFor();
	await playFor(camera, 1000);
	await shownWallMs(camera);
	await camera.locator('.when').getByText('Test picture').waitFor();
});

test('DC1 DC2 DC3 DC6 the check records, plays, reports in words, leaves nothing, and its report has nothing private', async () => {
	const before = await storedRuns(camera);
	await camera.goto(`${relay.address}/help`);
	await camera.getByRole('link', { name: 'Check this device' }).click();
	await camera.getByText('Also check the microphone').click();
	expect(await scratch(camera)).toEqual([]);
	await camera.getByRole('button', { name: 'Check with a test picture' }).click();
	await report(camera).waitFor({ timeout: 60_000 });
	const trials = ['lens', 'record', 'key-frames', 'sound', 'seal', 'store', 'open', 'play'];
	for (const trial of [...trials, 'live', 'decode', 'connect', 'keys', 'codecs', 'removed']) {
		await expect
			.poll(() => line(camera, trial).getAttribute('class'), { message: trial })
			.toContain('yes');
	}
	expect(await scratch(camera)).toEqual([]);
	expect(await storedRuns(camera)).toEqual(before);

	const text = await report(camera).innerText();
	expect(text.split('\n').length).toBeGreaterThan(20);
	const ids = before.flatMap((run) => [run.camera, run.runId]);
	const { host } = new URL(relay.address);
	for (const secret of [...ids, 'Hall', 'Kitchen', 'spycam', host, 'localhost', '127.0.0.1']) {
		expect(text).not.toContain(secret);
	}
	expect(text).not.toMatch(/[\da-f]{16}|[\w-]{40}|\d+\.\d+\.\d+\.\d+|fake|https?:/i);
	await device.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: relay.address });
	await camera.getByRole('button', { name: 'Copy the report' }).click();
	await camera.getByText('Copied.').waitFor();
	await expect.poll(() => camera.evaluate(() => navigator.clipboard.readText())).toBe(text);
});

test('DC1 DC3 cancelled, or interrupted by the end of its tab, it leaves nothing', async () => {
	await camera.getByRole('button', { name: 'Check with a test picture' }).click();
	await expect.poll(() => scratch(camera)).toHaveLength(2);
	await camera.getByRole('button', { name: 'Cancel' }).click();
	await camera.getByRole('button', { name: 'Check with a test picture' }).waitFor();
	expect(await scratch(camera)).toEqual([]);

	await camera.getByRole('button', { name: 'Check with a test picture' }).click();
	await expect.poll(() => scratch(camera)).toHaveLength(2);
	await camera.close();
	camera = await device.newPage();
	errors.push(collectPageErrors(camera));
	await camera.goto(`${relay.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor();
	await expect.poll(() => scratch(camera), { timeout: 20_000 }).toEqual([]);
});

test('DC4 while this device records, the check reads what is saved and disturbs nothing', async () => {
	await startRecording(camera);
	await waitForSegments(camera, 4);
	const runs = (await storedRuns(camera)).length;
	await camera.getByRole('link', { name: 'Check this device' }).click();
	await camera.getByText('This camera is recording.').waitFor();
	await camera.getByRole('button', { name: 'Check', exact: true }).click();
	await report(camera).waitFor({ timeout: 60_000 });
	for (const trial of ['record', 'key-frames', 'open', 'play', 'keys']) {
		await expect
			.poll(() => line(camera, trial).getAttribute('class'), { message: trial })
			.toContain('yes');
	}
	await expect.poll(() => line(camera, 'lens').innerText()).toContain('this camera is recording');
	expect(await scratch(camera)).toEqual([]);
	await camera.goBack();
	await waitForRecording(camera);
	expect(await storedRuns(camera)).toHaveLength(runs);
});

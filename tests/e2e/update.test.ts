import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { buildInto } from '#setup/build.js';
import { digestOfSources } from '#setup/digest.js';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	shownWallMs,
	startRecording,
	stopRecording,
	waitForRecording,
	waitForServiceWorker,
} from './support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from './support/stored-footage.ts';

const folder = temporaryFolder();
/** The old version is the build that all tests use: a build takes 13 s of CPU. */
const versions = { old: join(import.meta.dirname, '../../build'), new: join(folder, 'new') };
const oldVersion = digestOfSources().slice(0, 12);
let relay: Relay;
let context: BrowserContext;
beforeAll(() => {
	buildInto(versions.new, 'version-new');
	// The player's chunk, which the tests load late: otherwise no version could miss a chunk.
	expect(playerOf('old')).toMatch(/^\d+\.[\w-]+\.js$/);
	expect(playerOf('old')).not.toBe(playerOf('new'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
	await context.close();
	await relay.kill();
});

/** Restarts the server at the same address with the other version. */
async function deploy(version: keyof typeof versions): Promise<void> {
	const port = Number(new URL(relay.address).port);
	await relay.kill();
	relay = await startRelay({ port, args: ['--app', versions[version]] });
}

async function begin(): Promise<Page> {
	relay = await startRelay({ args: ['--app', versions.old] });
	context = await newContext({ more: { serviceWorkers: 'allow' } });
	return context.newPage();
}

/** As the browser itself does from time to time. */
async function checkForUpdate(page: Page): Promise<void> {
	await page.evaluate(async () => {
		await (await navigator.serviceWorker.getRegistration())?.update();
	});
}

/** The browser's HTTP cache would hide what the service worker no longer has. */
async function forgetCache(page: Page): Promise<void> {
	await (await context.newCDPSession(page)).send('Network.clearBrowserCache');
}

/** The chunk of the last screen by path, `/watch/[camera]`. */
function playerOf(version: keyof typeof versions): string {
	const parts = readdirSync(join(versions[version], '_app/immutable/nodes'));
	return parts.toSorted((a, b) => parseInt(b) - parseInt(a))[0] ?? '';
}

/** The version that runs in this page. */
async function running(page: Page): Promise<string | null> {
	return page.locator('html').getAttribute('data-version');
}

async function mark(page: Page): Promise<void> {
	await page.evaluate(() => Object.assign(window, { sameDocument: true }));
}
const isSame = (page: Page) => page.evaluate(() => 'sameDocument' in window);
const notice = (page: Page) => page.getByText('A new version is ready.');
const update = (page: Page) => page.getByRole('button', { name: 'Update', exact: true });

/** Presses Update, unless the new page is already there. */
async function pressed(page: Page): Promise<string> {
	try {
		if (!(await isSame(page))) return 'another document';
		await update(page).click({ timeout: 1000 });
	} catch {
		// It is being loaded.
	}
	return 'the same document';
}

test('AP4 AP5 a new version waits, is announced, never ends a recording, and starts on request', async () => {
	const page = await begin();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await waitForServiceWorker(page);
	await expect.poll(() => running(page)).toBe(oldVersion);
	await startRecording(page);
	await waitForSegments(page, 2);
	await mark(page);

	await deploy('new');
	await checkForUpdate(page);
	await notice(page).waitFor({ timeout: 20_000 });
	await page.getByText('Recording continues. You can update once').waitFor();
	expect(await update(page).count()).toBe(0);
	await forgetCache(page);
	// Through all screens, some for the first time: the old version's chunks are still available.
	for (const name of ['Watch', 'Saved', 'Record']) {
		await openByMenu(page, name);
		const before = (await storedRuns(page)).at(-1)?.lastSeq ?? 0;
		await waitForSegments(page, before + 1);
	}
	expect(await page.getByText('Part of the app did not load.').count()).toBe(0);
	await waitForRecording(page);
	await stopRecording(page);
	expect(await isSame(page)).toBe(true);
	const runs = await storedRuns(page);
	expect(runs).toHaveLength(1);
	if (runs[0]) await verifyChain(page, runs[0]);

	// An ordinary reload stays with the installed version.
	await page.reload();
	await notice(page).waitFor({ timeout: 20_000 });
	await expect.poll(() => running(page)).toBe(oldVersion);
	await mark(page);
	await update(page).click();
	await page.waitForFunction(() => !('sameDocument' in window), null, { timeout: 20_000 });
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => running(page)).toBe('version-new');
	expect(await notice(page).count()).toBe(0);
	// Only once: the page that loaded stays, with the server gone, too.
	await mark(page);
	await startRecording(page);
	await waitForSegments(page, 2);
	expect(await isSame(page)).toBe(true);
	await stopRecording(page);
	await relay.kill();
	await page.reload();
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => running(page)).toBe('version-new');
	expect(errors).toEqual([]);
});

test('AP5 while another tab records, Update is refused; later only the requesting tab is reloaded', async () => {
	const camera = await begin();
	await becomeCamera(camera, relay.address);
	await waitForServiceWorker(camera);
	await startRecording(camera);
	await waitForSegments(camera, 2);
	await mark(camera);
	const other = await context.newPage();
	await other.goto(`${relay.address}/settings`);
	await other.getByRole('heading', { level: 1, name: 'Settings' }).waitFor({ timeout: 20_000 });
	await mark(other);

	await deploy('new');
	await checkForUpdate(other);
	await update(other).click({ timeout: 20_000 });
	await other.getByText('Another tab in this browser is recording.').waitFor({ timeout: 20_000 });
	expect(await isSame(other)).toBe(true);
	await expect.poll(() => running(other)).toBe(oldVersion);
	await waitForRecording(camera);

	await camera.bringToFront();
	await stopRecording(camera);
	await other.bringToFront();
	// Refused while the other tab holds the camera, or the worker timed out: press again.
	await expect
		.poll(() => pressed(other), { timeout: 90_000, interval: 1000 })
		.toBe('another document');
	await other.getByRole('heading', { level: 1, name: 'Settings' }).waitFor({ timeout: 20_000 });
	await expect.poll(() => running(other)).toBe('version-new');

	// The other tab is unchanged. It records with the old version, whose chunks are still available.
	await forgetCache(other);
	await camera.bringToFront();
	expect(await isSame(camera)).toBe(true);
	await startRecording(camera);
	await waitForSegments(camera, 2);
	await openByMenu(camera, 'Saved');
	await shownWallMs(camera);
	await expect.poll(() => running(camera)).toBe(oldVersion);
	expect(await isSame(camera)).toBe(true);
	await openByMenu(camera, 'Record');
	await stopRecording(camera);
	await update(camera).click();
	await expect.poll(() => running(camera), { timeout: 20_000 }).toBe('version-new');
});

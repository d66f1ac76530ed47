import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { SUMS_PATH, sumsFrom } from '#domain/base/sums.ts';
import { cameraFile } from '../fixtures/media.ts';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	playFor,
	shownWallMs,
	startRecording,
	stopRecording,
	waitForServiceWorker,
} from './support/user-steps.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';

const withWorker = { more: { serviceWorkers: 'allow' } } as const;

let relay: Relay;
let context: BrowserContext;
afterEach(async () => {
	await context.close();
	await relay.kill();
});

test('AP1 AP2 the server gone and the network off: every screen opens, records and plays', async () => {
	relay = await startRelay();
	context = await newContext({ fakeCameraFile: cameraFile(), ...withWorker });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await waitForServiceWorker(page);
	await relay.kill();
	await context.setOffline(true);

	await page.reload();
	await startRecording(page);
	await waitForSegments(page, 4);
	await stopRecording(page);
	for (const [path, heading] of [
		['/', 'Your cameras'],
		['/camera', 'Camera'],
		['/watch', 'Your cameras'],
		['/settings', 'Settings'],
		['/storage', 'Storage'],
	] as const) {
		await page.goto(`${relay.address}${path}`);
		await page
			.getByRole('heading', { level: 1, name: heading, includeHidden: true })
			.waitFor({ timeout: 20_000 });
	}
	// From screen to screen, each for the first time since the page loaded.
	await page.goto(relay.address);
	for (const name of ['Watch', 'Settings', 'Record', 'Saved']) await openByMenu(page, name);
	await shownWallMs(page);
	await playFor(page, 1000);
	// A new tab, and an address with a query.
	const other = await context.newPage();
	await other.goto(`${relay.address}/camera?from=shortcut`);
	await other.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
	expect(errors).toEqual([]);
});

test('AP1 a screen not visited before opens with the server gone, on the first visit too', async () => {
	relay = await startRelay();
	context = await newContext(withWorker);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(relay.address);
	await waitForServiceWorker(page);
	await relay.kill();
	await context.setOffline(true);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	await startRecording(page);
	await waitForSegments(page, 2);
	expect(errors).toEqual([]);
});

test('AP3 only the app’s own files are cached and answered', async () => {
	relay = await startRelay();
	context = await newContext(withWorker);
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await waitForServiceWorker(page);
	await startRecording(page);
	await waitForSegments(page, 3);
	await stopRecording(page);
	await openByMenu(page, 'Saved');
	await playFor(page, 500);
	const kept = await page.evaluate(async () => {
		const names = await caches.keys();
		const keys = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
		return keys.flat().map(({ url }) => new URL(url).pathname);
	});
	expect(kept.length).toBeGreaterThan(40);
	const list = readFileSync(join(import.meta.dirname, '../../build', SUMS_PATH), 'utf8');
	const own = new Set([SUMS_PATH, ...sumsFrom(list).keys()]);
	expect(kept.filter((path) => !own.has(path))).toEqual([]);
	// The server answers these itself, so without it they fail: the page must not answer them.
	await relay.kill();
	for (const path of ['/api', '/api/x', '/nothing.mp4', '/_app/immutable/nothing.js']) {
		const answered = await page.evaluate(
			(url) =>
				fetch(url).then(
					({ status }) => status,
					() => 'no answer',
				),
			path,
		);
		expect(answered, path).toBe('no answer');
	}
	for (const path of ['/api/x', '/trust']) {
		const other = await context.newPage();
		await expect(other.goto(relay.address + path)).rejects.toThrow(/ERR_/);
	}
});

test('AP6 a chunk that does not load while recording causes a notice; recording continues', async () => {
	relay = await startRelay();
	// Without a service worker every chunk comes from the server on first use.
	context = await newContext();
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	await page.evaluate(() => Object.assign(window, { sameDocument: true }));
	// A newer version was deployed: the chunks of this one are gone, and Kit would notice.
	await page.route('**/_app/immutable/**', (route) => route.fulfill({ status: 404 }));
	await page.route('**/_app/version.json', (route) =>
		route.fulfill({ json: { version: 'newer' } }),
	);
	for (const name of ['Watch', 'Settings', 'Saved']) {
		await page.getByRole('navigation').getByRole('link', { name }).click();
		await page.getByText('Part of the app did not load.').waitFor({ timeout: 20_000 });
		await page.getByText('Recording continues. Try again later.').waitFor();
		const before = (await storedRuns(page)).at(-1)?.lastSeq ?? 0;
		await waitForSegments(page, before + 1);
	}
	expect(new URL(page.url()).pathname).toBe('/camera');
	await page.unroute('**/_app/immutable/**');
	await openByMenu(page, 'Settings');
	await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor({ timeout: 20_000 });
	expect(await page.getByText('Part of the app did not load.').count()).toBe(0);
	expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
	expect(await storedRuns(page)).toHaveLength(1);
	expect(errors).toEqual([]);
});

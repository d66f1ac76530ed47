import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
} from './support/user-steps.ts';
import { waitForSegments, storedRuns } from './support/stored-footage.ts';

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

/** The value of a time field, `hours` from now. */
const hoursFromNow = (page: Page, hours: number) =>
	page.evaluate((ms) => new Date(ms).toTimeString().slice(0, 5), Date.now() + hours * 3_600_000);

test('SC1 SC4 SC6 at set times it pauses and says until when; Record now records; when away it records by itself, after a reload too', async () => {
	context = await newContext({ viewport: { width: 360, height: 800 } });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	await page.goto(`${relay.address}/settings/schedule`);
	const card = page.getByRole('region', { name: 'When to record' });
	await card.getByRole('radio', { name: /^At these times/ }).check();
	await card.getByLabel('From', { exact: true }).fill(await hoursFromNow(page, 2));
	await card.getByLabel('Until', { exact: true }).fill(await hoursFromNow(page, 4));
	await page.getByRole('link', { name: /^This computer is paused until/ }).click();
	await page.getByText(/^Paused until/).waitFor();
	await expect.poll(async () => (await storedRuns(page)).at(-1)?.ended).toBe('stopped');

	await page.getByRole('button', { name: 'Record now' }).click();
	await waitForRecording(page);
	await page.getByText(/^Recording until/).waitFor();
	await page.reload();
	await waitForRecording(page);

	await page.getByRole('link', { name: 'Change' }).click();
	await page.waitForURL('**/settings/schedule');
	await page.getByRole('link', { name: /This computer is recording/ }).waitFor();
	await card.getByRole('radio', { name: /^When I am away/ }).check();
	await page.getByRole('link', { name: /^This computer is paused/ }).waitFor();
	await page.goto(relay.address);
	await page.getByRole('button', { name: 'I am away' }).click();
	await page.getByRole('link', { name: /This computer is recording/ }).waitFor({
		timeout: 20_000,
	});
	await page.reload();
	await page.getByRole('link', { name: /This computer is recording/ }).waitFor({
		timeout: 20_000,
	});
	expect(errors).toEqual([]);
});

import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { openHome } from './support/pairing-steps.ts';
import { besideAtRelay, segmentsAtRelay, segmentsOf } from './support/relay-footage.ts';
import { storedRuns } from './support/stored-footage.ts';
import { becomeCamera, collectPageErrors } from './support/user-steps.ts';

/** Two cameras of one device, and the copy of what they saw at the relay. */
const data = temporaryFolder();
let relay: Relay;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay({ data });
	const args = ['--use-fake-device-for-media-stream=device-count=2,fps=15'];
	context = await launchChromium({ args, viewport: { width: 1280, height: 800 } });
});
afterAll(async () => {
	await context.close();
	await relay.stop();
	rmSync(data, { recursive: true, force: true });
});

/** It is there again, and so is the network: the page connects at once. */
async function restart(): Promise<void> {
	relay = await startRelay({ data, port: Number(new URL(relay.address).port) });
	await context.setOffline(true);
	await context.setOffline(false);
}
const atRelay = (page: Page) => page.getByRole('region', { name: 'At the relay' });
const status = (page: Page, text: RegExp) => page.getByRole('status').filter({ hasText: text });

/** Both cameras have at least so many segments in all. */
async function recorded(page: Page, segments: number): Promise<void> {
	const lengths = async () => {
		const byCamera = Map.groupBy(await storedRuns(page), ({ camera }) => camera);
		return [...byCamera.values()].map((runs) =>
			runs.reduce((sum, { lastSeq }) => sum + lastSeq, 0),
		);
	};
	await expect
		.poll(async () => (await lengths()).filter((length) => length >= segments).length, {
			timeout: 40_000,
		})
		.toBe(2);
}

/** Every segment of every run is in the relay's packs. */
async function expectWhole(page: Page): Promise<void> {
	const here = segmentsOf(await storedRuns(page));
	await expect.poll(() => segmentsAtRelay(data), { timeout: 30_000 }).toEqual(here);
}

test('SY20 SY10 SY25 SY35 what two cameras saw is uploaded whole: recorded offline, and to a wiped relay', async () => {
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await page.getByRole('button', { name: 'Add another camera' }).click();
	await page.getByRole('button', { name: 'Start recording' }).nth(1).waitFor();
	await openHome(page, relay);
	await page.goto(`${relay.address}/camera`);
	for (const left of [1, 0]) {
		await page.getByRole('button', { name: 'Start recording' }).first().click();
		await expect.poll(() => page.getByText(/^Recording since/).count()).toBe(2 - left);
	}
	await recorded(page, 2);
	expect(segmentsAtRelay(data).size).toBe(0);

	await page.goto(`${relay.address}/storage`);
	await atRelay(page).getByText('Never pictures, sound or names', { exact: false }).waitFor();
	await atRelay(page)
		.getByText(/^Up to .* a day/)
		.waitFor();
	await atRelay(page).getByRole('button', { name: 'Keep a copy at the relay' }).click();
	await expect
		.poll(() =>
			atRelay(page)
				.getByText(/^At the relay up to/)
				.count(),
		)
		.toBe(2);
	// RS11: an owner limits what its home may hold there, and takes that back.
	await atRelay(page).getByText('Limit for your home').click();
	const limit = atRelay(page).getByLabel('At most, in GB');
	await limit.fill('1000000');
	await limit.press('Enter');
	await atRelay(page)
		.getByText(/^Enter an amount from/)
		.waitFor();
	await limit.fill('0.5');
	await limit.press('Enter');
	await atRelay(page)
		.getByText(/of 500 MB at the relay. An owner limited your home to 500 MB there.$/)
		.waitFor();
	await atRelay(page).getByRole('button', { name: 'Remove the limit' }).click();
	await expect.poll(() => atRelay(page).getByText('An owner limited').count()).toBe(0);
	await page.goto(`${relay.address}/camera`);
	await expect.poll(() => status(page, /^At the relay up to .* · All there$/).count()).toBe(2);

	await relay.stop();
	await expect.poll(() => status(page, /Waits for the relay/).count(), { timeout: 20_000 }).toBe(2);
	const before = (await storedRuns(page)).reduce((sum, { lastSeq }) => sum + lastSeq, 0);
	await expect
		.poll(async () => (await storedRuns(page)).reduce((sum, { lastSeq }) => sum + lastSeq, 0))
		.toBeGreaterThan(before + 4);
	await restart();
	for (const left of [1, 0]) {
		await page.getByRole('button', { name: 'Stop recording' }).first().click();
		await expect.poll(() => page.getByText(/^Recording since/).count()).toBe(left);
	}
	await expectWhole(page);
	await expect.poll(() => status(page, /All there$/).count(), { timeout: 20_000 }).toBe(2);
	// SY35: who never met these cameras learns their names from the relay.
	await expect.poll(() => besideAtRelay(data, 'card'), { timeout: 20_000 }).toBe(2);

	await relay.stop();
	for (const file of globSync('footage*', { cwd: data }))
		rmSync(join(data, file), { recursive: true });
	await restart();
	await expectWhole(page);
	expect(errors).toEqual([]);
}, 120_000);

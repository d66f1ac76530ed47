import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	collectPageErrors,
	playerRegion,
	waitForRecording,
	shownWallMs,
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
afterAll(() => relay.stop());

/** Presses Tab until the focused element has this name; no sticky element may cover it. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
	for (let press = 0; press < 60; press += 1) {
		await page.keyboard.press('Tab');
		const at = await page.evaluate(() => {
			const element = document.activeElement;
			if (!(element instanceof HTMLElement) || element === document.body) return null;
			const box = element.getBoundingClientRect();
			let over = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
			while (over && !['fixed', 'sticky'].includes(getComputedStyle(over).position))
				over = over.parentElement;
			return {
				name: element.ariaLabel ?? element.textContent.trim(),
				over: over?.contains(element) === false ? over.outerHTML.slice(0, 80) : null,
				inSight: box.top >= 0 && box.bottom <= innerHeight,
			};
		});
		const found = typeof name === 'string' ? at?.name === name : name.test(at?.name ?? '');
		if (!found) continue;
		expect(at, String(name)).toMatchObject({ over: null, inSight: true });
		return;
	}
	throw new Error(`Tab never reaches "${String(name)}"`);
}

for (const viewport of [
	{ width: 360, height: 800 },
	{ width: 1280, height: 800 },
]) {
	test(`by keyboard alone, ${String(viewport.width)} px: record, stop, find a moment, save a clip, delete and undo`, async () => {
		context = await newContext({ viewport, more: { acceptDownloads: true } });
		const page = await context.newPage();
		const errors = collectPageErrors(page);
		await page.goto(relay.address);
		await page.getByRole('link', { name: 'Use this device as a camera' }).waitFor();
		await tabTo(page, 'Use this device as a camera');
		await page.keyboard.press('Enter');
		await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
		await tabTo(page, 'Start recording');
		await page.keyboard.press('Space');
		await waitForRecording(page);
		await waitForSegments(page, 14);
		await tabTo(page, 'Stop recording');
		await page.keyboard.press('Enter');
		await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
		await tabTo(page, 'Saved');
		await page.keyboard.press('Enter');
		await playerRegion(page).waitFor({ timeout: 20_000 });
		await shownWallMs(page);

		await tabTo(page, 'Timeline');
		const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
		await page.keyboard.press('End');
		const newestMs = ((await storedRuns(page)).at(-1)?.endUs ?? 0) / 1000;
		await expect.poll(() => shownWallMs(page)).toBeGreaterThan(newestMs - 1500);
		const said = await slider.getAttribute('aria-valuetext');
		await page.keyboard.press('Home');
		await expect.poll(() => shownWallMs(page)).toBeLessThan(newestMs - 10_000);
		await expect.poll(() => slider.getAttribute('aria-valuetext')).not.toBe(said);
		const firstMs = await shownWallMs(page);
		await page.keyboard.press('k');
		await expect.poll(() => shownWallMs(page), { timeout: 15_000 }).toBeGreaterThan(firstMs + 1000);
		await page.keyboard.press('k');
		await expect.poll(() => playerRegion(page).getAttribute('data-state')).not.toBe('playing');
		await page.keyboard.press('.');

		await page.keyboard.press('g');
		await page.getByRole('dialog', { name: 'Go to time' }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'detached' });

		await tabTo(page, 'Save clip');
		await page.keyboard.press('Enter');
		const dialog = page.getByRole('dialog', { name: 'Save clip' });
		await dialog.getByText(/ to .* about /).waitFor();
		await tabTo(page, 'Save');
		const [download] = await Promise.all([
			page.waitForEvent('download'),
			page.keyboard.press('Enter'),
		]);
		expect(download.suggestedFilename()).toMatch(/\.mp4$/);
		await dialog.getByRole('button', { name: 'Done' }).waitFor();
		await page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'detached' });

		await tabTo(page, 'Delete');
		await page.keyboard.press('Enter');
		await page.getByRole('dialog', { name: 'Delete footage' }).waitFor();
		await tabTo(page, /^Delete \d/);
		await page.keyboard.press('Enter');
		await page.getByText(/^Deleted: /).waitFor();
		await tabTo(page, 'Undo');
		await page.keyboard.press('Enter');
		await page.getByText('Restored.').waitFor();
		expect(errors).toEqual([]);
	});
}

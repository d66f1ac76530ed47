import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePast, PAST } from '../faults/support/full.ts';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	startRecording,
} from './support/user-steps.ts';
import { storedPages, storedRuns } from './support/stored-footage.ts';

const MIB = 2 ** 20;

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

async function storedBytes(page: Page): Promise<number> {
	return (await storedRuns(page)).reduce((sum, { bytes }) => sum + bytes, 0);
}

test('SP10 SP11 RT18 RT20 SP24 a smaller budget says what it deletes, deletes exactly that, and every number agrees', async () => {
	const openPast = await makePast();
	const context = await newContext();
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	const past = await context.newPage();
	await openPast(past, relay.address);
	// The first of three minutes is pinned; the reserve is still that of the previous budget.
	await past.evaluate((wish) => window.recordPast(wish), {
		...{ ...PAST, minutes: 3 },
		...{ useBytes: 81 * MIB, reserveBytes: 16 * MIB },
	});
	await past.close();
	await page.goto(`${relay.address}/storage`);
	const slider = page.getByRole('slider', { name: 'Space for footage' });
	await slider.focus();
	const before = await slider.getAttribute('aria-valuetext');
	await page.keyboard.press('Home');
	await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^50 MB: about \d/);
	expect(before).not.toMatch(/^50 MB/);
	const warning = page.getByText(/^\d minutes? \([\d.]+ MB\) will be deleted now/);
	await warning.waitFor();
	await page.getByLabel('Exactly, in GB').fill('much');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Enter a number from 0.05').waitFor();
	await page.getByLabel('Exactly, in GB').fill('0.2');
	await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
	await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^200 MB: /);
	expect(await warning.count()).toBe(0);
	await page.getByRole('button', { name: 'Cancel' }).click();
	await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe(before);
	await expect.poll(() => slider.evaluate((one) => one === document.activeElement)).toBe(true);

	const [bytes, pages] = [await storedBytes(page), await storedPages(page)];
	await page.getByLabel('Exactly, in GB').fill('0.05');
	const button = page.getByRole('button', { name: /^Delete [\d.]+ MB and save$/ });
	const promised = /[\d.]+ MB/.exec(await button.innerText())?.[0] ?? '';
	await page.getByText(`(${promised}) will be deleted now`).waitFor();
	await button.click();
	await page.getByText(`Saved. ${promised} deleted.`).waitFor();
	const gone = bytes - (await storedBytes(page));
	expect(`${String(Math.round(gone / 1e6))} MB`).toBe(promised);
	// The oldest unpinned minutes, and no more.
	const left = new Set((await storedPages(page)).map(({ minute }) => minute));
	expect(pages.map(({ minute }) => left.has(minute))).toEqual(pages.map((_, at) => at !== 1));

	// All places show the same space.
	const used = /^([\d.]+) MB of 50 MB$/.exec(await page.getByText(/ of 50 MB$/).innerText());
	expect(Number(used?.[1])).toBeLessThanOrEqual(50);
	const keeps = /Keeps about (.+) at today/.exec(await page.getByText(/^Keeps about/).innerText());
	await expect
		.poll(() => slider.getAttribute('aria-valuetext'))
		.toBe(`50 MB: about ${keeps?.[1] ?? ''}`);

	await page.getByLabel('Delete footage after').selectOption('7');
	await page.getByRole('button', { name: 'Save', exact: true }).click();
	await page.getByText('Saved.', { exact: true }).waitFor();
	await page.reload();
	await page.getByText(/ of 50 MB$/).waitFor();
	await expect.poll(() => page.getByLabel('Delete footage after').inputValue()).toBe('7');

	// Details are folded, and open by keyboard.
	const unpin = page
		.getByRole('region', { name: 'Pinned' })
		.getByRole('button', { name: /^Unpin/ });
	await expect.poll(() => unpin.isVisible()).toBe(false);
	await page.locator('summary', { hasText: 'Pinned' }).press('Enter');
	await unpin.waitFor();

	// While recording, the line at the top as well.
	await page.goto(`${relay.address}/camera`);
	await startRecording(page);
	await openByMenu(page, 'Storage');
	const told = async () => {
		const text = await page.locator('body').innerText();
		return [/Keeps about (.+) at today/, /· Keeps about ([^·\n]+)/].map(
			(one) => one.exec(text)?.[1],
		);
	};
	await expect.poll(async () => new Set(await told()).size, { timeout: 20_000 }).toBe(1);
	expect((await told())[0]).toMatch(/\d/);
	expect(errors).toEqual([]);
	await context.close();
});

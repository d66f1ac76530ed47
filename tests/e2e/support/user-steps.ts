import type { Page } from 'playwright-core';

/** What a user does and reads, by the names that users and assistive technology rely on. */

/** From the start page to the picture, as in the README. */
export async function becomeCamera(page: Page, address: string): Promise<void> {
	await page.goto(address);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
}

/** Follows a link of the main menu to another page, which may look like the one before. */
export async function openByMenu(page: Page, name: string): Promise<void> {
	const from = page.url();
	const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
	await link.click();
	await page.waitForURL(({ href }) => href !== from, { timeout: 20_000 });
	await link.and(page.locator('[aria-current]')).waitFor({ timeout: 20_000 });
}

/** Presses Start and waits until the page says that it records. */
export async function startRecording(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Start recording' }).click();
	await waitForRecording(page);
}

export async function waitForRecording(page: Page, timeout = 40_000): Promise<void> {
	const says = page.getByRole('status').filter({ hasText: /Recording since|is recording/ });
	await says.first().waitFor({ timeout });
}

export async function stopRecording(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Stop recording' }).click();
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 20_000 });
}

export function playerRegion(page: Page): ReturnType<Page['getByRole']> {
	return page.getByRole('region', { name: 'Player' });
}

/** Opens the saved footage and waits for a frame of it. */
export async function openSaved(page: Page, address: string): Promise<void> {
	await page.goto(address);
	await page.getByRole('link', { name: 'Saved footage' }).first().click();
	try {
		await playerRegion(page).waitFor({ timeout: 20_000 });
		await shownWallMs(page);
	} catch (error) {
		const said = await page.locator('main').innerText();
		throw new Error(`no footage at ${page.url()}, which says: ${said}`, { cause: error });
	}
}

/** Wall time of the frame shown, ms since 1970. Waits until there is one. */
export async function shownWallMs(page: Page, timeout = 20_000): Promise<number> {
	await page.waitForFunction(
		() => Number(document.querySelector<HTMLElement>('[data-wall-ms]')?.dataset['wallMs']) > 0,
		null,
		{ timeout },
	);
	return Number(await playerRegion(page).getAttribute('data-wall-ms'));
}

/** Plays until the frame shown is at least `ms` later than now. */
export async function playFor(page: Page, ms: number, timeout = 30_000): Promise<void> {
	const from = await shownWallMs(page);
	await page.getByRole('button', { name: 'Play' }).click();
	await page.waitForFunction(
		(until) =>
			Number(document.querySelector<HTMLElement>('[data-wall-ms]')?.dataset['wallMs']) >= until,
		from + ms,
		{ timeout },
	);
}

/** Waits until the service worker controls the page. */
export async function waitForServiceWorker(page: Page, timeout = 30_000): Promise<void> {
	await page.waitForFunction(
		() => navigator.serviceWorker.controller?.state === 'activated',
		null,
		{
			timeout,
		},
	);
}

/** Collects uncaught errors; a test ends by expecting none. */
export function collectPageErrors(page: Page): string[] {
	const errors: string[] = [];
	page.on('pageerror', (error) => errors.push(error.message));
	return errors;
}

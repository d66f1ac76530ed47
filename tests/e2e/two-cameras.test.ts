import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	playerRegion,
	shownWallMs,
} from './support/user-steps.ts';
import { storedRuns } from './support/stored-footage.ts';

/** A device with two lenses and a camera of its own for each. */
let relay: Relay;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
	const args = ['--use-fake-device-for-media-stream=device-count=2,fps=15'];
	context = await launchChromium({ args, viewport: { width: 1280, height: 800 } });
});
afterAll(async () => {
	await context.close();
	await relay.stop();
});

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function rename(page: Page, from: string, to: string): Promise<void> {
	const field = card(page, from).getByRole('textbox', { name: /name/i });
	await field.fill(to);
	await field.blur();
	await card(page, to).waitFor();
}

/** What the pictures of the home's day show at the next frame of the page. */
function pictures(page: Page) {
	return page.evaluate(async () => {
		await new Promise(requestAnimationFrame);
		const board = document.querySelector<HTMLElement>('section.board');
		return {
			state: board?.dataset['state'],
			handMs: Number(board?.dataset['wallMs']),
			shown: [...document.querySelectorAll<HTMLElement>('section.picture')].map(({ dataset }) => ({
				state: dataset['state'],
				wallMs: Number(dataset['wallMs']),
				driftMs: Math.abs(Number(dataset['driftMs'] || NaN)),
			})),
		};
	});
}

/** Both lenses have been recording since; the later one began some seconds after the first. */
async function playTogether(page: Page): Promise<void> {
	await page.getByRole('link', { name: 'All cameras at once' }).click();
	const board = page.getByRole('region', { name: 'All cameras at once' });
	const hand = board.getByRole('slider', { name: 'Timeline of all cameras' });
	await hand.focus();
	await page.keyboard.press('Home');
	// PB56: the one that began later says when.
	const yard = board.getByRole('region', { name: 'Yard', exact: true });
	await yard.getByText(/^starts at /).waitFor();
	await expect
		.poll(async () => (await pictures(page)).shown.map(({ state }) => state))
		.toEqual([...['paused', 'gap']]);
	await page.keyboard.press('k');
	const playing = ['playing', 'playing'];
	await expect
		.poll(async () => (await pictures(page)).shown.map(({ state }) => state), { timeout: 30_000 })
		.toEqual(playing);
	// PB52: a frame is measured as it is painted. What is shown between two of them is older.
	await expect
		.poll(async () => Math.max(...(await pictures(page)).shown.map(({ driftMs }) => driftMs)))
		.toBeLessThan(100);
	await page.keyboard.press('k');
	await expect
		.poll(async () => {
			const { state, handMs, shown } = await pictures(page);
			const off = shown.map(({ wallMs }) => handMs - wallMs);
			// The frame at the hand begins up to a frame before it.
			return state === 'paused' && off.every((ms) => ms > -2 && ms < 200);
		})
		.toBe(true);

	// PB59: to the camera at that moment, and back to the same.
	const { handMs } = await pictures(page);
	await yard.getByRole('link', { name: /^Yard at / }).click();
	await playerRegion(page).waitFor();
	expect(Math.abs((await shownWallMs(page)) - handMs)).toBeLessThan(200);
	await page.goBack();
	await board.waitFor();
	await expect.poll(async () => Math.abs((await pictures(page)).handMs - handMs)).toBeLessThan(2);
	await expect.poll(() => board.getByRole('region').count()).toBe(2);
	await board.getByRole('link', { name: 'Saved footage' }).click();
	await page.getByRole('list', { name: 'Days with footage' }).waitFor();
}

test('RC37 PB28 PB50 PB52 PB56 PB59 two lenses of one device record, are watched, stopped and played independently, and together', async () => {
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	const field = page.getByRole('textbox', { name: /name/i });
	await field.fill('Door');
	await field.blur();
	await page.getByRole('button', { name: 'Add another camera' }).click();
	await page.getByRole('button', { name: 'Start recording' }).nth(1).waitFor();
	expect(await page.getByRole('button', { name: 'Add another camera' }).count()).toBe(0);
	const named = await page.locator('section.several').nth(1).getAttribute('aria-label');
	await rename(page, named ?? '', 'Yard');

	for (const name of ['Door', 'Yard']) {
		await card(page, name).getByRole('button', { name: 'Start recording' }).click();
		await card(page, name)
			.getByText(/^Recording since/)
			.waitFor();
	}
	const lenses = await page.evaluate(() =>
		[...document.querySelectorAll('video')].flatMap((video) =>
			video.srcObject instanceof MediaStream
				? (video.srcObject.getVideoTracks()[0]?.getSettings().deviceId ?? [])
				: [],
		),
	);
	expect(new Set(lenses).size).toBe(2);
	const lengths = async () => {
		const runs = await storedRuns(page);
		return [...Map.groupBy(runs, ({ camera }) => camera).values()].map((own) =>
			own.reduce((sum, { lastSeq }) => sum + lastSeq, 0),
		);
	};
	await expect
		.poll(async () => (await lengths()).filter((length) => length >= 4).length, { timeout: 30_000 })
		.toBe(2);

	await openByMenu(page, 'Watch');
	for (const name of ['Door', 'Yard']) {
		const tile = page.getByRole('article', { name });
		await tile.getByText('Live', { exact: true }).waitFor();
		await tile.getByText('REC', { exact: true }).waitFor();
	}

	// All of it by day, a bar a camera; a bar leads to its moment.
	await openByMenu(page, 'Saved');
	const days = page.getByRole('list', { name: 'Days with footage' });
	const today = days.getByRole('button').first();
	await today.waitFor();
	await expect.poll(() => today.getAttribute('aria-pressed')).toBe('true');
	const bars = page.getByRole('region', { name: /^Footage on / }).getByRole('link', {
		name: / from /,
	});
	await expect.poll(() => bars.count()).toBe(2);
	await playTogether(page);
	await page.getByRole('link', { name: /^Yard, from / }).press('Enter');
	await playerRegion(page).waitFor();
	expect(await shownWallMs(page)).toBeGreaterThan(0);
	expect(page.url()).toContain('?at=');
	await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe('Yard');

	await page.goto(`${relay.address}/camera`);
	await card(page, 'Yard')
		.getByText(/^Recording since/)
		.waitFor({ timeout: 30_000 });
	await card(page, 'Door')
		.getByText(/^Recording since/)
		.waitFor({ timeout: 30_000 });
	await card(page, 'Yard').getByRole('button', { name: 'Stop recording' }).click();
	await card(page, 'Yard').getByRole('button', { name: 'Start recording' }).waitFor();
	const running = (await storedRuns(page)).filter(({ ended }) => ended === null);
	expect(running).toHaveLength(1);
	await card(page, 'Door')
		.getByText(/^Recording since/)
		.waitFor();

	for (const name of ['Yard', 'Door']) {
		await page.goto(`${relay.address}/camera`);
		await card(page, name).getByRole('link', { name: /^Play/ }).click();
		await playerRegion(page).waitFor();
		expect(await shownWallMs(page)).toBeGreaterThan(0);
		await expect.poll(() => page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
	}

	await page.goto(`${relay.address}/camera`);
	await card(page, 'Yard').getByRole('button', { name: 'Start recording' }).click();
	await card(page, 'Yard')
		.getByText(/^Recording since/)
		.waitFor({ timeout: 20_000 });
	await card(page, 'Yard').getByRole('button', { name: 'Remove this camera' }).click();
	await page.getByText('Yard was removed.').waitFor();
	await card(page, 'Yard').waitFor({ state: 'detached' });
	const undo = page.getByRole('button', { name: 'Undo' });
	const { y = -1 } = (await undo.boundingBox()) ?? {};
	expect(y).toBeGreaterThan(0);
	expect(y).toBeLessThan(page.viewportSize()?.height ?? 0);
	await undo.click();
	await card(page, 'Yard')
		.getByText(/^Recording since/)
		.waitFor({ timeout: 20_000 });
	await card(page, 'Yard').getByRole('button', { name: 'Remove this camera' }).click();
	await page.getByText('Yard was removed.').waitFor();
	await page.getByText(/^Recording since/).waitFor();
	await openByMenu(page, 'Watch');
	await page
		.getByRole('article', { name: 'Yard' })
		.getByText('On this device', { exact: true })
		.waitFor();
	expect(errors).toEqual([]);
});

import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cameraFile } from '../fixtures/media.ts';
import { newContext, startRelay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playerRegion,
	playFor,
	startRecording,
	shownWallMs,
	stopRecording,
} from './support/user-steps.ts';
import { footageHash, waitForSegments, storedRuns } from './support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext | undefined;
beforeAll(async () => {
	relay = await startRelay();
});
afterEach(async () => {
	await context?.close();
	context = undefined;
});
afterAll(() => relay.stop());

/** Sets the browser's clock; it runs on from there. */
async function setDate(page: Page, ms: number): Promise<void> {
	await page.evaluate((then) => localStorage.setItem('then', String(then - performance.now())), ms);
	await page.reload();
}

async function withDates(made: BrowserContext): Promise<void> {
	await made.addInitScript(() => {
		const real = Date.now.bind(Date);
		let [then, begun] = [0, 0];
		try {
			then = Number(localStorage.getItem('then') ?? 0);
			begun = Number(localStorage.getItem('begun') ?? 0);
			if (then !== begun) {
				localStorage.setItem('begun', String(then));
				localStorage.setItem('offset', String(then - real()));
			}
			const offset = Number(localStorage.getItem('offset') ?? 0);
			Date.now = () => real() + offset;
		} catch {
			// A blank page has no storage.
		}
	});
}

const slider = (page: Page) => playerRegion(page).getByRole('slider', { name: 'Timeline' });

/** The colour that the ribbon has painted at a wall time, read from the canvas. */
async function painted(page: Page, ms: number): Promise<string> {
	return slider(page).evaluate((input: HTMLInputElement, at) => {
		const canvas = input.parentElement?.querySelector('canvas');
		if (!canvas) return 'no ribbon';
		const handMs = Number(input.value);
		const spanMs = Number(input.dataset['span']);
		const hand = input.parentElement?.querySelector<HTMLElement>('.hand');
		const handX = ((hand?.offsetLeft ?? 0) + 1) / canvas.clientWidth;
		const x = (handX + (at - handMs) / spanMs) * canvas.width;
		if (x < 0 || x >= canvas.width) return 'out of sight';
		const y = Math.round(canvas.height * 0.53);
		// Inside two whole pixels, though the place of the hand is known to half of one only.
		const data = canvas.getContext('2d')?.getImageData(Math.floor(x + 1), y, 1, 1).data;
		return data ? [...data.slice(0, 3)].join() : 'nothing';
	}, ms);
}

async function until(page: Page, ms: number): Promise<void> {
	await expect.poll(() => shownWallMs(page), { timeout: 30_000 }).toBeGreaterThanOrEqual(ms);
}

const PAST = Date.parse('2026-10-25T01:00:10Z');

test('TL6 TL9 TL15 TL16 a month, and the night the clocks go back: found by calendar, announced correctly, played through', async () => {
	context = await newContext({ more: { timezoneId: 'Europe/Berlin' } });
	await withDates(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	const dates = ['2026-10-01T10:00:00Z', '2026-10-25T00:59:52Z', '2026-10-28T11:00:00Z'].map(
		(text) => Date.parse(text),
	);
	for (const [n, date] of dates.entries()) {
		await setDate(page, date);
		await page.getByRole('button', { name: 'Start recording' }).waitFor();
		await startRecording(page);
		// Otherwise the previous run would satisfy the wait.
		await expect.poll(async () => (await storedRuns(page)).length, { timeout: 30_000 }).toBe(n + 1);
		await waitForSegments(page, 5);
		// Past the hour at which the clocks go back.
		const endMs = async () => ((await storedRuns(page))[n]?.endUs ?? 0) / 1000;
		if (n === 1) await expect.poll(endMs, { timeout: 60_000 }).toBeGreaterThan(PAST);
		await stopRecording(page);
	}
	const runs = await storedRuns(page);
	expect(runs).toHaveLength(3);
	const night = runs[1]!;
	expect(night.startUs / 1000).toBeLessThan(Date.parse('2026-10-25T01:00:00Z'));
	expect(night.endUs / 1000).toBeGreaterThan(PAST);

	await openSaved(page, relay.address);
	await expect.poll(() => slider(page).getAttribute('aria-valuetext')).toContain('28 October');
	await slider(page).focus();
	for (let press = 0; press < 30; press += 1) await page.keyboard.press('-');
	await expect.poll(() => slider(page).getAttribute('data-span')).toBe(String(31 * 86_400_000));
	const footage = await painted(page, runs[2]!.startUs / 1000 + 1500);
	await expect.poll(() => painted(page, night.startUs / 1000 + 1000)).toBe(footage);
	expect(await painted(page, night.startUs / 1000 + 86_400_000)).not.toBe(footage);

	// By calendar to the minute before the clocks go back.
	await page.getByRole('button', { name: 'Go to time' }).click();
	const dialog = page.getByRole('dialog', { name: 'Go to time' });
	const days = dialog.getByRole('button', { name: /, has footage/ });
	await expect.poll(() => days.allInnerTexts()).toEqual(['1', '25', '28']);
	await dialog.getByRole('button', { name: 'Sun 25 October, has footage' }).click();
	await dialog.getByLabel('Time').fill('02:59:56');
	await dialog.getByRole('button', { name: 'Go', exact: true }).click();
	await expect.poll(() => shownWallMs(page)).toBeCloseTo(Date.parse('2026-10-25T00:59:56Z'), -3);
	await expect
		.poll(() => slider(page).getAttribute('aria-valuetext'))
		.toMatch(/25 October, 02:59:5[56]/);
	await page.getByRole('button', { name: 'Play' }).click();
	await until(page, Date.parse('2026-10-25T01:00:01Z'));
	await page.getByRole('button', { name: 'Pause' }).click();
	await expect
		.poll(() => slider(page).getAttribute('aria-valuetext'))
		.toMatch(/25 October, 02:00:0\d CET$/);

	// That time occurred twice: the one with footage is chosen, and the other can be.
	await page.getByRole('button', { name: 'Go to time' }).click();
	await dialog.getByLabel('Time', { exact: true }).fill('02:00:05');
	const then = dialog.getByRole('radio', { name: 'Second (CET), has footage' });
	await expect.poll(() => then.isChecked()).toBe(true);
	await dialog.getByRole('radio', { name: 'First (CEST), no footage' }).check();
	await expect.poll(() => then.isChecked()).toBe(false);
	await then.check();
	await dialog.getByRole('button', { name: 'Go', exact: true }).click();
	await expect.poll(() => shownWallMs(page)).toBeCloseTo(Date.parse('2026-10-25T01:00:05Z'), -3);

	await page.getByRole('button', { name: 'Previous day with footage' }).click();
	await expect.poll(() => slider(page).getAttribute('aria-valuetext')).toContain('1 October');
	await page.getByRole('button', { name: 'Next day with footage' }).click();
	await expect.poll(() => slider(page).getAttribute('aria-valuetext')).toContain('25 October');
	expect(errors).toEqual([]);
});

test('TL2 TL8 TL11 TL19 TL20 TL22 TL27 one finger scrubs, the wheel zooms with Ctrl, keys move, a step is one frame, and a time can be typed', async () => {
	context = await newContext({ fakeCameraFile: cameraFile() });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 16);
	await stopRecording(page);
	const [run] = await storedRuns(page);
	await openSaved(page, relay.address);
	const box = (await slider(page).boundingBox())!;
	// Three seconds before the newest frame, once the playhead is there.
	const place = { x: box.x + box.width * 0.75, y: box.y + box.height / 2 };

	// It opens fitted, with the playhead near the end.
	await expect.poll(() => slider(page).getAttribute('data-span')).toBe('60000');
	const handX = () => page.locator('.hand').evaluate((hand) => (hand as HTMLElement).offsetLeft);
	await expect.poll(() => handX()).toBeGreaterThan(box.width * 0.65);
	await slider(page).focus();
	await page.keyboard.press('End');
	await expect.poll(() => shownWallMs(page)).toBeGreaterThan(run!.endUs / 1000 - 300);
	const span = Number(await slider(page).getAttribute('data-span'));
	await page.mouse.move(place.x, place.y);
	await expect.poll(() => handX()).toBe(Math.round(box.width * 0.8) - 1);
	// What is under the pointer.
	await page
		.locator('.tip')
		.getByText(/^\d\d:\d\d:\d\d$/)
		.waitFor();
	await page.keyboard.down('Control');
	await page.mouse.wheel(0, -300);
	await page.keyboard.up('Control');
	await expect.poll(() => slider(page).getAttribute('data-span')).not.toBe(String(span));
	const now = Number(await slider(page).getAttribute('data-span'));
	expect(now).toBeLessThan(span);
	// Zoomed at the pointer: the playhead comes along, and rests.
	await expect.poll(() => shownWallMs(page)).toBeLessThan(run!.endUs / 1000 - 1000);
	await expect
		.poll(async () => Number(await slider(page).inputValue()) - (await shownWallMs(page)))
		.toBeCloseTo(0);

	const from = await shownWallMs(page);
	const msPerPx = now / box.width;
	await page.mouse.down();
	for (let step = 1; step <= 20; step += 1) await page.mouse.move(place.x + step * 5, place.y);
	const held = Number(await slider(page).inputValue());
	expect(held).toBeCloseTo(from - 100 * msPerPx, -2);
	// While held: a thumbnail or the frame itself, near the hand.
	await expect
		.poll(async () =>
			Math.abs(Number(await playerRegion(page).getAttribute('data-seen-ms')) - held),
		)
		.toBeLessThan(5100);
	// A finger that rests before it is lifted flings nothing.
	await expect.poll(() => shownWallMs(page)).toBeCloseTo(held, -3);
	await page.mouse.up();
	await expect.poll(() => shownWallMs(page)).toBeLessThanOrEqual(held + 200);

	await slider(page).focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBeLessThan(run!.startUs / 1000 + 100);
	const first = await shownWallMs(page);
	await page.getByRole('button', { name: 'Next frame' }).click();
	await expect.poll(() => shownWallMs(page)).toBeGreaterThan(first);
	const second = await shownWallMs(page);
	// One frame, plus those a busy machine dropped: a step back is the first one again.
	expect(second - first).toBeLessThan(1000);
	await page.getByRole('button', { name: 'Previous frame' }).click();
	await expect.poll(() => shownWallMs(page)).toBe(first);

	// A time is typed while footage plays, and the focus returns to where it was.
	await page.getByRole('combobox', { name: 'Speed' }).selectOption('0.25');
	await playFor(page, 100);
	const opener = page.getByRole('button', { name: 'Go to time' });
	await opener.click();
	const time = page.getByRole('dialog').getByLabel('Time');
	const wantedMs = Math.ceil(run!.startUs / 1_000_000 + 8) * 1000;
	const typed = new Date(wantedMs).toTimeString().slice(0, 8);
	await time.fill(typed);
	await until(page, (await shownWallMs(page)) + 300);
	await expect.poll(() => time.inputValue()).toBe(typed);
	await page.getByRole('dialog').getByRole('button', { name: 'Go', exact: true }).click();
	await until(page, wantedMs);
	expect(await shownWallMs(page)).toBeLessThan(wantedMs + 5000);
	await expect.poll(() => opener.evaluate((node) => node === document.activeElement)).toBe(true);
	await page.getByRole('button', { name: 'Pause' }).click();
	await slider(page).focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBe(first);

	await page.getByRole('combobox', { name: 'Speed' }).selectOption('8');
	const begun = Date.now();
	await playFor(page, 12_000);
	expect(Date.now() - begun).toBeLessThan(11_500);
	expect(errors).toEqual([]);
});

test('RT12 RT15 TL13 TL28 deleted, restored to the byte, pinned: shown on the ribbon, and in a second tab', async () => {
	context = await newContext({ viewport: { width: 1280, height: 800 } });
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 24);
	await stopRecording(page);
	const [run] = await storedRuns(page);
	const before = await footageHash(page);
	await openSaved(page, relay.address);
	const other = await context.newPage();
	await openSaved(other, relay.address);
	await slider(page).focus();
	await page.keyboard.press('Home');
	const startMs = run!.startUs / 1000;
	await expect.poll(() => shownWallMs(page)).toBeLessThan(startMs + 100);
	const solid = await painted(page, startMs + 5000);
	const button = (name: string) => playerRegion(page).getByRole('button', { name, exact: true });

	// The span is shown first, with its length; Escape leaves it alone, and the focus returns.
	await button('Delete').click();
	const card = page.getByRole('dialog', { name: 'Delete footage' });
	await card.getByRole('button', { name: /^Delete 15/ }).waitFor();
	await card.getByText(/^Deletes .* You can undo this for ten minutes\.$/).waitFor();
	const end = page.getByRole('slider', { name: 'End of the span' });
	const endMs = async () => Number(await end.getAttribute('aria-valuenow'));
	const atMs = await endMs();
	await card.getByRole('button', { name: 'End +1 s' }).click();
	await expect.poll(() => endMs()).toBe(atMs + 1000);
	await card.getByRole('button', { name: /^Delete 16/ }).waitFor();
	// The picture shows the end that was moved.
	await expect.poll(() => shownWallMs(page)).toBeGreaterThan(atMs);
	const wide = (await page.locator('.ribbon').boundingBox())!.width;
	const share = async () => {
		const ends = [page.getByRole('slider', { name: 'Start of the span' }), end];
		const [from = 0, to = 0] = await Promise.all(
			ends.map((one) =>
				one.evaluate((node: HTMLElement) => parseFloat(node.style.insetInlineStart)),
			),
		);
		return (to - from) / wide;
	};
	await expect.poll(() => share()).toBeGreaterThan(0.58);
	await expect.poll(() => share()).toBeLessThan(0.68);
	await page.keyboard.press('Escape');
	await card.waitFor({ state: 'detached' });
	await expect
		.poll(() => button('Delete').evaluate((node) => node === document.activeElement))
		.toBe(true);
	await slider(page).focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBeLessThan(startMs + 100);
	const remove = async () => {
		await button('Delete').click();
		await card.getByRole('button', { name: /^Delete \d/ }).click();
	};
	await remove();
	await page.getByText(/^Deleted: /).waitFor();
	await card.waitFor({ state: 'detached' });
	await expect.poll(() => shownWallMs(page)).toBeGreaterThan(startMs + 14_000);
	await slider(page).focus();
	await expect.poll(() => painted(page, startMs + 5000)).not.toBe(solid);
	await expect
		.poll(async () => Number(await slider(page).getAttribute('min')))
		.toBeGreaterThan(startMs + 14_000);
	expect(await footageHash(page)).toBe(before);
	await expect
		.poll(async () => Number(await slider(other).getAttribute('min')), { timeout: 10_000 })
		.toBeGreaterThan(startMs + 14_000);

	await button('Undo').click();
	await page.getByText('Restored.').waitFor();
	await expect.poll(async () => Number(await slider(page).getAttribute('min'))).toBe(startMs);
	expect(await footageHash(page)).toBe(before);
	expect((await storedRuns(page))[0]).toEqual(run);

	await slider(page).focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBeLessThan(startMs + 100);
	await button('Pin').click();
	await page
		.getByRole('dialog', { name: 'Pin footage' })
		.getByText(/^Keeps /)
		.waitFor();
	await page.getByRole('button', { name: /^Pin 15/ }).click();
	await page.getByText(/^Pinned: /).waitFor();
	await expect.poll(() => button('Pin').getAttribute('aria-pressed')).toBe('true');
	await remove();
	await page.getByText('Part of it is pinned.').waitFor();
	await button('Unpin').click();
	await page.getByText(/^No longer pinned/).waitFor();
	await card.getByRole('button', { name: /^Delete \d/ }).click();
	await page.getByText(/^Deleted: /).waitFor();
	expect(errors).toEqual([]);
});

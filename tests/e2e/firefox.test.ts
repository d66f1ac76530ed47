import { afterAll, beforeAll, expect, test } from 'vitest';
import { pathOf } from '../support/programs.ts';
import { launchFirefox, startRelay, type Relay } from './support/launch.ts';
import { press, runsIn } from './support/puppeteer-steps.ts';
import { loseBytes } from './support/stored-footage.ts';
import { segmentsAtRelay, segmentsOf } from './support/relay-footage.ts';

/**
 * Firefox has no MP4 in MediaRecorder, so it records through WebCodecs. Driven over WebDriver BiDi
 * by accessible names.
 */
let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
});

test('Firefox records through WebCodecs and plays it back', async ({ skip }) => {
	if (!pathOf('firefox')) skip('this machine has no Firefox, and it could not be installed');
	const browser = await launchFirefox();
	try {
		const page = await browser.newPage();
		const errors: string[] = [];
		page.on('pageerror', (error) => errors.push(String(error)));
		await page.goto(relay.address);
		await press(page, 'link', 'Use this device as a camera');
		await page.waitForSelector('aria/Start recording[role="button"]', { timeout: 20_000 });
		await press(page, 'switch', 'Record sound');
		await press(page, 'button', 'Start recording');
		await page.waitForFunction(
			() => /Recording/.test(document.querySelector('[role=status]')?.textContent ?? ''),
			{ timeout: 30_000 },
		);
		await expect
			.poll(async () => (await runsIn(page)).at(-1)?.lastSeq ?? 0, { timeout: 60_000 })
			.toBeGreaterThanOrEqual(6);
		// Without a sound card Firefox provides no sound: recording continues and the page says so.
		const said = await page.$eval('main', (main) => main.textContent);
		const heard = (await runsIn(page)).at(-1)?.mime.includes('opus');
		expect(said.includes('without sound')).toBe(!heard);
		await press(page, 'button', 'Stop recording');
		await page.waitForSelector('aria/Start recording[role="button"]', { timeout: 20_000 });
		const run = (await runsIn(page)).at(-1);
		expect(run?.mime).toMatch(/avc[13]\./);
		expect(run?.ended).toBe('stopped');

		await page.goto(relay.address);
		await press(page, 'link', 'Saved footage');
		// On a busy machine the player times out, and says to reload the page.
		const shows = (timeout: number) =>
			page.waitForFunction(
				() => Number(document.querySelector<HTMLElement>('[data-wall-ms]')?.dataset['wallMs']) > 0,
				{ timeout },
			);
		await shows(20_000).catch(() => page.reload().then(() => shows(40_000)));
		await press(page, 'button', 'Back 10 seconds');
		const from = await page.$eval('[data-wall-ms]', (region) =>
			Number((region as HTMLElement).dataset['wallMs']),
		);
		await press(page, 'button', 'Play');
		await page.waitForFunction(
			(until) =>
				Number(document.querySelector<HTMLElement>('[data-wall-ms]')?.dataset['wallMs']) >= until,
			{ timeout: 30_000 },
			from + 2500,
		);

		// SY10: its copy at the relay.
		await page.goto(`${relay.address}/#invite.${relay.invitation ?? 'none'}`);
		await press(page, 'button', 'Add another device');
		await page.waitForFunction(
			() => document.body.textContent.includes('Your home is set up at this relay.'),
			{ timeout: 20_000 },
		);
		await page.goto(`${relay.address}/storage`);
		await press(page, 'button', 'Keep a copy at the relay');
		await expect
			.poll(() => segmentsAtRelay(relay.data), { timeout: 30_000 })
			.toEqual(segmentsOf(await runsIn(page)));

		// PB31: what the disk has lost plays from there.
		await page.evaluate(loseBytes, Number.MAX_SAFE_INTEGER);
		await page.goto(`${relay.address}/watch/${run?.camera ?? ''}?saved`);
		await shows(40_000);
		const origin = await page.$eval('[data-wall-ms]', (region) =>
			region.getAttribute('data-origin'),
		);
		expect(origin).toBe('relay');
		expect(errors).toEqual([]);
	} finally {
		await browser.close();
	}
});

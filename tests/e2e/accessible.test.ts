import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { overflowsAtSmallSize } from './support/layout-overflow.ts';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { becomeCamera, startRecording } from './support/user-steps.ts';
import { waitForSegments } from './support/stored-footage.ts';

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
});

/** 60 characters, one word of them long. */
const NAME = 'Wohnzimmerfensterbankkamera Süd-Südwest über Omas altem Sofa';

const looks = [
	{ colorScheme: 'dark', locale: 'en-GB', viewport: { width: 360, height: 800 } },
	{ colorScheme: 'light', locale: 'de-DE', viewport: { width: 1280, height: 800 } },
] as const;

for (const { colorScheme, locale, viewport } of looks) {
	test(`AP23 every page is accessible (axe) and fits, ${colorScheme}, ${locale}, ${viewport.width} px`, async () => {
		const context = await newContext({ locale, viewport, more: { colorScheme } });
		const page = await context.newPage();
		const found: string[] = [];
		const check = async (where: string) => {
			const { violations } = await new AxeBuilder({ page }).analyze();
			for (const { id, nodes } of violations)
				found.push(`${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
			for (const one of await overflowsAtSmallSize(page)) found.push(`${where}: ${one}`);
		};
		await page.goto(relay.address);
		await page.getByRole('link').first().waitFor();
		await check('start');
		if (locale === 'en-GB') {
			await becomeCamera(page, relay.address);
			await check('camera');
			await page.getByLabel('Name of this camera').fill(NAME);
			await startRecording(page);
		} else {
			await page.getByRole('link', { name: 'Dieses Gerät als Kamera nutzen' }).click();
			await page.getByLabel('Name dieser Kamera').fill(NAME);
			await page.getByRole('button', { name: 'Aufnahme starten' }).click();
		}
		await waitForSegments(page, 3);
		await check('recording');
		for (const path of [
			'/',
			'/watch',
			'/storage',
			'/settings',
			...['devices', 'camera', 'schedule', 'kit', 'about'].map((section) => `/settings/${section}`),
			'/help',
			'/check',
			'/pair',
			'/recover',
		]) {
			await page.goto(relay.address + path);
			await page.getByRole('heading', { level: 1 }).waitFor();
			await page.waitForLoadState('networkidle');
			await check(path);
		}
		await page.goto(`${relay.address}/watch`);
		await page.getByRole('article').getByRole('link').first().click();
		await page.locator('[data-state="live"]').waitFor();
		await check('live');
		await page.getByRole('navigation').getByRole('link').nth(2).click();
		await page.waitForSelector('[data-wall-ms]:not([data-wall-ms=""])');
		await check('player');
		await page.locator('.doing .button').nth(2).click();
		await page.locator('.clip .actions .main:enabled').waitFor();
		await check('saving a clip');
		await page.keyboard.press('Escape');
		await page.locator('.doing .button').nth(0).click();
		await page.getByRole('dialog').waitFor();
		await check('going to a time');
		await page.keyboard.press('Escape');
		await page.locator('.doing .button').last().click();
		await page.locator('.actions .main').waitFor();
		await check('deleting');
		await page.locator('.actions .main').click();
		await page.locator('.outcome.there').waitFor();
		await check('deleted');
		expect(found).toEqual([]);
		expect(await page.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2));
		await context.close();
	});
}

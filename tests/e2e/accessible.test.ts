import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faintFields, focusOf, lostInForcedColours } from './support/access-checks.ts';
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
	test(`AP23 AP24 AP25 AP26 every page is accessible (axe, fields, forced colours, title, focus) and fits, ${colorScheme}, ${locale}, ${viewport.width} px`, async () => {
		const context = await newContext({ locale, viewport, more: { colorScheme } });
		const page = await context.newPage();
		const found: string[] = [];
		const check = async (where: string) => {
			const { violations } = await new AxeBuilder({ page })
				.setLegacyMode()
				.options({ resultTypes: ['violations'] })
				.analyze();
			for (const { id, nodes } of violations)
				found.push(`${where}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
			const more = [faintFields, lostInForcedColours, overflowsAtSmallSize];
			for (const look of more) for (const one of await look(page)) found.push(`${where}: ${one}`);
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
		const menu = page.getByRole('navigation').getByRole('link');
		const recording = locale === 'en-GB' ? '● Recording' : '● Nimmt auf';
		await page.getByRole('link', { name: /^(Watch|Ansehen)$/ }).click();
		await expect.poll(() => focusOf(page)).toMatch(/^H1 ./);
		// Tab goes on from there.
		await page.getByRole('article').getByRole('link').first().waitFor();
		await page.keyboard.press('Tab');
		await expect.poll(() => page.locator('main :focus').count()).toBe(1);
		await menu.first().focus();
		await page.keyboard.press('Shift+Tab');
		await page.keyboard.press('Enter');
		await expect.poll(() => focusOf(page)).toMatch(/^H1 ./);
		const titles = new Set<string>();
		for (const path of [
			'/',
			'/more',
			'/watch',
			'/storage',
			'/settings',
			...['devices', 'camera', 'schedule', 'kit', 'keyboard', 'about'].map(
				(section) => `/settings/${section}`,
			),
			'/help',
			'/check',
			'/pair',
			'/recover',
		]) {
			await page.goto(relay.address + path);
			await page.getByRole('heading', { level: 1 }).waitFor();
			await page.waitForLoadState('networkidle');
			await check(path);
			titles.add(await page.title());
		}
		expect(titles.size).toBe(9);
		for (const title of titles) expect(title).toMatch(/Spy-cam$/);
		await page.goto(`${relay.address}/settings/keyboard`);
		const keys = page.getByRole('switch', { name: /shortcuts|Tastenkürzel/ });
		await keys.uncheck();
		await page.goto(`${relay.address}/watch`);
		await page.getByRole('article').getByRole('link').first().click();
		await page.locator('[data-state="live"]').waitFor();
		await check('live');
		await page
			.getByRole('navigation')
			.getByRole('link', { name: /^(Saved|Gespeichert)$/ })
			.click();
		await page.waitForSelector('[data-wall-ms]:not([data-wall-ms=""])');
		await check('player');
		await expect.poll(() => page.title()).toBe(`${recording} · ${NAME} · Spy-cam`);
		await page.keyboard.press('g');
		await page.locator('.doing .button').nth(1).click();
		await page.locator('.clip .actions .main:enabled').waitFor();
		await check('saving a clip');
		await page.keyboard.press('Escape');
		await page.locator('.doing .button').nth(0).click();
		await page.getByRole('dialog').waitFor();
		await check('going to a time');
		await expect
			.poll(() => page.getByRole('dialog').locator('[aria-pressed=true]:focus').count())
			.toBe(1);
		await expect.poll(() => page.getByRole('dialog').count()).toBe(1);
		await expect
			.poll(() => page.getByRole('dialog').getByRole('textbox').inputValue())
			.toMatch(/^\d\d:\d\d:\d\d$/);
		await page.keyboard.press('Escape');
		await page.locator('.doing .button').last().click();
		// Behind the one that cancels.
		const removes = page.getByRole('dialog').locator('.actions .button').nth(1);
		await removes.waitFor();
		await check('deleting');
		await removes.click();
		await page.locator('.outcome.there').waitFor();
		await check('deleted');
		expect(found).toEqual([]);
		await expect.poll(() => page.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2));
		await context.close();
	});
}

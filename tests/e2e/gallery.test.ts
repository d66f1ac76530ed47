import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGallery } from '../gallery/server.ts';
import { overflowsAtSmallSize } from './support/layout-overflow.ts';
import { newContext } from './support/launch.ts';

let gallery: Awaited<ReturnType<typeof startGallery>>;
beforeAll(async () => {
	gallery = await startGallery();
});
afterAll(() => gallery.stop());

const looks = [
	{ theme: 'dark', language: 'en', viewport: { width: 360, height: 800 } },
	{ theme: 'light', language: 'de', viewport: { width: 1280, height: 800 } },
] as const;

for (const { theme, language, viewport } of looks) {
	test(`AP23 every state of every component is accessible (axe) and fits, ${theme}, ${language}, ${viewport.width} px`, async () => {
		const context = await newContext({ viewport });
		const page = await context.newPage();
		const errors: string[] = [];
		page.on('pageerror', (error) => errors.push(error.message));
		await page.goto(`${gallery.address}?theme=${theme}&language=${language}`);
		await page.locator('main[data-ready=true]').waitFor({ timeout: 60_000 });
		// States are stacked on one page: landmarks and headings repeat.
		const axe = new AxeBuilder({ page })
			.setLegacyMode()
			.disableRules([
				'landmark-unique',
				'landmark-no-duplicate-main',
				'duplicate-id-aria',
				'heading-order',
			]);
		const { violations } = await axe.analyze();
		const found = violations.map(
			({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
		);
		expect(found).toEqual([]);
		await expect
			.poll(() =>
				page.evaluate(() => {
					const { scrollWidth } = document.documentElement;
					const out = [...document.querySelectorAll('main *')].filter(
						(one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.ribbon'),
					);
					return { scrollWidth, out: out.map(({ outerHTML }) => outerHTML.slice(0, 120)) };
				}),
			)
			.toEqual({ scrollWidth: viewport.width, out: [] });
		expect(await overflowsAtSmallSize(page)).toEqual([]);
		// LV48: on a laptop, one to nine tiles need no scrolling.
		const walls = await page.evaluate(() =>
			[...document.querySelectorAll('section.first:not(:has(.many))')].map((wall) => {
				const ends = [...wall.querySelectorAll('.tile')].map((tile) =>
					tile.getBoundingClientRect(),
				);
				return {
					high: Math.round(wall.getBoundingClientRect().height),
					over: Math.max(...ends.map(({ bottom }) => bottom)) > wall.getBoundingClientRect().bottom,
				};
			}),
		);
		const laptop = viewport.width >= 900;
		expect(walls.map(({ over }) => over)).toEqual([false, false]);
		if (laptop) expect(walls.map(({ high }) => high)).toEqual([800, 800]);
		expect(errors).toEqual([]);
		await context.close();
	});
}

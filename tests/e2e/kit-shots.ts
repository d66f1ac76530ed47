import { mkdirSync } from 'node:fs';
import { launchChromium, startRelay } from './house.ts';
import { openHome, pair } from './paired.ts';
const out = '/tmp/kit-shots';
mkdirSync(out, { recursive: true });
const looks = [
	['phone-dark', 360, 'dark', 'en-GB'],
	['laptop-light', 1280, 'light', 'en-GB'],
	['phone-light-de', 360, 'light', 'de-DE'],
	['laptop-dark', 1280, 'dark', 'en-GB'],
] as const;
const only = process.argv[2];
for (const [name, width, colorScheme, locale] of looks) {
	if (only && only !== name) continue;
	const relay = await startRelay();
	const look = { viewport: { width, height: 800 } };
	const setup = await launchChromium({ ...look, more: { colorScheme } });
	const owner = await setup.newPage();
	const vc = await launchChromium({ ...look, more: { colorScheme } });
	const viewer = await vc.newPage();
	const shot = async (page: typeof owner, what: string, full = true) => {
		await page.screenshot({ path: `${out}/${name}-${what}.png`, fullPage: full });
	};
	await openHome(owner, relay);
	await pair(owner, viewer, relay, 'Laptop at work');
	await shot(owner, 'paired');
	if (locale === 'de-DE') await owner.evaluate(() => localStorage.setItem('spycam-language', 'de'));
	await owner.goto(relay.address);
	await owner.locator('a[href="/settings#kit"]').waitFor({ timeout: 20_000 });
	await shot(owner, 'start-nudge');
	await owner.goto(`${relay.address}/settings`);
	const region = owner.locator('section[aria-labelledby=kit]');
	await region.waitFor({ timeout: 20_000 });
	await region.scrollIntoViewIfNeeded();
	await region.screenshot({ path: `${out}/${name}-none.png` });
	await region.locator('.button.main').click();
	await owner.locator('dialog').waitFor();
	await shot(owner, 'sheet', false);
	await owner.locator('dialog').evaluate((one) => one.scrollTo(0, 10_000));
	await shot(owner, 'sheet-end', false);
	const groups = await owner.getByTestId('kit-characters').locator('code').allTextContents();
	await owner.emulateMedia({ media: 'print' });
	await owner.setViewportSize({ width: 794, height: 1123 });
	await shot(owner, 'print', false);
	await owner.emulateMedia({ media: null });
	await owner.setViewportSize(look.viewport);
	await owner.locator('dialog .button.main').click();
	await owner.locator('dialog input').first().fill('XX');
	await owner.locator('dialog input').nth(1).fill('XX');
	await owner.locator('dialog .button.main').click();
	await shot(owner, 'proof', false);
	for (const [at, field] of (await owner.locator('dialog label').all()).entries()) {
		const n = Number(/\d/.exec((await field.textContent()) ?? '')?.[0]);
		void at;
		await field.locator('input').fill(groups[n - 1] ?? '');
	}
	await owner.locator('dialog .button.main').click();
	await owner.locator('dialog').waitFor({ state: 'detached', timeout: 20_000 });
	await region.screenshot({ path: `${out}/${name}-made.png` });
	await region.locator('.bar .button').nth(1).click();
	await region.locator('input').fill(groups.join(' '));
	await region.locator('form .button.main').click();
	await region.locator('.said:not(:empty)').waitFor({ timeout: 20_000 });
	await region.screenshot({ path: `${out}/${name}-tried.png` });
	const fc = await launchChromium({ ...look, locale, more: { colorScheme } });
	const fresh = await fc.newPage();
	await fresh.goto(relay.address);
	await fresh.locator('a.lost').waitFor({ timeout: 20_000 });
	await shot(fresh, 'start');
	await fresh.locator('a.lost').click();
	await fresh.locator('form input').first().fill('ABC', { timeout: 20_000 });
	await fresh.locator('form .button.main').click();
	await shot(fresh, 'recover-slip');
	await fresh.locator('form input').first().fill(groups.join(' '));
	await fresh.locator('form .button.main').click();
	await fresh.locator('#waiting').waitFor({ timeout: 20_000 });
	await shot(fresh, 'recover-waiting');
	await fresh.reload();
	await fresh.locator('form').waitFor({ timeout: 20_000 });
	await shot(fresh, 'recover-again');
	await owner.goto(relay.address);
	await owner.locator('.advice').waitFor({ timeout: 20_000 });
	await shot(owner, 'alarm');
	await viewer.goto(relay.address);
	await viewer.locator('.advice').waitFor({ timeout: 20_000 });
	await shot(viewer, 'alarm-viewer');
	await owner.locator('.advice .button').click();
	await owner.locator('.advice').waitFor({ state: 'detached', timeout: 20_000 });
	await shot(owner, 'refused');
	await Promise.all([setup.close(), vc.close(), fc.close()]);
	await relay.stop();
}

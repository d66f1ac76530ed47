/**
 * Pictures of every state, for people to look at: `npm run screenshots` makes the README's picture
 * and a contact set in node_modules/.cache, `-- phone-dark-en` only that part of it. Real app, real
 * server, real states: faults are caused as they happen in use.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { ensureBuilt } from '#setup/build.js';
import { cameraFile } from '../fixtures/media.ts';
import { startGallery } from '../gallery/server.ts';
import { framed } from './support/framed.ts';
import { launchChromium, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import { controlPuppet, withPuppetCamera } from './support/puppet-camera.ts';
import { waitForSegments } from './support/stored-footage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const images = join(root, 'docs/images');
const contacts = join(root, 'node_modules/.cache/spy-cam-screens');

const screens = {
	phone: { width: 360, height: 800 },
	laptop: { width: 1280, height: 800 },
} as const;
const locales = { en: 'en-GB', de: 'de-DE' } as const;

interface Look {
	readonly name: string;
	readonly screen: keyof typeof screens;
	readonly theme: 'dark' | 'light';
	readonly language: keyof typeof locales;
}

const looks: Look[] = (['phone', 'laptop'] as const).flatMap((screen) =>
	(['dark', 'light'] as const).flatMap((theme) =>
		(['en', 'de'] as const).map((language) => ({
			name: `${screen}-${theme}-${language}`,
			screen,
			theme,
			language,
		})),
	),
);

/** By position rather than by name: names differ by language, and this does not test them. */
const START = '.camera-actions .button.main';
const STOP = '.camera-actions .button:has(.square)';

class Studio {
	readonly #look: Look;
	readonly #address: string;
	readonly #folder: string;
	readonly #open: BrowserContext[] = [];

	constructor(look: Look, address: string) {
		this.#look = look;
		this.#address = address;
		this.#folder = join(contacts, look.name);
		mkdirSync(this.#folder, { recursive: true });
	}

	async open(wish: Parameters<typeof launchChromium>[0] = {}): Promise<BrowserContext> {
		const { screen, theme, language } = this.#look;
		const context = await launchChromium({
			viewport: screens[screen],
			locale: locales[language],
			fakeCameraFile: cameraFile(),
			...wish,
			more: { colorScheme: theme, ...wish.more },
		});
		this.#open.push(context);
		await context.addInitScript(() => {
			// The fake camera is named after its file.
			Object.defineProperty(MediaDeviceInfo.prototype, 'label', { get: () => 'Back camera' });
		});
		return context;
	}

	/** Also after a failure: a camera that records on would slow down all that follow. */
	async close(): Promise<void> {
		await Promise.all(this.#open.splice(0).map((context) => context.close()));
	}

	async go(page: Page, path: string): Promise<void> {
		await page.goto(this.#address + path);
		await page.getByRole('navigation').first().waitFor();
	}

	/** From the start page to the first saved seconds. */
	async record(page: Page, segments = 3): Promise<void> {
		await this.camera(page);
		await page.locator(START).click();
		await waitForSegments(page, segments);
	}

	async camera(page: Page): Promise<void> {
		await this.go(page, '/');
		await page.locator('main a[href="/camera"]').first().click();
		await page.locator(START).waitFor({ timeout: 20_000 });
	}

	async shoot(page: Page, name: string, whole = false): Promise<void> {
		await page.waitForTimeout(400);
		await page.screenshot({ path: join(this.#folder, `${name}.png`), fullPage: whole });
	}
}

async function ordinary(studio: Studio): Promise<void> {
	const context = await studio.open();
	const page = await context.newPage();
	await studio.go(page, '/');
	await studio.shoot(page, '01-start');
	await studio.go(page, '/watch');
	await page.locator('.empty').waitFor();
	await studio.shoot(page, '02-watch-empty');
	await studio.go(page, '/nowhere');
	await studio.shoot(page, '03-no-such-page');
	await studio.camera(page);
	await studio.shoot(page, '04-camera-preview');
	await studio.shoot(page, '05-camera-preview-whole', true);
	await page.locator('input[type=text]').fill('Hall');
	await page.locator('input[type=text]').blur();
	await page.locator(START).click();
	await waitForSegments(page, 4);
	await studio.shoot(page, '06-camera-recording');
	// The way to what is saved may lead to the page of the only camera.
	const tab = (end: string) => page.locator(`nav a[href$="${end}"]`).first().click();
	await tab('/watch');
	await page.locator('article[data-state="live"]').waitFor();
	await studio.shoot(page, '07-watch-list');
	await studio.go(page, '/');
	await page.locator('article[data-state="live"]').waitFor();
	await studio.shoot(page, '15-home', true);
	await studio.go(page, '/more');
	await studio.shoot(page, '16-more');
	await studio.go(page, '/settings');
	await studio.shoot(page, '08-settings', true);
	await page.locator('main a[href="/storage"]').click();
	await page.getByRole('meter').first().waitFor();
	await studio.shoot(page, '09-storage', true);
	await studio.go(page, '/help');
	await studio.shoot(page, '14-help', true);
	await tab('/camera');
	await page.locator(STOP).click();
	await page.locator(START).click();
	await waitForSegments(page, 3);
	await page.locator(STOP).click();
	await page.locator(START).waitFor();
	await tab('saved');
	await page.waitForSelector('[data-wall-ms]:not([data-wall-ms=""])');
	await studio.shoot(page, '10-player', true);
	await page.locator('.doing .button').nth(1).click();
	await page.locator('.clip .actions .main:enabled').waitFor();
	await studio.shoot(page, '12-clip', true);
	await page.keyboard.press('Escape');
	await page.locator('.doing .button').nth(0).click();
	await studio.shoot(page, '13-go-to');
	await page.keyboard.press('Escape');
	const range = page.locator('input[type=range]');
	await range.focus();
	await page.keyboard.press('End');
	await page.locator('p.gap:not(:empty)').waitFor();
	await studio.shoot(page, '11-player-gap', true);
	await sections(studio, page);
	await context.close();
}

/** What is behind the list of settings, and folded on the page of the storage. */
async function sections(studio: Studio, page: Page): Promise<void> {
	for (const section of ['devices', 'camera', 'schedule', 'kit', 'look', 'keyboard', 'about']) {
		await studio.go(page, `/settings/${section}`);
		await page.locator('.detail h2').first().waitFor();
		await studio.shoot(page, `17-settings-${section}`, true);
	}
	await studio.go(page, '/storage');
	await page.locator('summary').last().waitFor();
	for (const summary of await page.locator('summary').all()) await summary.click();
	await studio.shoot(page, '18-storage-details', true);
}

/** Faults of the camera, as getUserMedia reports them. */
async function refusals(studio: Studio): Promise<void> {
	const said = [
		['20-refused', 'NotAllowedError'],
		['21-no-camera', 'NotFoundError'],
		['22-busy', 'NotReadableError'],
	] as const;
	for (const [name, error] of said) {
		const context = await studio.open();
		await context.addInitScript((kind) => {
			navigator.mediaDevices.getUserMedia = () =>
				Promise.reject(new DOMException('for the picture', kind));
		}, error);
		const page = await context.newPage();
		await studio.go(page, '/');
		await page.locator('main a[href="/camera"]').first().click();
		await page.getByRole('alert').first().waitFor();
		await studio.shoot(page, name);
		await context.close();
	}
	const context = await studio.open();
	await context.addInitScript(() => {
		navigator.mediaDevices.getUserMedia = () => new Promise(() => undefined);
	});
	const page = await context.newPage();
	await studio.go(page, '/camera');
	await page.waitForTimeout(1500);
	await studio.shoot(page, '23-asking');
	await context.close();
}

async function troubles(studio: Studio): Promise<void> {
	const context = await studio.open();
	await withPuppetCamera(context);
	const page = await context.newPage();
	await studio.record(page);
	await controlPuppet(page, 'unplug');
	await page.waitForTimeout(1500);
	await studio.shoot(page, '30-unplugged');
	await page.waitForTimeout(6000);
	await waitForSegments(page, 2);
	await controlPuppet(page, 'freeze');
	await page.waitForTimeout(7000);
	await studio.shoot(page, '31-stalled');
	const second = await context.newPage();
	await studio.go(second, '/camera');
	await second.locator('.advice').first().waitFor();
	await studio.shoot(second, '32-elsewhere');
	await context.close();
}

async function keys(studio: Studio): Promise<void> {
	const context = await studio.open();
	const page = await context.newPage();
	await studio.record(page);
	await page.locator(STOP).click();
	await page.locator(START).waitFor();
	await studio.go(page, '/nowhere');
	await page.evaluate(async () => {
		for (const { name } of await indexedDB.databases())
			if (name !== undefined && !name.includes('footage')) indexedDB.deleteDatabase(name);
	});
	await studio.go(page, '/camera');
	await page.getByRole('alert').first().waitFor();
	await studio.shoot(page, '40-keyless');
	await page.locator('.advice .button').nth(1).click();
	await studio.shoot(page, '41-keyless-sure');
	await context.close();

	const blocked = await studio.open();
	await blocked.addInitScript(() => {
		indexedDB.open = () => {
			throw new DOMException('for the picture', 'InvalidStateError');
		};
	});
	const other = await blocked.newPage();
	await studio.go(other, '/camera');
	await other.locator('.advice').first().waitFor({ timeout: 30_000 });
	await studio.shoot(other, '42-no-database');
	await blocked.close();
}

/** The README's picture: a phone that records, and a laptop that watches it live. */
async function readme(relay: Relay): Promise<void> {
	const look = { name: 'readme', theme: 'dark', language: 'en' } as const;
	const phone = new Studio({ ...look, screen: 'phone' }, relay.address);
	const laptop = new Studio({ ...look, screen: 'laptop' }, relay.address);
	const camera = await phone.open({ more: { deviceScaleFactor: 2 } });
	const page = await camera.newPage();
	await openHome(page, relay);
	await phone.go(page, '/camera');
	await page.locator(START).waitFor({ timeout: 30_000 });
	await page.locator('input[type=text]').fill('Hall');
	await page.locator('input[type=text]').blur();
	await page.locator(START).click();

	const viewer = await laptop.open({ more: { deviceScaleFactor: 1.5 } });
	const view = await viewer.newPage();
	const second = await camera.newPage();
	await pairByLink(second, view, relay, 'Laptop');
	const another = second.locator('[aria-labelledby=done] .button.main');
	await another.click();
	await another.waitFor({ state: 'detached' });
	await second.close();

	await laptop.go(view, '/watch');
	await view.locator('main article a').first().click({ timeout: 30_000 });
	await view.locator('[data-state="live"]').waitFor({ timeout: 75_000 });
	await page.bringToFront();
	await page.locator('.watchers .advice .button.main').click({ timeout: 20_000 });
	await page.evaluate(() => scrollTo(0, 0));
	await page.waitForTimeout(3000);
	const [onPhone, onLaptop] = await Promise.all([page.screenshot(), view.screenshot()]);
	await camera.close();
	mkdirSync(images, { recursive: true });
	const shown = await framed(viewer, { phone: onPhone, laptop: onLaptop });
	writeFileSync(join(images, 'spy-cam.png'), shown);
	await viewer.close();
	console.log(`README: ${Math.round(shown.length / 1000)} kB`);
}

/** Every state of every component, in every theme: one picture each. */
async function gallery(): Promise<void> {
	const shown = await startGallery();
	mkdirSync(join(contacts, 'gallery'), { recursive: true });
	for (const { name, screen, theme, language } of looks) {
		const context = await launchChromium({ viewport: screens[screen] });
		const page = await context.newPage();
		await page.goto(`${shown.address}?theme=${theme}&language=${language}`);
		await page.locator('main[data-ready=true]').waitFor({ timeout: 60_000 });
		await page.waitForTimeout(800);
		await page.screenshot({ path: join(contacts, 'gallery', `${name}.png`), fullPage: true });
		await context.close();
	}
	await shown.stop();
	console.log(`gallery: ${join(contacts, 'gallery')}`);
}

ensureBuilt();
const relay = await startRelay();
const asked = process.argv.slice(2);
try {
	if (asked.length === 0 || asked.includes('readme')) await readme(relay);
	if (asked.length === 0 || asked.includes('gallery')) await gallery();
	for (const look of looks) {
		if (asked.length > 0 && !asked.includes(look.name)) continue;
		const studio = new Studio(look, relay.address);
		for (const scenes of [ordinary, refusals, troubles, keys]) {
			try {
				await scenes(studio);
			} catch (error) {
				process.exitCode = 1;
				console.error(
					`${look.name}, ${scenes.name}:`,
					error instanceof Error ? error.message : error,
				);
			}
			await studio.close();
		}
		console.log(`${look.name}: ${join(contacts, look.name)}`);
	}
} finally {
	await relay.stop();
}

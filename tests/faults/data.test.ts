import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { SOAK } from './support/counts.ts';

/** All cases in a soak; otherwise only the first: the store's own tests cover each. */
const some = <T>(...all: T[]): T[] => (SOAK ? all : all.slice(0, 1));

/** Site data deleted or unusable while a page is open, and before it is opened. */
let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

async function camera(): Promise<Page> {
	context = await newContext();
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);
	return page;
}

async function clear(page: Page, storageTypes: string): Promise<void> {
	const session = await context.newCDPSession(page);
	const { origin } = new URL(relay.address);
	await session.send('Storage.clearDataForOrigin', { origin, storageTypes });
	await session.detach();
}

const cameraOf = async (page: Page) => (await storedRuns(page)).at(-1)?.camera;
const deleted = (page: Page) => page.getByRole('alert').filter({ hasText: 'data was deleted' });

/** Expects the message that a database does not open, with a button and no other message (GO6). */
async function saidOnEveryPage(
	page: Page,
	database: string,
	what: string,
	button: string,
): Promise<void> {
	for (const path of pages) {
		await page.goto(relay.address + path);
		const alert = page.getByRole('alert').filter({ hasText: what }).first();
		await alert.waitFor({ timeout: 40_000 });
		await alert.getByRole('button', { name: button }).waitFor();
		const main = await page.locator('main').innerText();
		expect(main).not.toMatch(/Opening your camera/);
		if (database === 'vault') expect(main).not.toMatch(/no cameras in this home/);
	}
}

test.each(some('all', 'indexeddb'))(
	'GO4 GO5 site data (%s) is cleared while recording: reported on every page, and recording continues as the same camera',
	async (types) => {
		const page = await camera();
		const errors = collectPageErrors(page);
		const id = await cameraOf(page);
		await clear(page, types);
		await deleted(page).waitFor({ timeout: 30_000 });
		await expect.poll(() => deleted(page).innerText()).toMatch(/footage/);
		await expect.poll(() => deleted(page).innerText()).toMatch(/keys/);
		await waitForRecording(page, 60_000);
		await waitForSegments(page, 2);
		expect(await cameraOf(page)).toBe(id);
		expect(
			await page
				.getByRole('alert')
				.filter({ hasText: /[Cc]amera/ })
				.count(),
		).toBe(0);
		// The message survives a reload and stays on every page until dismissed.
		await page.goto(relay.address);
		await deleted(page).waitFor({ timeout: 30_000 });
		await expect
			.poll(() => page.getByRole('status').allInnerTexts(), { timeout: 30_000 })
			.toContainEqual(expect.stringMatching(/is recording/));
		await waitForSegments(page, 3);
		expect(await cameraOf(page)).toBe(id);
		await deleted(page).getByRole('button', { name: 'OK', exact: true }).click();
		await deleted(page).waitFor({ state: 'detached' });
		await page.getByRole('navigation').getByRole('link', { name: 'Record' }).click();
		await stopRecording(page);
		expect(await deleted(page).count()).toBe(0);
		expect(errors).toEqual([]);
	},
);

const DATABASES = ['preferences', 'footage', 'vault', 'events', 'ledger', 'reserve'] as const;

test('GO4 GO5 one database after the other is deleted while recording: recording continues, also after a reload', async () => {
	const page = await camera();
	const errors = collectPageErrors(page);
	const id = await cameraOf(page);
	for (const name of some(...DATABASES)) {
		await page.evaluate(
			(name) =>
				new Promise<void>((done, failed) => {
					const request = indexedDB.deleteDatabase(`spycam-${name}`);
					request.onsuccess = () => done();
					request.onerror = () => failed(new Error('not deleted'));
				}),
			name,
		);
		await deleted(page).waitFor({ timeout: 40_000 });
		await deleted(page).getByRole('button', { name: 'OK', exact: true }).click();
		await waitForRecording(page, 60_000);
	}
	await waitForSegments(page, 2);
	await page.reload();
	await waitForRecording(page, 60_000);
	expect(await cameraOf(page)).toBe(id);
	await stopRecording(page);
	expect(errors).toEqual([]);
});

const PAGES = ['/saved', '/storage', '/', '/camera', '/watch', '/settings'] as const;

const pages = SOAK ? PAGES : PAGES.slice(0, 2);

/** A page of this origin without the app. */
async function bare(): Promise<Page> {
	const page = await context.newPage();
	await page.goto(`${relay.address}/favicon.svg`);
	return page;
}

test.each(some('footage', 'vault', 'preferences', 'events', 'ledger', 'reserve'))(
	'ST26 a database of a newer version (%s): reported within seconds on every page, with a button, and left unchanged',
	async (name) => {
		context = await newContext();
		const other = await bare();
		const version = () =>
			other.evaluate(
				async (name) => (await indexedDB.databases()).find((one) => one.name === name)?.version,
				`spycam-${name}`,
			);
		await other.evaluate(
			(name) =>
				new Promise<void>((done) => {
					indexedDB.open(name, 400).onsuccess = ({ target }) => {
						(target as IDBOpenDBRequest).result.close();
						done();
					};
				}),
			`spycam-${name}`,
		);
		const page = await context.newPage();
		const errors = collectPageErrors(page);
		await saidOnEveryPage(page, name, 'newer version', 'Load the newer version');
		await page.evaluate(() => Object.assign(window, { sameDocument: true }));
		await page.getByRole('button', { name: 'Load the newer version' }).first().click();
		await page.waitForFunction(() => !('sameDocument' in window), null, { timeout: 20_000 });
		expect(await version()).toBe(400);
		expect(errors).toEqual([]);
	},
);

test.each(some('vault', 'footage'))(
	'ST27 GO6 a database blocked by an older tab (%s): reported within seconds on every page, and resolved when that tab is closed',
	async (name) => {
		context = await newContext();
		const older = await bare();
		await older.evaluate(
			(name) =>
				new Promise<void>((done) => {
					const request = indexedDB.open(name, 5);
					request.onsuccess = () => {
						Object.assign(window, { kept: request.result });
						done();
					};
				}),
			`spycam-${name}`,
		);
		const page = await context.newPage();
		const errors = collectPageErrors(page);
		await saidOnEveryPage(page, name, 'Close the other Spy-cam tabs', 'Try again');
		await older.close();
		await page
			.getByRole('alert')
			.filter({ hasText: 'Close the other Spy-cam tabs' })
			.waitFor({ state: 'detached', timeout: 20_000 });
		await becomeCamera(page, relay.address);
		await startRecording(page);
		await stopRecording(page);
		expect(errors).toEqual([]);
	},
);

test('GO7 a stored setting that is not understood: named on every page, the last good one applies, and it is kept until a person replaces it', async () => {
	context = await newContext();
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await page.getByLabel('Quality').selectOption('high');
	await startRecording(page);
	await stopRecording(page);
	const changed = (document: string, change: object = {}) =>
		page.evaluate(
			([name, change]) =>
				new Promise<object>((done) => {
					indexedDB.open('spycam-preferences').onsuccess = ({ target }) => {
						const { result } = target as IDBOpenDBRequest;
						const documents = result.transaction('documents', 'readwrite').objectStore('documents');
						documents.get(name).onsuccess = ({ target }) => {
							const after = { ...(target as IDBRequest<object>).result, ...change };
							documents.put(after, name).onsuccess = () => {
								result.close();
								done(after);
							};
						};
					};
				}),
			[document, change] as const,
		);
	await changed('preferences', { budgetBytes: 'much' });
	await changed('camera 1', { profile: 'ultra' });
	await page.reload();
	const alert = page.getByRole('alert').filter({ hasText: 'does not understand' });
	await expect.poll(() => alert.innerText()).toMatch(/the storage limits and the quality/);
	await expect.poll(() => page.getByLabel('Quality').inputValue()).toBe('high');
	await startRecording(page);
	await stopRecording(page);
	expect(await changed('camera 1')).toMatchObject({ profile: 'ultra' });
	await page.goto(`${relay.address}/saved`);
	await alert.getByRole('button').click();
	await alert.waitFor({ state: 'detached' });
	expect(await changed('preferences')).toMatchObject({ budgetBytes: null });
	expect(await changed('camera 1')).toMatchObject({ profile: 'high' });
	expect(errors).toEqual([]);
});

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playFor,
	startRecording,
	waitForRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';

/** Keys that are missing or invalid when the browser returns. */
let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

/** What happens to the vault while the app is closed. */
type Harm = 'vault deleted' | 'key missing' | 'key null' | 'epoch key missing';

async function harm(page: Page, how: Harm): Promise<void> {
	// A page of this origin without the app.
	await page.goto(`${relay.address}/favicon.svg`);
	await page.evaluate(async (how) => {
		const done = (request: IDBRequest) =>
			new Promise<unknown>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(new Error(String(request.error)));
			});
		if (how === 'vault deleted') {
			await done(indexedDB.deleteDatabase('spycam-vault'));
			return;
		}
		const database = (await done(indexedDB.open('spycam-vault'))) as IDBDatabase;
		const keys = database.transaction('keys', 'readwrite').objectStore('keys');
		const names = (await done(keys.getAllKeys())) as string[];
		const ofEpoch = (name: string) => name.startsWith('epoch');
		const name = names.find((name) =>
			how === 'epoch key missing' ? ofEpoch(name) : name === 'sign',
		);
		if (name === undefined) throw new Error(`no such key: ${names.join(', ')}`);
		if (how === 'key null') {
			const row = (await done(keys.get(name))) as Record<string, unknown>;
			for (const [field, value] of Object.entries(row))
				if (typeof value === 'object') row[field] = null;
			await done(keys.put(row));
		} else await done(keys.delete(name));
		database.close();
	}, how);
}

/** Opens a new page: whatever the old one held in memory is gone. */
async function reopened(page: Page): Promise<Page> {
	await page.close();
	return context.newPage();
}

async function cameraWithFootage(): Promise<Page> {
	context = await newContext();
	const page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 3);
	return page;
}

test.each(['vault deleted', 'key missing', 'key null'] as const)(
	'%s: reported on every screen, nothing is deleted without consent, and the user can continue',
	async (how) => {
		let page = await cameraWithFootage();
		await stopRecording(page);
		await harm(page, how);
		page = await reopened(page);
		const errors = collectPageErrors(page);
		await page.goto(`${relay.address}/camera`);
		const runs = await storedRuns(page);
		expect(runs.at(-1)?.lastSeq).toBeGreaterThanOrEqual(3);
		for (const path of ['/camera', '/watch', `/watch/${runs[0]?.camera ?? ''}`]) {
			await page.goto(relay.address + path);
			const alert = page.getByRole('alert').filter({ hasText: 'keys' }).first();
			await alert.waitFor({ timeout: 20_000 });
			await expect.poll(() => alert.innerText()).toMatch(/no longer has the keys/);
		}
		await page.getByRole('button', { name: 'Delete the footage and start over' }).click();
		await page.getByRole('button', { name: 'Keep it' }).click();
		expect(await storedRuns(page)).toEqual(runs);
		await page.getByRole('button', { name: 'Delete the footage and start over' }).click();
		// It starts over by reloading the page.
		await page.evaluate(() => Object.assign(window, { sameDocument: true }));
		await page.getByRole('button', { name: 'Yes, delete it' }).click();
		await page.waitForFunction(() => !('sameDocument' in window), null, { timeout: 20_000 });
		await expect.poll(() => storedRuns(page).catch(() => runs), { timeout: 20_000 }).toEqual([]);
		// The broken keys are deleted last.
		await page
			.getByRole('alert')
			.filter({ hasText: 'keys' })
			.first()
			.waitFor({ state: 'detached', timeout: 20_000 });
		await becomeCamera(page, relay.address);
		await startRecording(page);
		await waitForSegments(page, 2);
		await stopRecording(page);
		await openSaved(page, relay.address);
		expect(errors).toEqual([]);
	},
);

test('one epoch key missing: it is restored from its grant, and the footage plays', async () => {
	let page = await cameraWithFootage();
	await stopRecording(page);
	await harm(page, 'epoch key missing');
	page = await reopened(page);
	const errors = collectPageErrors(page);
	await openSaved(page, relay.address);
	await playFor(page, 1000);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await expect
		.poll(async () => (await storedRuns(page))[1]?.lastSeq ?? 0, { timeout: 20_000 })
		.toBeGreaterThan(1);
	expect(errors).toEqual([]);
});

test('a browser that cannot store keys says so before recording, and records on request', async () => {
	context = await newContext();
	await context.addInitScript(() => {
		// As in private windows of some browsers: a database accepts anything but keys.
		const holdsKey = (value: unknown): boolean =>
			value instanceof CryptoKey ||
			value instanceof Uint8Array ||
			(typeof value === 'object' && value !== null && Object.values(value).some(holdsKey));
		for (const name of ['put', 'add'] as const) {
			const real = Reflect.get(IDBObjectStore.prototype, name) as IDBObjectStore['put'];
			IDBObjectStore.prototype[name] = function (...given) {
				if (this.transaction.db.name === 'spycam-vault' && holdsKey(given[0]))
					throw new DOMException('for the test', 'DataCloneError');
				return real.apply(this, given);
			};
		}
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await page.goto(`${relay.address}/camera`);
	await page.getByText('This browser cannot store keys').first().waitFor({ timeout: 20_000 });
	await page.getByRole('button', { name: 'Record anyway' }).click();
	await page.getByRole('button', { name: 'Start recording' }).click();
	await waitForRecording(page);
	await waitForSegments(page, 2);
	await page.getByRole('link', { name: 'Saved' }).first().click();
	await page.waitForFunction(
		() => Number(document.querySelector<HTMLElement>('[data-wall-ms]')?.dataset['wallMs']) > 0,
	);
	expect(errors).toEqual([]);
});

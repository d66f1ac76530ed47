import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay, type Relay } from './support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
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

/** Adds camera 2, with the lens that camera 1 does not use, as its rows in the two databases. */
async function addSecond(page: Page): Promise<void> {
	await page.evaluate(async () => {
		const rows = async (name: string, table: string, put?: (store: IDBObjectStore) => void) => {
			const database = await new Promise<IDBDatabase>((done) => {
				const request = indexedDB.open(name);
				request.onsuccess = () => done(request.result);
			});
			const transaction = database.transaction(table, 'readwrite');
			const store = transaction.objectStore(table);
			put?.(store);
			const all = store.getAll();
			await new Promise((done) => (transaction.oncomplete = done));
			database.close();
			return all.result as Record<string, unknown>[];
		};
		const [identity] = await rows('spycam-vault', 'identity');
		const device = String(identity?.['device']);
		const bytes = Uint8Array.from([...device.matchAll(/../g), '00', '00', '00', '02'], (hex) =>
			parseInt(String(hex), 16),
		);
		const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).slice(0, 16);
		const id = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
		const lenses = (await navigator.mediaDevices.enumerateDevices()).filter(
			({ kind }) => kind === 'videoinput',
		);
		const [first, second] = lenses.map(({ deviceId, label }) => ({
			...{ lensId: deviceId, lensLabel: label },
		}));
		await rows('spycam-vault', 'cameras', (store) => {
			store.add({ id, number: 2, sealedName: null, runNo: 0 });
		});
		await rows('spycam-preferences', 'documents', (store) => {
			store.put(first, 'camera 1');
			store.put(second, 'camera 2');
		});
	});
}

const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function rename(page: Page, from: string, to: string): Promise<void> {
	const field = card(page, from).getByRole('textbox', { name: /name/i });
	await field.fill(to);
	await field.blur();
	await card(page, to).waitFor();
}

test('RC37 two lenses of one device record, are watched, stopped and played independently', async () => {
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	const field = page.getByRole('textbox', { name: /name/i });
	await field.fill('Door');
	await field.blur();
	await addSecond(page);
	await page.reload();
	await card(page, 'Door').getByRole('button', { name: 'Start recording' }).waitFor();
	await page.getByRole('button', { name: 'Start recording' }).nth(1).waitFor();
	await rename(page, 'This camera', 'Yard');

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

	await page.getByRole('navigation').getByRole('link', { name: 'Watch' }).click();
	for (const name of ['Door', 'Yard']) {
		const tile = page.getByRole('article', { name });
		await tile.getByText(/^Live · /).waitFor();
		await tile.getByText('REC', { exact: true }).waitFor();
	}

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
		expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(name);
	}
	expect(errors).toEqual([]);
});

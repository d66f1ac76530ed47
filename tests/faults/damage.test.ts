import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playerRegion,
	startRecording,
	shownWallMs,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments } from '../e2e/support/stored-footage.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

test('corrupt, missing and wrong rows: the player skips them and says so', async () => {
	context = await newContext();
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	const [run] = await waitForSegments(page, 10);
	await stopRecording(page);
	// A page of this origin without the app.
	await page.goto(`${relay.address}/favicon.svg`);
	await page.evaluate(async (initPlace) => {
		const done = (request: IDBRequest) =>
			new Promise<unknown>((resolve, reject) => {
				request.onsuccess = () => resolve(request.result);
				request.onerror = () => reject(new Error(String(request.error)));
			});
		const database = (await done(indexedDB.open('spycam-footage'))) as IDBDatabase;
		const table = () => database.transaction('bytes', 'readwrite').objectStore('bytes');
		const places = ((await done(table().getAllKeys())) as number[]).filter((at) => at > initPlace);
		const at = (n: number) => places[n] ?? 0;
		const row = (await done(table().get(at(1)))) as { bytes: ArrayBuffer | Blob };
		const spoiled = await new Blob([row.bytes]).arrayBuffer();
		new Uint8Array(spoiled).fill(7, 300, 400);
		const bytes = table();
		await done(bytes.put({ ...row, bytes: spoiled }));
		await done(bytes.delete(at(3)));
		await done(bytes.put({ ...row, place: at(5), bytes: 'no bytes' }));
		database.close();
	}, run?.initPlace ?? 0);

	await openSaved(page, relay.address);
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	await slider.focus();
	await page.keyboard.press('Home');
	await expect
		.poll(() => shownWallMs(page), { timeout: 10_000 })
		.toBeLessThan((run?.startUs ?? 0) / 1000 + 1000);
	await page.getByRole('button', { name: 'Play' }).click();
	await expect
		.poll(() => shownWallMs(page), { timeout: 30_000 })
		.toBeGreaterThan((run?.startUs ?? 0) / 1000 + 7000);
	expect(await playerRegion(page).getAttribute('data-state')).not.toBe('error');
	await page.getByText(/3 seconds were damaged and left out/).waitFor();
	expect(errors).toEqual([]);
});

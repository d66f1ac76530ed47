/** Browsers driven by Puppeteer: Firefox, and a Chromium whose tabs can really be hidden. */
import type { Page } from 'puppeteer-core';
import type { Run } from '#domain/footage/run.ts';

export async function press(
	page: Page,
	role: 'button' | 'link' | 'switch',
	name: string,
): Promise<void> {
	await page.locator(`aria/${name}[role="${role}"]`).setTimeout(20_000).click();
}

export async function runsIn(page: Page): Promise<Run[]> {
	return page.evaluate(async () => {
		const request = indexedDB.open('spycam-footage');
		const database = await new Promise<IDBDatabase>((done, failed) => {
			request.onsuccess = () => done(request.result);
			request.onerror = () => failed(new Error('the footage database did not open'));
		});
		const all = database.transaction('runs').objectStore('runs').getAll();
		const runs = await new Promise<Run[]>((done) => {
			all.onsuccess = () => done(all.result as Run[]);
		});
		database.close();
		return runs;
	});
}

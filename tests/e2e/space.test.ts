import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './house.ts';
import { becomeCamera, escaped, record, stop } from './person.ts';
import { savedAtLeast, storedRuns } from './stored.ts';

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

test('SP10 SP11 a smaller budget says what goes before it is saved, and is remembered', async () => {
	const context = await newContext();
	const page = await context.newPage();
	const errors = escaped(page);
	await becomeCamera(page, relay.address);
	await record(page);
	await savedAtLeast(page, 3);
	await stop(page);
	// A run of the day before, as large as two hours are.
	const [run] = await storedRuns(page);
	await page.evaluate(
		async (row) => {
			const request = indexedDB.open('spycam-footage');
			const database = await new Promise<IDBDatabase>((done) => {
				request.onsuccess = () => done(request.result);
			});
			const transaction = database.transaction('runs', 'readwrite');
			transaction.objectStore('runs').put(row);
			await new Promise((done) => (transaction.oncomplete = done));
			database.close();
		},
		{
			...run!,
			...{ runNo: run!.runNo + 50, bytes: 900e6, lastSeq: 7200 },
			...{ anchorUs: run!.startUs - 86_400e6, startUs: run!.startUs - 86_400e6 },
			endUs: run!.startUs - 79_200e6,
		},
	);
	await page.goto(`${relay.address}/storage`);
	const slider = page.getByRole('slider', { name: 'How much it may use' });
	await slider.focus();
	const before = await slider.getAttribute('aria-valuetext');
	await page.keyboard.press('Home');
	await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/^50 MB: about \d/);
	expect(before).not.toMatch(/^50 MB/);
	await page.getByText(/^Saving deletes about 85\d/).waitFor();
	await page.getByLabel('Exactly, in GB').fill('0.2');
	await page.getByText(/^Saving deletes about 71\d/).waitFor();
	expect(await slider.getAttribute('aria-valuetext')).toMatch(/^200 MB: /);
	await page.getByLabel('Exactly, in GB').fill('much');
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Give a number from 0.05').waitFor();
	await page.getByLabel('Exactly, in GB').fill('2');
	expect(await page.getByText(/^Saving deletes/).count()).toBe(0);
	await page.getByRole('button', { name: 'Save' }).click();
	await page.getByText('Saved.').waitFor();
	await page.reload();
	await page.getByText(/ of 2 GB$/).waitFor();
	expect(errors).toEqual([]);
	await context.close();
});

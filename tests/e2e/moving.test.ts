import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { allowJoiner, openHome, showCode } from './support/pairing-steps.ts';
import { becomeCamera, collectPageErrors, startRecording } from './support/user-steps.ts';
import { waitForSegments } from './support/stored-footage.ts';

/**
 * The same browser at another origin is another device: the old one admits it, and the keys follow.
 */

const NAME = 'relay.localhost';
const data = temporaryFolder();
let relay: Relay;
let cameras: BrowserContext;
let owners: BrowserContext;
beforeAll(async () => {
	writeFileSync(join(data, 'settings.json'), JSON.stringify({ names: [NAME] }));
	relay = await startRelay({ data });
	[cameras, owners] = await Promise.all([newContext(), newContext()]);
});
afterAll(async () => {
	await Promise.all([cameras.close(), owners.close()]);
	await relay.stop();
	rmSync(data, { recursive: true, force: true });
});

async function comeIn(page: Page, address: string, behind: string, name: string): Promise<void> {
	await page.goto(`${address}/pair${behind}`);
	const joining = page.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill(name, { timeout: 30_000 });
	await joining.getByRole('button', { name: 'Join' }).click();
}

/** Numbers of the epochs whose keys this origin has, of other devices' cameras. */
function epochsKept(page: Page): Promise<number[]> {
	return page.evaluate(async () => {
		const request = indexedDB.open('spycam-vault');
		const database = await new Promise<IDBDatabase>((done, failed) => {
			request.onsuccess = () => done(request.result);
			request.onerror = () => failed(new Error('the vault did not open'));
		});
		const all = database.transaction('keys').objectStore('keys').getAllKeys();
		const names = await new Promise<IDBValidKey[]>((done) => {
			all.onsuccess = () => done(all.result);
		});
		database.close();
		return names.flatMap((name) =>
			typeof name === 'string' ? Number(/^epoch\/\w+\/(\d+)$/.exec(name)?.[1] ?? 0) : [],
		);
	});
}

test('ID38 at a new address the browser is admitted as an owner, and gets the keys of earlier footage', async () => {
	const [old, camera] = [await owners.newPage(), await cameras.newPage()];
	const errors = [collectPageErrors(old), collectPageErrors(camera)];
	await openHome(old, relay);
	await becomeCamera(camera, relay.address);
	await comeIn(camera, relay.address, await showCode(old, relay), 'Door');
	await old.getByRole('radio', { name: /^A camera/ }).check({ timeout: 30_000 });
	await allowJoiner(old, 'Door');
	await camera.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
	await camera.goto(`${relay.address}/camera`);
	await startRecording(camera);
	await waitForSegments(camera, 2);

	const fresh = await owners.newPage();
	errors.push(collectPageErrors(fresh));
	const address = relay.address.replace('localhost', NAME);
	await comeIn(fresh, address, await showCode(old, relay), 'Laptop, new address');
	await old.getByRole('radio', { name: /^An owner/ }).check({ timeout: 30_000 });
	await allowJoiner(old, 'Laptop, new address');
	await fresh.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
	await old.close();

	await fresh.goto(`${address}/watch`);
	await expect.poll(() => epochsKept(fresh), { timeout: 20_000 }).toContain(1);
	await fresh
		.getByRole('article', { name: 'Door' })
		.or(fresh.getByRole('article'))
		.first()
		.waitFor();
	await fresh.goto(`${address}/settings`);
	const devices = fresh.getByRole('region', { name: 'Devices' });
	const before = devices.getByRole('listitem').filter({ hasText: 'Chrome on Linux' });
	await before.getByRole('link').click({ timeout: 20_000 });
	await fresh.getByRole('button', { name: 'Remove' }).waitFor();
	expect(errors.flat()).toEqual([]);
});

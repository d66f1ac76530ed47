import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay, type Relay } from './house.ts';
import { openHome, pair } from './paired.ts';
import { becomeCamera, escaped, record } from './person.ts';
import { savedAtLeast, storedRuns } from './stored.ts';

/** A device is taken out while it watches: two browsers, the real relay. */

let relay: Relay;
let cameras: BrowserContext;
let viewers: BrowserContext;
let camera: Page;
let viewer: Page;
let errors: string[];

beforeAll(async () => {
	relay = await startRelay();
	[cameras, viewers] = await Promise.all([launchChromium(), launchChromium()]);
	[camera, viewer] = [await cameras.newPage(), await viewers.newPage()];
	errors = escaped(camera);
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	await pair(camera, viewer, relay, 'Kitchen');
	await camera.goto(`${relay.address}/camera`);
	await record(camera);
	await savedAtLeast(camera, 2);
}, 180_000);
afterAll(async () => {
	await Promise.all([cameras.close(), viewers.close()]);
	await relay.stop();
	expect(errors).toEqual([]);
});

test('RL11 ID33 T6 revoked while it watches: no newer picture, a new run in a new epoch, and the proof on the screen', async () => {
	await viewer.goto(`${relay.address}/watch`);
	await viewer.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	await viewer.locator('[data-state="live"]').first().waitFor({ state: 'attached' });
	const before = (await storedRuns(camera)).at(-1);

	await camera.getByRole('navigation').getByRole('link', { name: 'More' }).click();
	const devices = camera.getByRole('region', { name: 'Devices' });
	const kitchen = devices.getByRole('listitem').filter({ hasText: 'Kitchen' });
	await kitchen.getByRole('button', { name: 'Revoke' }).click({ timeout: 20_000 });
	const sure = camera.getByRole('dialog').getByRole('button', { name: 'Yes, take it out' });
	await sure.waitFor();
	const begunMs = performance.now();
	await sure.click();
	// What is on show tells its own age: from that, when its newest frame was taken.
	let newestMs = 0;
	const shown = () =>
		viewer.evaluate(() => {
			const player = document.querySelector<HTMLElement>('[data-state="live"]');
			return player === null ? null : Number(player.dataset['ageMs']);
		});
	for (let ageMs = await shown(); ageMs !== null; ageMs = await shown()) {
		newestMs = Math.max(newestMs, performance.now() - begunMs - ageMs);
		expect(performance.now() - begunMs).toBeLessThan(20_000);
	}
	process.stdout.write(`revoked: newest frame shown is of ${Math.round(newestMs)} ms after\n`);
	expect(newestMs).toBeLessThan(5000);

	const proof = devices.getByText(/^Gone: the relay closed it after .*, .* after /);
	await proof.waitFor({ timeout: 20_000 });
	process.stdout.write(`${(await proof.textContent()) ?? ''}\n`);
	await kitchen.waitFor({ state: 'detached' });
	await expect
		.poll(async () => (await storedRuns(camera)).at(-1)?.runNo, { timeout: 20_000 })
		.toBeGreaterThan(before?.runNo ?? 0);
	const after = (await storedRuns(camera)).at(-1);
	expect(after?.epoch).toBe((before?.epoch ?? 0) + 1);
});

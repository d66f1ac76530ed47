import { spawnSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { need } from '../support/programs.ts';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import { besideAtRelay, segmentsAtRelay, segmentsOf } from './support/relay-footage.ts';
import { loseBytes, storedRuns, waitForSegments } from './support/stored-footage.ts';
import {
	collectPageErrors,
	openByMenu,
	playerRegion,
	shownWallMs,
	startRecording,
	stopRecording,
} from './support/user-steps.ts';

/** Somebody stole the camera: its owner sees what it saw, up to its last second. */

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

const origin = (page: Page) => playerRegion(page).getAttribute('data-origin');
const slider = (page: Page) => playerRegion(page).getByRole('slider', { name: 'Timeline' });

/** Plays until the frame shown is from there. */
async function playInto(page: Page, from: string): Promise<void> {
	await playerRegion(page).getByRole('button', { name: 'Play', exact: true }).click();
	await expect.poll(() => origin(page), { timeout: 30_000 }).toBe(from);
	await playerRegion(page).getByRole('button', { name: 'Pause', exact: true }).click();
}

test('PB40 PB41 PB42 PB43 SY40 SY41 SY43 LV40 LV42 a camera is stolen and removed: its owner goes to its last second at the relay, saves a clip, pins and deletes', async () => {
	const [cameras, laptops] = await Promise.all([
		newContext(),
		newContext({ viewport: { width: 1280, height: 800 }, more: { acceptDownloads: true } }),
	]);
	const [camera, laptop] = [await cameras.newPage(), await laptops.newPage()];
	const errors = [collectPageErrors(camera), collectPageErrors(laptop)];
	await openHome(laptop, relay);
	await pairByLink(laptop, camera, relay, 'Hall', /^An owner/);
	await camera.goto(`${relay.address}/camera`);
	await startRecording(camera);
	await waitForSegments(camera, 2);

	// Live: nothing of it is copied yet, and the page says what helps.
	await openByMenu(laptop, 'Watch');
	await laptop.getByRole('article', { name: 'Hall' }).getByRole('link').first().click();
	await laptop.locator('[data-state="live"]').waitFor({ timeout: 30_000 });
	await laptop.getByText('Nothing of Hall is copied to the relay.').waitFor();
	await laptop.getByText('Choose under Camera settings what is copied.').waitFor();
	await laptop.getByLabel('Copied to the relay').selectOption({ label: 'Everything' });
	await laptop.getByText('The camera changed what it copies to the relay.').waitFor();
	await laptop.getByText(/^At the relay up to/).waitFor({ timeout: 30_000 });
	expect(await origin(laptop)).toBe(null);

	// Moved back, the picture is of what was saved, from the relay; Live returns.
	await waitForSegments(camera, 12);
	await slider(laptop).focus();
	await laptop.keyboard.press('Home');
	await expect.poll(() => origin(laptop), { timeout: 20_000 }).toBe('relay');
	await playerRegion(laptop)
		.getByText(/^At the relay up to/)
		.waitFor();
	await playerRegion(laptop).getByRole('button', { name: 'Live' }).click();
	await laptop.locator('[data-state="live"]').waitFor({ timeout: 30_000 });
	await expect
		.poll(() => slider(laptop).evaluate((one) => one === document.activeElement))
		.toBe(true);

	await stopRecording(camera);
	const [run] = await storedRuns(camera);
	if (!run) throw new Error('nothing was recorded');
	await expect
		.poll(() => segmentsAtRelay(relay.data), { timeout: 30_000 })
		.toEqual(segmentsOf([run]));

	// The camera's disk has lost half of it: that plays from the relay, and the rest from here.
	await camera.evaluate(loseBytes, run.initPlace + 6);
	await camera.goto(`${relay.address}/watch/${run.camera}?at=${String(run.startUs / 1000)}`);
	await shownWallMs(camera);
	await expect.poll(() => origin(camera)).toBe('relay');
	await playInto(camera, 'here');
	await playerRegion(camera).getByText('On this device and at the relay').waitFor();

	await cameras.close();
	await openByMenu(laptop, 'Devices');
	const hall = laptop.getByRole('region', { name: 'Devices' }).getByRole('listitem');
	await hall.filter({ hasText: 'Hall' }).getByRole('link').click({ timeout: 20_000 });
	await laptop.getByRole('button', { name: 'Remove' }).click();
	const asked = laptop.getByRole('dialog', { name: 'Remove Hall?' });
	// What it saved stays, unless somebody says otherwise.
	await asked.getByText(/^Its camera saved .* at the relay, since /).waitFor();
	await expect.poll(() => asked.getByRole('radio', { name: /^Keep it/ }).isChecked()).toBe(true);
	await asked.getByRole('button', { name: 'Remove' }).click();
	await asked.waitFor({ state: 'detached' });

	await openByMenu(laptop, 'Watch');
	await laptop.getByRole('heading', { name: 'Earlier cameras' }).waitFor({ timeout: 20_000 });
	await laptop.getByRole('article', { name: 'Hall' }).getByRole('link').click();
	await expect.poll(() => laptop.getByRole('heading', { level: 1 }).innerText()).toBe('Hall');
	await shownWallMs(laptop);
	await slider(laptop).focus();
	await laptop.keyboard.press('End');
	await expect
		.poll(() => shownWallMs(laptop), { timeout: 20_000 })
		.toBeGreaterThan(run.endUs / 1000 - 1500);
	expect(await origin(laptop)).toBe('relay');

	await playerRegion(laptop).getByRole('button', { name: 'Save clip' }).click();
	const dialog = laptop.getByRole('dialog', { name: 'Save clip' });
	await dialog.getByText(/ to .* about /).waitFor();
	const [download] = await Promise.all([
		laptop.waitForEvent('download', { timeout: 60_000 }),
		dialog.getByRole('button', { name: 'Save', exact: true }).click(),
	]);
	const file = await download.path();
	const decode = ['-v', 'error', '-i', file, '-fps_mode', 'vfr', '-f', 'null', '-'];
	const decoded = spawnSync(need('ffmpeg'), decode, { encoding: 'utf8' });
	expect([decoded.status, decoded.stderr]).toEqual([0, '']);

	await dialog.getByRole('button', { name: 'Done' }).click();

	// What its owner pins and deletes there is signed; a deletion can be undone before it is said.
	await slider(laptop).focus();
	await laptop.keyboard.press('Home');
	const region = playerRegion(laptop);
	const doing = (name: string | RegExp, exact = false) =>
		region.getByRole('button', { name, exact });
	await doing('Pin', true).click();
	await doing(/^Pin .* s$/).click();
	await region.getByText(/^Pinned: /).waitFor();
	await expect.poll(() => besideAtRelay(relay.data, 'pin')).toBe(1);
	await doing('Delete', true).click();
	await region.getByText(/is pinned\. Unpin it to delete it\.$/).waitFor();
	await doing('Unpin').click();
	await region.getByText('You can undo this for ten seconds.').waitFor();
	await doing(/^Delete .* s$/).click();
	await region.getByText(/^Deleted: .* You can undo this for ten seconds\.$/).waitFor();
	await doing('Undo').click();
	await region.getByText('Restored.').waitFor();
	expect(segmentsAtRelay(relay.data)).toEqual(segmentsOf([run]));

	// Or all of it.
	await laptop.getByRole('button', { name: 'Delete all footage' }).click({ timeout: 20_000 });
	const sure = laptop.getByRole('dialog', { name: 'Delete all footage of Hall?' });
	await expect
		.poll(() => sure.getByRole('button', { name: 'Delete all footage' }).isDisabled())
		.toBe(true);
	await sure.getByRole('textbox').fill('hall');
	await sure.getByRole('button', { name: 'Delete all footage' }).click();
	await sure.getByText('All that it saved at the relay is deleted.').waitFor();
	expect([...segmentsAtRelay(relay.data).values()].flat().filter((seq) => seq > 0)).toEqual([]);
	await sure.getByRole('button', { name: 'Close' }).click();
	expect(errors.flat()).toEqual([]);
	await laptops.close();
}, 180_000);

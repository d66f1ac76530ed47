import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import { openHome, pairByLink } from './support/pairing-steps.ts';
import {
	becomeCamera,
	collectPageErrors,
	openByMenu,
	playerRegion,
	startRecording,
} from './support/user-steps.ts';
import { waitForSegments } from './support/stored-footage.ts';
import { segmentsAtRelay } from './support/relay-footage.ts';
import { waitForLivePath, expectMovingPicture } from './support/live-steps.ts';

/**
 * Rights through the screens: an owner's camera, and another device that is first a viewer and then
 * an owner.
 */

let relay: Relay;
let cameras: BrowserContext;
let viewers: BrowserContext;
let camera: Page;
let viewer: Page;
let errors: string[][];

beforeAll(async () => {
	relay = await startRelay();
	cameras = await newContext({ viewport: { width: 1280, height: 800 } });
	viewers = await newContext({ viewport: { width: 360, height: 800 } });
	[camera, viewer] = [await cameras.newPage(), await viewers.newPage()];
	errors = [collectPageErrors(camera), collectPageErrors(viewer)];
	await becomeCamera(camera, relay.address);
	await openHome(camera, relay);
	await pairByLink(camera, viewer, relay, 'Anna');
	await camera.goto(`${relay.address}/camera`);
	await startRecording(camera);
	await waitForSegments(camera, 2);
});
afterAll(async () => {
	await viewers.close();
	await cameras.close();
	await relay.stop();
});

test('RG2 SY40 SY41 EV15 LV41 LV42 LV24 LV25 EV11 EV12 a viewer watches by name, may start and not stop, and every command is logged', async () => {
	await viewer.goto(`${relay.address}/watch`);
	await viewer.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	const settings = viewer.getByRole('button', { name: 'Camera settings' });
	await settings.click();
	await viewer.getByRole('checkbox', { name: 'Always through the relay' }).check();
	await waitForLivePath(viewer, 'relayed');
	await expectMovingPicture(viewer);
	await camera.getByText('Anna, through the relay, since ').waitFor();

	// Commands it may not use are not offered, with the reason.
	const commands = viewer.getByRole('region', { name: 'Camera settings' });
	await expect
		.poll(() => commands.getByRole('button', { name: 'Stop recording' }).isDisabled())
		.toBe(true);
	await expect
		.poll(() => commands.getByRole('button', { name: 'Restart' }).isDisabled())
		.toBe(true);
	await commands.getByText('Only an owner can stop recording').waitFor();
	await commands.getByRole('button', { name: 'Guard mode' }).click();
	await commands.getByText('The camera switched guard mode.').waitFor();
	await expect
		.poll(() => commands.getByRole('button', { name: 'Guard mode' }).isDisabled())
		.toBe(true);
	// The sheet goes by key, and the focus is where it was.
	await viewer.keyboard.press('Escape');
	await commands.waitFor({ state: 'detached' });
	await expect.poll(() => settings.evaluate((one) => one === document.activeElement)).toBe(true);

	const there = viewer.url();
	const [page] = there.split('?');
	// Its footage is nowhere but there, and the page says so.
	await viewer.goto(`${relay.address}/saved`);
	await viewer.getByText(/^Nothing of .+ is copied to the relay\./).waitFor();
	await expect
		.poll(() => viewer.getByRole('link', { name: 'Watch live' }).getAttribute('href'))
		.toBe('/watch');

	// What is copied to the relay it may play, but neither pin nor delete, and the page says why.
	await camera.goto(`${relay.address}/storage`);
	await camera.getByRole('button', { name: 'Keep a copy at the relay' }).click();
	await camera
		.getByText(/^At the relay up to/)
		.first()
		.waitFor({ timeout: 30_000 });
	await camera.goto(`${relay.address}/camera`);
	await waitForSegments(camera, 6);
	await expect
		.poll(() => [...segmentsAtRelay(relay.data).values()].flat().length, { timeout: 30_000 })
		.toBeGreaterThan(5);
	await viewer.goto(`${page}?saved`);
	const player = playerRegion(viewer);
	await expect.poll(() => player.getAttribute('data-origin'), { timeout: 30_000 }).toBe('relay');
	await player.getByText('Only owners of this home can delete or pin what').waitFor();
	for (const name of ['Pin', 'Delete'])
		await expect
			.poll(() => player.getByRole('button', { name, exact: true }).isDisabled())
			.toBe(true);

	// Nor may it admit other devices.
	await viewer.goto(`${relay.address}/pair`);
	const admits = viewer.getByRole('region', { name: 'Add another device' });
	await admits.getByText('Only an owner can add devices, and this device is not one.').waitFor();
	expect(await admits.getByRole('radio').count()).toBe(0);
	expect(await admits.getByRole('button').count()).toBe(0);

	// An owner makes it one; now it may, after a confirmation.
	const owner = await cameras.newPage();
	await owner.goto(`${relay.address}/settings`);
	await owner.getByRole('link', { name: /^Anna/ }).click({ timeout: 20_000 });
	const row = owner.getByRole('region', { name: 'Anna' });
	await row.getByText('View and control').waitFor();
	await row.getByRole('button', { name: 'Change' }).click();
	await row.getByLabel('What it can do').selectOption({ label: 'Owner' });
	await row.getByRole('button', { name: 'Save' }).click();
	await row.getByText('Changed.').waitFor();
	await owner.close();

	await viewer.goto(there);
	await settings.click();
	const stop = commands.getByRole('button', { name: 'Stop recording' });
	await expect.poll(() => stop.isEnabled(), { timeout: 30_000 }).toBe(true);
	await stop.click();
	const sure = viewer.getByRole('dialog', { name: /^Stop recording .+\?$/ });
	await sure.getByRole('button', { name: 'Cancel' }).click();
	await expect.poll(() => stop.isEnabled()).toBe(true);
	await stop.click();
	await sure.getByRole('button', { name: 'Stop recording' }).click();
	const answer = commands.getByText('The camera stopped recording.');
	await answer.waitFor();
	// Beside what was pressed, now the button that starts it again.
	const pressed = await commands.getByRole('button', { name: 'Start recording' }).boundingBox();
	const answered = await answer.boundingBox();
	expect(Math.abs(answered!.y - (pressed!.y + pressed!.height))).toBeLessThan(44);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor();

	// What it deletes at the relay can be undone before it is said; then it is gone there.
	await viewer.goto(`${page}?saved`);
	await expect.poll(() => player.getAttribute('data-origin'), { timeout: 30_000 }).toBe('relay');
	const before = segmentsAtRelay(relay.data);
	await player.getByRole('slider', { name: 'Timeline' }).focus();
	await viewer.keyboard.press('Home');
	for (const undone of [true, false]) {
		await player.getByRole('button', { name: 'Delete', exact: true }).click();
		await player.getByText(/ You can undo this for ten seconds\.$/).waitFor();
		await player.getByRole('button', { name: /^Delete .* s$/ }).click();
		await player.getByText(/^Deleted: .* You can undo this for ten seconds\.$/).waitFor();
		if (!undone) break;
		await player.getByRole('button', { name: 'Undo' }).click();
		await player.getByText('Restored.').waitFor();
		// More may have come meanwhile.
		const after = segmentsAtRelay(relay.data);
		for (const [run, seqs] of before)
			expect(after.get(run)).toEqual(expect.arrayContaining([...seqs]));
	}
	await openByMenu(viewer, 'Saved');
	await expect
		.poll(() => [...segmentsAtRelay(relay.data).values()].flat().length)
		.toBeLessThan([...before.values()].flat().length);

	// All of it is on the camera's own timeline.
	const id = /watch\/([0-9a-f]{32})/.exec(there)?.[1] ?? '';
	await camera.goto(`${relay.address}/watch/${id}?saved`);
	const happened = camera.getByRole('region', { name: /^What happened on / });
	for (const said of [
		'Anna watched',
		'Anna turned on guard mode',
		'Anna stopped the recording',
		/ looked at .*, says the relay$/,
	]) {
		await happened.getByText(said).first().waitFor();
	}
	expect(errors.flat()).toEqual([]);
});

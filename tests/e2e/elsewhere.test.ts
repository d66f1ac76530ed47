import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildInto } from '#setup/build.js';
import { invitationText } from '#domain/pairing/invitation.ts';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { allowJoiner } from './support/pairing-steps.ts';
import { becomeCamera, collectPageErrors } from './support/user-steps.ts';
import { waitForLivePath } from './support/live-steps.ts';
import { startStaticHost, type StaticHost } from './support/static-host.ts';

/** The app from a static host, and a relay at another origin. */

const NAME = 'relay.localhost';
const data = temporaryFolder();
const app = join(temporaryFolder(), 'app');
let host: StaticHost;
let relay: Relay;
/** A name of this machine to put in a code: `localhost` would mean the reader's machine. */
let at: string;
let cameras: BrowserContext;
let viewers: BrowserContext;
beforeAll(async () => {
	host = await startStaticHost(app);
	const settings = JSON.stringify({ names: [NAME], origins: [host.address] });
	writeFileSync(join(data, 'settings.json'), settings);
	relay = await startRelay({ data });
	at = relay.address.replace('localhost', NAME);
	buildInto(app, 'elsewhere', at);
	[cameras, viewers] = await Promise.all([newContext(), newContext()]);
}, 300_000);
afterAll(async () => {
	await Promise.all([cameras.close(), viewers.close()]);
	await Promise.all([relay.stop(), host.stop()]);
	rmSync(data, { recursive: true, force: true });
	rmSync(join(app, '..'), { recursive: true, force: true });
});

test('RL24 the invitation names the relay; then two browsers pair and watch', async () => {
	const [camera, viewer] = [await cameras.newPage(), await viewers.newPage()];
	const errors = [collectPageErrors(camera), collectPageErrors(viewer)];
	await becomeCamera(camera, host.address);

	const invitation = { code: relay.invitation ?? 'none', relay: at };
	await camera.goto(`${host.address}/#${invitationText(invitation)}`);
	await camera.getByRole('button', { name: 'Add another device' }).click({ timeout: 30_000 });
	await camera.getByText('Your home is set up at this relay.').waitFor({ timeout: 20_000 });

	const link = (await camera.getByTestId('pairing-link').textContent({ timeout: 20_000 })) ?? '';
	await viewer.goto(`${host.address}/pair${link.slice(link.indexOf('#'))}`);
	const joining = viewer.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill('Kitchen', { timeout: 30_000 });
	await joining.getByRole('button', { name: 'Join' }).click();
	await allowJoiner(camera, 'Kitchen');

	await camera.goto(`${host.address}/camera`);
	await camera.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 30_000 });
	await viewer.goto(`${host.address}/watch`);
	await viewer.getByRole('article').getByRole('link').first().click({ timeout: 30_000 });
	await waitForLivePath(viewer, 'direct');
	expect(errors.flat()).toEqual([]);
});

test('RL24 the page may connect to the relay it was built for, and to no other', async () => {
	const page = await viewers.newPage();
	await page.goto(host.address);
	const reaches = (address: string) =>
		page.evaluate(
			(url) =>
				fetch(url).then(
					() => true,
					() => false,
				),
			`${address}/api/relay`,
		);
	expect(await reaches(at)).toBe(true);
	const other = await startRelay();
	try {
		expect(await reaches(other.address)).toBe(false);
	} finally {
		await other.stop();
	}
});

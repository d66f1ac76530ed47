import type { Page } from 'playwright-core';
import type { Relay } from './launch.ts';

/** Opens a home at the relay with its first invitation, as its operator would. */
export async function openHome(page: Page, relay: Relay): Promise<void> {
	await page.goto(`${relay.address}/#invite.${relay.invitation ?? 'none'}`);
	await page.getByRole('button', { name: 'Add another device' }).click({ timeout: 30_000 });
	await page.getByText('Your home is set up at this relay.').waitFor({ timeout: 20_000 });
}

/** Shows a code on an owner; returns its link from `#` on. */
export async function showCode(owner: Page, relay: Relay): Promise<string> {
	await owner.goto(`${relay.address}/pair`);
	await owner.getByRole('button', { name: 'Show a code' }).click({ timeout: 30_000 });
	const link = (await owner.getByTestId('pairing-link').textContent({ timeout: 20_000 })) ?? '';
	return link.slice(link.indexOf('#'));
}

/** The owner allows the device that came with its code. */
export async function allowJoiner(owner: Page, name: string): Promise<void> {
	await owner.getByRole('button', { name: 'Allow' }).click({ timeout: 30_000 });
	await owner.getByText(`“${name}” is now in your home.`).waitFor({ timeout: 20_000 });
}

/**
 * Pairs another browser with the owner's home by link. `role`: what the owner chooses for it; by
 * default what is proposed.
 */
export async function pairByLink(
	owner: Page,
	page: Page,
	relay: Relay,
	name: string,
	role?: RegExp,
): Promise<void> {
	const behind = await showCode(owner, relay);
	await page.goto(`${relay.address}/pair${behind}`);
	const joining = page.getByRole('region', { name: 'Join a home' });
	await joining.getByLabel('Name of this device').fill(name, { timeout: 30_000 });
	await joining.getByRole('button', { name: 'Join' }).click();
	if (role) await owner.getByRole('radio', { name: role }).check({ timeout: 30_000 });
	await allowJoiner(owner, name);
	await page.getByText('This device is now in the home.').waitFor({ timeout: 20_000 });
}

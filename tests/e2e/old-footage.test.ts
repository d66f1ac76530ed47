import { afterAll, beforeAll, expect, test } from 'vitest';
import { restore } from '../fixtures/dump.ts';
import { sealedFootage } from '../fixtures/footage.ts';
import { newContext, startRelay, type Relay } from './support/launch.ts';
import {
	collectPageErrors,
	openSaved,
	playerRegion,
	playFor,
	shownWallMs,
} from './support/user-steps.ts';
import { footageHash } from './support/stored-footage.ts';

let relay: Relay;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

test('ST20 a database of an older version opens: footage plays, and can be pinned, deleted and restored', async () => {
	const { databases, fromMs, name } = sealedFootage();
	expect(databases.find((one) => one.name === 'spycam-footage')?.version).toBe(20);
	const context = await newContext();
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	// A URL of this origin on which the app does not run.
	await page.goto(`${relay.address}/favicon.svg`);
	for (const one of databases) await page.evaluate(restore, one);
	const before = await footageHash(page);

	await openSaved(page, relay.address);
	await page.getByRole('heading', { level: 1, name }).waitFor();
	await playerRegion(page).getByRole('slider', { name: 'Timeline' }).focus();
	await page.keyboard.press('Home');
	await expect.poll(() => shownWallMs(page)).toBeLessThan(fromMs + 100);
	await playFor(page, 2500);
	const button = (of: string) => playerRegion(page).getByRole('button', { name: of, exact: true });
	await button('Pause').click();
	await button('Pin').click();
	await page.getByRole('button', { name: /^Pin \d/ }).click();
	await page.getByText(/^Pinned: /).waitFor();
	await button('Delete').click();
	const remove = page.getByRole('dialog').getByRole('button', { name: /^Delete \d/ });
	await remove.click();
	await page.getByText('Part of it is pinned.').waitFor();
	await button('Unpin').click();
	await page.getByText(/^No longer pinned/).waitFor();
	await remove.click();
	await page.getByText(/^Deleted: /).waitFor();
	await button('Undo').click();
	await page.getByText('Restored.').waitFor();
	expect(await footageHash(page)).toBe(before);
	await openSaved(page, relay.address);
	expect(errors).toEqual([]);
	await context.close();
});

import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { newContext, startRelay, temporaryFolder, type Relay } from './support/launch.ts';
import { collectPageErrors, waitForServiceWorker } from './support/user-steps.ts';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
let relay: Relay;
let context: BrowserContext;

afterEach(async () => {
	await context.close();
	await relay.kill();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As the operator runs it on the relay's machine. */
function version(...args: string[]): { hash: string; said: string; status: number | null } {
	const asked = ['src/relay/main.ts', 'version', ...args];
	const { stdout, stderr, status } = spawnSync(process.execPath, asked, {
		...{ cwd: root, encoding: 'utf8' },
	});
	expect(stdout).toMatch(/^Spy-cam \d+\.\d+\.\d+\n/);
	const hash = /^The app it serves: ([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? 'none';
	return { hash, said: stderr, status };
}

async function hashOn(page: Page): Promise<string | null> {
	await page.getByRole('button', { name: 'Calculate' }).click({ timeout: 30_000 });
	return page.getByTestId('app-hash').textContent({ timeout: 30_000 });
}

test('AP11 Settings shows the hash that the relay’s machine prints, offline too, and copies it', async () => {
	relay = await startRelay();
	context = await newContext({
		more: { serviceWorkers: 'allow', permissions: ['clipboard-read', 'clipboard-write'] },
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	const { hash, said, status } = version();
	expect({ said, status }).toEqual({ said: '', status: 0 });
	// The relay serves the first visit, the service worker the second.
	await page.goto(`${relay.address}/settings/about`);
	await expect.poll(() => hashOn(page)).toBe(hash);
	await waitForServiceWorker(page);
	await relay.kill();
	await context.setOffline(true);
	await page.reload();
	await expect.poll(() => hashOn(page)).toBe(hash);
	const card = page.getByRole('region', { name: 'App fingerprint' });
	expect(await card.getByRole('alert').count()).toBe(0);
	await card.getByRole('button', { name: 'Copy' }).click();
	await card.getByText('Copied.').waitFor();
	await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(hash);
	expect(errors).toEqual([]);
});

test('AP11 a file changed after the build is reported at both places, with the same hash', async () => {
	const app = join(folder, 'changed');
	cpSync(join(root, 'build'), app, { recursive: true });
	appendFileSync(join(app, 'maskable-192.png'), 'more');
	const { hash, said, status } = version('--app', app);
	expect(status).toBe(1);
	expect(said).toContain('do not match its sha256sums.txt.');
	expect(hash).not.toBe(version().hash);
	relay = await startRelay({ args: ['--app', app] });
	context = await newContext();
	const page = await context.newPage();
	await page.goto(`${relay.address}/settings/about`);
	await expect.poll(() => hashOn(page)).toBe(hash);
	await page.getByText('One file differs from the build’s list.').waitFor();
});

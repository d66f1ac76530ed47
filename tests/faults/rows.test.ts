import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveBarePage, type BarePage } from '../e2e/support/bare-page.ts';
import { newContext } from '../e2e/support/launch.ts';
import { times } from './support/counts.ts';
import type {} from './pages/rows.ts';

let served: BarePage;
let context: BrowserContext;
let page: Page;
const escaped: string[] = [];

beforeAll(async () => {
	served = await serveBarePage(fileURLToPath(new URL('pages/rows.ts', import.meta.url)));
	context = await newContext();
	page = await context.newPage();
	page.on('pageerror', (error) => escaped.push(error.message));
	await page.goto(served.url);
	await page.waitForFunction(() => 'rowFaults' in window);
});

afterAll(async () => {
	await context.close();
	await served.close();
});

// Runs first, on an empty disk: the estimated usage shrinks only long after rows are deleted.
test('ST4 a real quota leaves nothing of a refused write behind; freed space is usable', async () => {
	const session = await context.newCDPSession(page);
	const origin = new URL(served.url).origin;
	const quotaSize = 20 * 2 ** 20;
	await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
	const full = await page.evaluate(() => window.rowFaults.fillUp(300_000));
	await session.send('Storage.overrideQuotaForOrigin', { origin });
	expect(full.kind).toBe('quota');
	expect(full.lastSeq).toBeGreaterThan(20);
	expect(full.rows).toBe(full.lastSeq + 1);
	expect(full.after).toBe(full.lastSeq + 1);
	expect(escaped).toEqual([]);
});

test('B4 damaged rows are excluded and everything else is served', async () => {
	await page.evaluate(() => window.rowFaults.fill());
	const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
	const all = times(2000, 40);
	let [damaged, setAside, whole] = [0, 0, 0];
	for (let number = 0; damaged < all; number += 1) {
		const many = Math.min(all - damaged, 1 + (number % 10));
		const round = await page.evaluate(([own, count]) => window.rowFaults.round(own, count), [
			seed + number,
			many,
		] as const);
		const what = `SEED=${seed}, round ${number}: ${round.damages.join(', ')}`;
		expect(round.faults, what).toEqual([]);
		expect(round.lost, what).toEqual([]);
		damaged += many;
		setAside += round.setAside;
		whole += round.served;
	}
	console.log(
		`SEED=${seed}: ${damaged} damages, ${setAside} rows set aside, ${whole} segments whole`,
	);
	expect(setAside).toBeGreaterThan(all / 10);
	expect(escaped).toEqual([]);
});

/**
 * T3: with a swapped fingerprint no frame is shown, whoever swaps it and where. Real browsers, real
 * WebRTC.
 */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveBarePage, type BarePage } from '../e2e/support/bare-page.ts';
import { newContext, launchFirefox } from '../e2e/support/launch.ts';
import { times } from './support/counts.ts';
import type { Swapped, Swaps } from './pages/swaps.ts';

const AT_ONCE = 12;

let served: BarePage;
beforeAll(async () => {
	served = await serveBarePage(fileURLToPath(new URL('pages/swaps.ts', import.meta.url)));
});
afterAll(() => served.close());

async function swap(
	browser: string,
	count: number,
	round: (from: number, count: number) => ReturnType<Swaps['round']>,
): Promise<void> {
	const all: Swapped[] = [];
	while (all.length < count) {
		const { swapped, untouched } = await round(all.length, Math.min(AT_ONCE, count - all.length));
		// The same two peers show frames if nobody swaps anything.
		expect(untouched, browser).toBeGreaterThan(0);
		all.push(...swapped);
	}
	const ends = new Map<string, number>();
	for (const { end } of all) ends.set(end, (ends.get(end) ?? 0) + 1);
	console.log(`T3 in ${browser}: ${all.length} swaps, ${JSON.stringify([...ends])}`);
	expect(all.filter(({ frames, picture }) => frames > 0 || picture)).toEqual([]);
	expect(ends.get('refused by DTLS')).toBeGreaterThan(0);
	expect(ends.get('hung up')).toBeGreaterThan(0);
}

test('T3 swapped fingerprints in Chromium: 0 frames', async () => {
	const context = await newContext();
	try {
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'swaps' in window);
		await swap('Chromium', times(200, 40), (from, count) =>
			page.evaluate(([at, many]) => window.swaps.round(at, many), [from, count] as const),
		);
	} finally {
		await context.close();
	}
});

test('T3 swapped fingerprints in Firefox: 0 frames', async () => {
	const browser = await launchFirefox({
		prefs: { 'media.peerconnection.ice.obfuscate_host_addresses': false },
	});
	try {
		const page = await browser.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'swaps' in window);
		await swap('Firefox', times(120, 40), (from, count) =>
			page.evaluate((at, many) => window.swaps.round(at, many), from, count),
		);
	} finally {
		await browser.close();
	}
});

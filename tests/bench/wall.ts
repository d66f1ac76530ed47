import { rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium, startRelay, temporaryFolder, type Relay } from '../e2e/support/launch.ts';
import { openHome, pairByLink } from '../e2e/support/pairing-steps.ts';
import { becomeCamera } from '../e2e/support/user-steps.ts';
import { ALLOW_LOOPBACK_ARG } from '../e2e/support/turn-server.ts';
import { median } from '../support/measures.ts';
import { cpuSeconds } from './live.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const CAMERAS = 9;
const ROUNDS = 3;
const SETTLE_MS = 5000;
const SECONDS = 10;
const SCREEN = { width: 1280, height: 800 } as const;

/**
 * What a wall of nine live cameras costs its viewer, of which each is a device of its own with a
 * drawn lens of 720p, against one of them at the full rate; and how much of the screen is picture.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const profile = temporaryFolder();
	const open: BrowserContext[] = [];
	const found: Record<'one' | 'nine' | 'share', number[]> = { one: [], nine: [], share: [] };
	try {
		const viewer = await launchChromium({
			...{ full: true, profile, viewport: SCREEN, args: [ALLOW_LOOPBACK_ARG] },
		});
		open.push(viewer);
		const view = await viewer.newPage();
		await camerasFor(view, relay, open, progress);
		for (let round = 0; round < ROUNDS; round += 1) {
			await view.goto(`${relay.address}/watch`);
			await live(view, CAMERAS);
			found.nine.push(await cpuPercent(view, profile));
			found.share.push(await shareOfScreen(view));
			await view.getByRole('article').getByRole('link').first().click();
			await view.locator('[data-path="direct"][data-state="live"]').waitFor({ timeout: 60_000 });
			found.one.push(await cpuPercent(view, profile));
			progress(`round ${round + 1}: ${JSON.stringify(found)}`);
		}
	} finally {
		await Promise.all(open.map((context) => context.close()));
		await relay.stop();
		rmSync(profile, { recursive: true, force: true });
	}
	const ratios = found.nine.map((value, at) => value / (found.one[at] ?? NaN));
	return {
		figures: {
			nineCpuPercent: round2(median(found.nine)),
			screenSharePercent: round2(median(found.share)),
		},
		baseline: { oneCpuPercent: round2(median(found.one)) },
		ratio: { cpuRatio: round2(median(ratios)) },
		rounds: ROUNDS,
	};
}

/** The first owns the home. Each draws at 15 frames a second. */
async function camerasFor(
	view: Page,
	relay: Relay,
	open: BrowserContext[],
	progress: Progress,
): Promise<void> {
	let owner: Page | null = null;
	for (let n = 1; n <= CAMERAS; n += 1) {
		const context = await launchChromium({ full: true, args: [ALLOW_LOOPBACK_ARG] });
		open.push(context);
		await withDrawnLens(context);
		const page = await context.newPage();
		if (owner === null) {
			owner = page;
			await becomeCamera(page, relay.address);
			await openHome(page, relay);
			await pairByLink(owner, view, relay, 'Wall');
		} else {
			await pairByLink(owner, page, relay, `Camera ${String(n)}`, /^A camera/);
			await opensLens(page, relay);
		}
		progress(`camera ${n} of ${CAMERAS}`);
	}
	if (owner) await opensLens(owner, relay);
}

/** Live without recording: nine recordings at once would leave the viewer nothing. */
async function opensLens(page: Page, relay: Relay): Promise<void> {
	await page.goto(`${relay.address}/camera`);
	await page.getByRole('button', { name: 'Start recording' }).waitFor({ timeout: 30_000 });
}

async function withDrawnLens(context: BrowserContext): Promise<void> {
	await context.addInitScript(() => {
		navigator.mediaDevices.getUserMedia = () => {
			const canvas = document.createElement('canvas');
			[canvas.width, canvas.height] = [1280, 720];
			const pen = canvas.getContext('2d');
			let count = 0;
			setInterval(() => {
				if (pen === null) return;
				count += 1;
				pen.fillStyle = '#406080';
				pen.fillRect(0, 0, 1280, 720);
				pen.fillStyle = '#c08040';
				pen.fillRect((count * 9) % 1280, 300, 200, 200);
			}, 1000 / 15);
			return Promise.resolve(canvas.captureStream(15));
		};
	});
}

async function live(page: Page, count: number): Promise<void> {
	await page.waitForFunction(
		(wanted) => document.querySelectorAll('article[data-state="live"]').length === wanted,
		count,
		{ timeout: 120_000 },
	);
}

async function cpuPercent(page: Page, profile: string): Promise<number> {
	await page.waitForTimeout(SETTLE_MS);
	const [before, startedMs] = [cpuSeconds(profile), performance.now()];
	await page.waitForTimeout(SECONDS * 1000);
	const seconds = (performance.now() - startedMs) / 1000;
	return ((cpuSeconds(profile) - before) / seconds) * 100;
}

/** How much of the window is covered by tiles, in percent. */
async function shareOfScreen(page: Page): Promise<number> {
	return page.evaluate(() => {
		const seen = [...document.querySelectorAll('article')].map((tile) => {
			const { left, right, top, bottom } = tile.getBoundingClientRect();
			const across = Math.min(right, innerWidth) - Math.max(left, 0);
			const down = Math.min(bottom, innerHeight) - Math.max(top, 0);
			return Math.max(0, across) * Math.max(0, down);
		});
		return (100 * seen.reduce((sum, area) => sum + area, 0)) / (innerWidth * innerHeight);
	});
}

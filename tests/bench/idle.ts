import type { BrowserContext, Page } from 'playwright-core';
import { startRelay, type Relay } from '../e2e/support/launch.ts';
import { cameraFile } from '../fixtures/media.ts';
import { median } from '../support/measures.ts';
import { heapGrowth, measured, round2, startBare, startOurs } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 3;

/**
 * Guard mode with its black screen against a bare page that captures and encodes the same and shows
 * nothing, alternating. With `--soak` also the slope of the heap after forced collections.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const fakeCameraFile = cameraFile();
	const ours: number[] = [];
	const bare: number[] = [];
	try {
		for (let round = 1; round <= ROUNDS; round += 1) {
			const one = await measured(fakeCameraFile, (context) => startGuard(context, relay));
			const other = await measured(fakeCameraFile, (context) => startBare(context, relay, false));
			ours.push(one.cpu);
			bare.push(other.cpu);
			progress(
				`round ${round}: guard ${one.cpu.toFixed(1)} %, bare ${other.cpu.toFixed(1)} % of a core`,
			);
		}
		const heap =
			process.env['SOAK'] === '1'
				? await heapGrowth((context) => startGuard(context, relay), fakeCameraFile, progress)
				: null;
		return {
			figures: {
				cpuPercent: round2(median(ours)),
				heapGrowthMBPerHour: heap === null ? null : round2(heap),
			},
			baseline: { cpuPercent: round2(median(bare)) },
			ratio: { cpuRatio: round2(median(ours.map((cpu, at) => cpu / (bare[at] ?? Number.NaN)))) },
			rounds: ROUNDS,
		};
	} finally {
		await relay.stop();
	}
}

async function startGuard(context: BrowserContext, relay: Relay): Promise<Page> {
	const page = await startOurs(context, relay);
	await page.getByRole('button', { name: 'Guard mode' }).click();
	await page.locator('dialog.dark').waitFor({ timeout: 20_000 });
	return page;
}

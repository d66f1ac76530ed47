import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import { launchChromium, processesOf, temporaryFolder } from '../e2e/support/launch.ts';
import type {} from './pages/seal.ts';
import { median } from '../support/measures.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 7;
const COUNT = 300;
/** A second of real 720p footage, and a second at 2 Mbit/s. */
const SIZES = [140_000, 250_000] as const;
const TICKS_PER_SECOND = 100;

/**
 * Sealing against a bare loop of the WebCrypto calls it needs (derive, encrypt, hash, sign),
 * alternating; and the share of one core for footage at 2 Mbit/s, whole browser included.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const served = await serveBarePage(fileURLToPath(new URL('pages/seal.ts', import.meta.url)));
	const profile = temporaryFolder();
	const context = await launchChromium({ full: true, profile });
	try {
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'sealBench' in window);
		const run = (which: 'ours' | 'bare' | 'opening', size: number): Promise<number> =>
			page.evaluate(([name, count, bytes]) => window.sealBench[name](count, bytes), [
				which,
				COUNT,
				size,
			] as const);
		const rates = { ours: [] as number[], bare: [] as number[], ratio: [] as number[] };
		const opened: number[] = [];
		for (let round = -1; round < ROUNDS; round += 1) {
			for (const size of SIZES) {
				// Alternate the order: the second one runs on a warmer machine.
				const order = round % 2 === 0 ? (['ours', 'bare'] as const) : (['bare', 'ours'] as const);
				const took = { ours: 0, bare: 0 };
				for (const which of order) took[which] = await run(which, size);
				const opening = await run('opening', size);
				if (round < 0) continue;
				const megabytes = (COUNT * size) / 1e6;
				rates.ours.push((megabytes / took.ours) * 1000);
				rates.bare.push((megabytes / took.bare) * 1000);
				rates.ratio.push(took.bare / took.ours);
				opened.push((megabytes / opening) * 1000);
			}
			progress(`round ${round + 1} of ${ROUNDS}`);
		}
		const before = cpuSeconds(profile);
		const segments = 5 * COUNT;
		for (let at = 0; at < segments; at += COUNT) await run('ours', 250_000);
		const coreShareAt2Mbit = (cpuSeconds(profile) - before) / segments;
		return {
			figures: {
				sealRatio: round3(median(rates.ratio)),
				coreShareAt2Mbit: round5(coreShareAt2Mbit),
				sealMBps: Math.round(median(rates.ours)),
				openMBps: Math.round(median(opened)),
			},
			baseline: { bareMBps: Math.round(median(rates.bare)) },
			ratio: { sealRatio: round3(median(rates.ratio)) },
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		await served.close();
	}
}

/** User and system time of all processes of the browser. */
function cpuSeconds(profile: string): number {
	let ticks = 0;
	for (const pid of processesOf(profile)) {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		ticks += Number(fields[11]) + Number(fields[12]);
	}
	return ticks / TICKS_PER_SECOND;
}

function round3(value: number): number {
	return Math.round(value * 1e3) / 1e3;
}

function round5(value: number): number {
	return Math.round(value * 1e5) / 1e5;
}

import { fileURLToPath } from 'node:url';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import { launchChromium, temporaryFolder } from '../e2e/support/launch.ts';
import { roomFragments } from '../fixtures/fragments.ts';
import type { Clip } from './pages/playback.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 5;
const SEEKS = 30;
/** Shorter only while developing: results are for a day. */
const SECONDS = 3600 * Number(process.env['HOURS'] ?? '24');
const RUN_S = 4 * 3600;

/**
 * A sealed day with one segment per second: time from a fresh page to the first painted frame, and
 * seeks to random times. Baseline: seeks of a bare MediaSource in the same page, alternating, with
 * the same clip from memory, neither sealed nor stored, two segments each.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const { init, fragments } = roomFragments(10, '1280x720');
	const [first] = fragments;
	const smallest = Math.min(...fragments.map(({ bytes }) => bytes.length));
	if (first === undefined || smallest < 20_000)
		throw new Error('the segments of the clip are too small');
	const clip: Clip = {
		init: init.toString('base64'),
		fragments: fragments.map(({ bytes }) => bytes.toString('base64')),
		mime: 'video/mp4; codecs="avc1.42C01F"',
		timescale: first.timescale,
		durationTicks: first.durationTicks,
	};
	const served = await serveBarePage(fileURLToPath(new URL('pages/playback.ts', import.meta.url)));
	const context = await launchChromium({ full: true, profile: temporaryFolder() });
	try {
		const fresh = async () => {
			const page = await context.newPage();
			await page.goto(served.url);
			await page.waitForFunction(() => 'playbackBench' in window);
			return page;
		};
		let page = await fresh();
		progress(`sealing ${SECONDS} segments of ${smallest} bytes and more`);
		const began = performance.now();
		const keys = await page.evaluate(
			([given, seconds]) => window.playbackBench.fill(given, seconds),
			[clip, SECONDS] as const,
		);
		progress(`sealed in ${Math.round((performance.now() - began) / 1000)} s`);
		const firstFrames: number[] = [];
		const took = { anywhere: [] as number[], sameRun: [] as number[], bare: [] as number[] };
		const heaps = { used: [] as number[], collected: [] as number[] };
		for (let round = 0; round < ROUNDS; round += 1) {
			await page.close();
			page = await fresh();
			firstFrames.push(
				await page.evaluate(([given, second]) => window.playbackBench.open(given, second), [
					keys,
					somewhere(SECONDS),
				] as const),
			);
			const seek = (seconds: number[]) =>
				page.evaluate((list) => window.playbackBench.seek(list), seconds);
			took.anywhere.push(...(await seek(many(SECONDS))));
			const runFrom = RUN_S * Math.floor(somewhere(SECONDS) / RUN_S);
			const inRun = (): number[] => many(Math.min(RUN_S, SECONDS));
			for (let turn = 0; turn < 3; turn += 1) {
				const some = inRun().slice(0, SEEKS / 3);
				took.sameRun.push(...(await seek(some.map((second) => runFrom + second))));
				took.bare.push(
					...(await page.evaluate(([given, list]) => window.playbackBench.bareSeek(given, list), [
						clip,
						some,
					] as const)),
				);
			}
			// Not `performance.memory`: that is rounded, and up to twenty minutes old.
			const cdp = await context.newCDPSession(page);
			const heapMB = async () => (await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
			heaps.used.push(await heapMB());
			await cdp.send('HeapProfiler.collectGarbage');
			heaps.collected.push(await heapMB());
			progress(
				`round ${round + 1} of ${ROUNDS}: first frame ${round1(firstFrames.at(-1) ?? 0)} ms`,
			);
		}
		const ratio = round2(p95(took.sameRun) / p95(took.bare));
		return {
			figures: {
				firstFrameMs: round1(median(firstFrames)),
				firstFrameWorstMs: round1(Math.max(...firstFrames)),
				seekP95Ms: round1(p95(took.anywhere)),
				seekP50Ms: round1(median(took.anywhere)),
				seekWorstMs: round1(Math.max(...took.anywhere)),
				sameRunP95Ms: round1(p95(took.sameRun)),
				/** Whatever was not collected yet, and what is in use: only that tells of a leak. */
				heapMB: round1(Math.max(...heaps.used)),
				collectedHeapMB: round1(Math.max(...heaps.collected)),
				segments: SECONDS,
				smallestBytes: smallest,
			},
			baseline: { bareP95Ms: round1(p95(took.bare)), bareP50Ms: round1(median(took.bare)) },
			ratio: { seekRatio: ratio },
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		await served.close();
	}
}

function many(seconds: number): number[] {
	return Array.from({ length: SEEKS }, () => somewhere(seconds));
}

function somewhere(seconds: number): number {
	return Math.random() * (seconds - 1);
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const p95 = (values: readonly number[]): number => quantile(values, 0.95);
const round1 = (value: number): number => Math.round(value * 10) / 10;
const round2 = (value: number): number => Math.round(value * 100) / 100;

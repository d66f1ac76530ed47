import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import { launchChromium, processesOf, temporaryFolder } from '../e2e/support/launch.ts';
import { roomFragments } from '../fixtures/fragments.ts';
import type { Clip } from './pages/playback.ts';
import { median } from '../support/measures.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 5;
const SHORT_S = 60;
const LONG_S = Number(process.env['LONG_S'] ?? '3600');
const SAMPLE_MS = 100;

/**
 * Clips of sealed footage at 720p, copied without re-encoding: one minute repeatedly, and one hour.
 * Memory is the growth of the renderer, including the worker and blobs not yet moved to disk.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const { init, fragments } = roomFragments(10, '1280x720');
	const [first] = fragments;
	if (first === undefined) throw new Error('ffmpeg made no fragments');
	const clip: Clip = {
		init: init.toString('base64'),
		fragments: fragments.map(({ bytes }) => bytes.toString('base64')),
		mime: 'video/mp4; codecs="avc1.42C01F"',
		timescale: first.timescale,
		durationTicks: first.durationTicks,
	};
	const served = await serveBarePage(fileURLToPath(new URL('pages/clip.ts', import.meta.url)));
	const profile = temporaryFolder();
	const context = await launchChromium({ full: true, profile });
	try {
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'clipBench' in window);
		progress(`sealing ${LONG_S} segments`);
		const keys = await page.evaluate(
			([given, seconds]) => window.playbackBench.fill(given, seconds),
			[clip, LONG_S] as const,
		);
		const make = (fromS: number, toS: number) =>
			page.evaluate(([given, from, to]) => window.clipBench.make(given, from, to), [
				keys,
				fromS,
				toS,
			] as const);
		const speeds: number[] = [];
		for (let round = 0; round < ROUNDS; round += 1) {
			const { ms } = await make(round * SHORT_S, (round + 1) * SHORT_S);
			speeds.push((SHORT_S * 1000) / ms);
			progress(`round ${round + 1}: ${ms.toFixed(0)} ms`);
		}
		const session = await context.newCDPSession(page);
		await session.send('HeapProfiler.collectGarbage');
		const before = heldMB(profile);
		let peak = before;
		const sampling = setInterval(() => (peak = Math.max(peak, heldMB(profile))), SAMPLE_MS);
		const long = await make(0, LONG_S);
		clearInterval(sampling);
		progress(`an hour: ${(long.ms / 1000).toFixed(1)} s, ${(long.bytes / 1e6).toFixed(0)} MB`);
		return {
			figures: {
				timesRealtime: Math.round(median(speeds)),
				timesRealtimeWorst: Math.round(Math.min(...speeds)),
				peakHeapMB: Math.round(peak - before),
				hourSeconds: Math.round(long.ms / 100) / 10,
				hourMB: Math.round(long.bytes / 1e6),
			},
			baseline: {},
			ratio: {},
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		await served.close();
	}
}

/** Private memory of the browser's largest process in MB: the renderer that makes the clip. */
function heldMB(profile: string): number {
	const sizes = processesOf(profile).map((pid) => {
		try {
			if (!readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes('--type=renderer'))
				return 0;
			const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
			return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
		} catch {
			return 0;
		}
	});
	return Math.max(0, ...sizes);
}

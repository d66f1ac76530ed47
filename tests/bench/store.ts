import { fileURLToPath } from 'node:url';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import { launchChromium } from '../e2e/support/launch.ts';
import type {} from './pages/store.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 5;
const COUNT = 60;
/** A second of real 720p footage, and a second at 2 Mbit/s. */
const SIZES = [140_000, 250_000] as const;
/** Seconds of footage in the index: nearly three hours, and eleven and a half days. */
const SMALL = 10_000;
const LARGE = 1_000_000;
const SAMPLES = 200;

/**
 * Sealing and storing against a bare strict put of as many bytes, alternating; and the time of
 * index queries, with its growth. Bytes are in a table of their own that no query touches, so the
 * large index is filled without them.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const served = await serveBarePage(fileURLToPath(new URL('pages/store.ts', import.meta.url)));
	const context = await launchChromium({ full: true });
	try {
		const page = await context.newPage();
		await page.goto(served.url);
		await page.waitForFunction(() => 'storeBench' in window);
		const rate = { ours: [] as number[], buffer: [] as number[], blob: [] as number[] };
		const read = { buffer: [] as number[], blob: [] as number[] };
		const ratios: number[] = [];
		for (let round = -1; round < ROUNDS; round += 1) {
			for (const size of SIZES) {
				const took = { ours: 0, buffer: 0, blob: 0 };
				const back = { buffer: 0, blob: 0 };
				// Alternate the order: the second one runs on a warmer machine.
				const order = ['ours', 'buffer', 'blob'] as const;
				for (const which of round % 2 === 0 ? order : order.toReversed()) {
					if (which === 'ours') {
						took.ours = await page.evaluate(
							([count, bytes]) => window.storeBench.ours(count, bytes),
							[COUNT, size] as const,
						);
						continue;
					}
					const [wrote, reread] = await page.evaluate(
						async ([count, bytes, as]): Promise<[number, number]> => [
							await window.storeBench.bare(count, bytes, as),
							await window.storeBench.reading(count, as),
						],
						[COUNT, size, which] as const,
					);
					took[which] = wrote;
					back[which] = reread;
				}
				if (round < 0) continue;
				const megabytes = (COUNT * size) / 1e6;
				for (const which of order) rate[which].push((megabytes / took[which]) * 1000);
				for (const as of ['buffer', 'blob'] as const) {
					read[as].push((megabytes / back[as]) * 1000);
				}
				ratios.push(took.buffer / took.ours);
			}
			progress(`puts, round ${round + 1} of ${ROUNDS}`);
		}
		const answers: Record<string, number> = {};
		for (const [name, count] of [
			['At10k', SMALL],
			['', LARGE],
		] as const) {
			const began = Date.now();
			await page.evaluate((seconds) => window.storeBench.fill(seconds), count);
			progress(`${count} segments in the index after ${Math.round((Date.now() - began) / 1000)} s`);
			for (const what of ['day', 'hour', 'at'] as const) {
				const ask = (samples: number) =>
					page.evaluate(([one, many, often]) => window.storeBench.ask(one, many, often), [
						what,
						count,
						samples,
					] as const);
				await ask(10);
				const took = await ask(SAMPLES);
				const figure = { day: 'dayCoverageMs', hour: 'hourSegmentsMs', at: 'atQueryMs' }[what];
				answers[`${figure}${name}`] = rounded(quantile(took, what === 'day' ? 0.95 : 0.5));
				answers[`${figure.replace('Ms', 'P95Ms')}${name}`] = rounded(quantile(took, 0.95));
			}
		}
		const growth = (figure: string) =>
			rounded((answers[figure] ?? 0) / (answers[`${figure}At10k`] ?? 1));
		const sealPutRatio = rounded(quantile(ratios, 0.5));
		return {
			figures: {
				...{ sealPutRatio, sealPutMBps: rounded(quantile(rate.ours, 0.5)) },
				...answers,
			},
			baseline: {
				barePutMBps: rounded(quantile(rate.buffer, 0.5)),
				barePutBlobMBps: rounded(quantile(rate.blob, 0.5)),
				bareReadMBps: rounded(quantile(read.buffer, 0.5)),
				bareReadBlobMBps: rounded(quantile(read.blob, 0.5)),
			},
			ratio: {
				sealPutRatio,
				dayGrowth: growth('dayCoverageMs'),
				hourGrowth: growth('hourSegmentsMs'),
				atGrowth: growth('atQueryMs'),
			},
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		await served.close();
	}
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function rounded(value: number): number {
	return Math.round(value * 1000) / 1000;
}

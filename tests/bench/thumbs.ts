import { cameraFile } from '../fixtures/media.ts';
import { startRelay } from '../e2e/support/launch.ts';
import { median } from '../support/measures.ts';
import { measured, startOurs } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 4;

/**
 * The camera page against the same page in a browser that cannot decode single frames and so makes
 * no thumbnails: CPU of the whole browser while recording 720p, alternating. Also the size of the
 * thumbnails.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const fakeCameraFile = cameraFile();
	const withThem: number[] = [];
	const without: number[] = [];
	const ratios: number[] = [];
	const weights: number[] = [];
	try {
		for (let round = 0; round < ROUNDS; round += 1) {
			let bytes = 0;
			const one = await measured(fakeCameraFile, async (context) => {
				const page = await startOurs(context, relay);
				const timer = setInterval(() => {
					page
						.evaluate(bytesAnHour)
						.then((now) => (bytes = now))
						.catch(() => undefined);
				}, 5000);
				page.once('close', () => clearInterval(timer));
				return page;
			});
			const other = await measured(fakeCameraFile, async (context) => {
				await context.addInitScript(() => Reflect.deleteProperty(window, 'VideoDecoder'));
				return startOurs(context, relay);
			});
			withThem.push(one.cpu);
			without.push(other.cpu);
			ratios.push(one.cpu / other.cpu);
			weights.push(bytes);
			progress(
				`round ${round + 1}: with ${one.cpu.toFixed(1)} %, without ${other.cpu.toFixed(1)} % of a core`,
			);
		}
		return {
			figures: {
				cpuPercent: round2(median(withThem)),
				bytesPerHour: Math.round(median(weights)),
			},
			baseline: { cpuPercent: round2(median(without)) },
			ratio: { cpuRatio: round2(median(ratios)) },
			rounds: ROUNDS,
		};
	} finally {
		await relay.stop();
	}
}

/** Sealed bytes of the thumbnails kept so far, extrapolated to an hour. */
async function bytesAnHour(): Promise<number> {
	const request = indexedDB.open('spycam-footage');
	const database = await new Promise<IDBDatabase>((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('the footage database did not open'));
	});
	const all = database.transaction('thumbs').objectStore('thumbs').getAll();
	const rows = await new Promise<{ bytes: ArrayBuffer }[]>((done) => {
		all.onsuccess = () => done(all.result as { bytes: ArrayBuffer }[]);
	});
	database.close();
	const bytes = rows.reduce((sum, row) => sum + row.bytes.byteLength, 0);
	return (bytes / Math.max(1, rows.length)) * (3600 / 5);
}

const round2 = (value: number): number => Math.round(value * 100) / 100;

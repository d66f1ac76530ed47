import { startRelay, launchChromium } from '../e2e/support/launch.ts';
import { openSaved, startRecording, stopRecording } from '../e2e/support/user-steps.ts';
import { waitForSegments } from '../e2e/support/stored-footage.ts';
import { median } from '../support/measures.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 3;
const FPS = 30;
const BITS = 32;

/**
 * Error of the wall time that the player reports for a frame: the source draws the wall time into
 * each frame as a strip of black and white cells, which is read back from the player's picture.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const errors: number[] = [];
	try {
		for (let round = 0; round < ROUNDS; round++) {
			const context = await launchChromium({ full: true });
			await context.addInitScript(
				([bits, fps]) => {
					const canvas = document.createElement('canvas');
					[canvas.width, canvas.height] = [1280, 720];
					const pen = canvas.getContext('2d');
					const cell = canvas.width / bits;
					setInterval(() => {
						if (pen === null) return;
						pen.fillStyle = '#606060';
						pen.fillRect(0, 0, canvas.width, canvas.height);
						const now = Date.now() % 2 ** bits;
						for (let bit = 0; bit < bits; bit++) {
							pen.fillStyle = Math.floor(now / 2 ** bit) % 2 === 1 ? '#fff' : '#000';
							pen.fillRect(bit * cell, 0, cell, 160);
						}
					}, 1000 / fps);
					navigator.mediaDevices.getUserMedia = () => Promise.resolve(canvas.captureStream(fps));
				},
				[BITS, FPS] as const,
			);
			const page = await context.newPage();
			await page.goto(relay.address);
			await page.getByRole('link', { name: 'Use this device as a camera' }).click();
			await page.getByRole('combobox', { name: 'Quality' }).selectOption('high');
			await startRecording(page);
			await waitForSegments(page, 14);
			await stopRecording(page);
			await openSaved(page, relay.address);
			await page.getByRole('button', { name: 'Play' }).click();
			const seen = await page.evaluate(
				async ([bits]) => {
					const video = document.querySelector('video');
					const region = document.querySelector<HTMLElement>('[data-wall-ms]');
					const canvas = new OffscreenCanvas(1280, 720);
					const pen = canvas.getContext('2d', { willReadFrequently: true });
					const found: number[] = [];
					if (video === null || region === null || pen === null) return found;
					await new Promise<void>((done) => {
						const poll = () => {
							pen.drawImage(video, 0, 0, 1280, 720);
							const row = pen.getImageData(0, 80, 1280, 1).data;
							let drawn = 0;
							for (let bit = 0; bit < bits; bit++) {
								const at = Math.round((bit + 0.5) * (1280 / bits)) * 4;
								if ((row[at] ?? 0) > 127) drawn += 2 ** bit;
							}
							// The page reports its time after the same frame callback.
							setTimeout(() => {
								const wall = Number(region.dataset['wallMs']) % 2 ** bits;
								if (wall > 0) found.push(wall - drawn);
								if (found.length >= 150 || video.paused || video.ended) done();
								else video.requestVideoFrameCallback(poll);
							}, 0);
						};
						video.requestVideoFrameCallback(poll);
						setTimeout(done, 20_000);
					});
					return found;
				},
				[BITS] as const,
			);
			// The first frames may be read before the seek settles.
			errors.push(...seen.slice(2));
			progress(`round ${round + 1}: ${seen.length} frames, median ${median(seen).toFixed(1)} ms`);
			await context.close();
		}
	} finally {
		await relay.stop();
	}
	const frameMs = 1000 / FPS;
	const sizes = errors.map((error) => Math.abs(error) / frameMs).toSorted((a, b) => a - b);
	return {
		figures: {
			maxErrorFrames: round2(sizes.at(-1) ?? NaN),
			p95ErrorFrames: round2(sizes[Math.ceil(sizes.length * 0.95) - 1] ?? NaN),
			medianErrorMs: round2(median(errors)),
			frames: errors.length,
		},
		baseline: { frameMs: round2(frameMs) },
		ratio: {},
		rounds: ROUNDS,
	};
}

function round2(value: number): number {
	return Math.round(value * 100) / 100;
}

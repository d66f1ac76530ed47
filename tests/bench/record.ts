import { readFileSync, rmSync } from 'node:fs';
import type { BrowserContext, Page } from 'playwright-core';
import { cameraFile } from '../fixtures/media.ts';
import {
	launchChromium,
	processesOf,
	startRelay,
	temporaryFolder,
	type Relay,
} from '../e2e/support/launch.ts';
import { waitForRecording } from '../e2e/support/user-steps.ts';
import { waitForSegments } from '../e2e/support/stored-footage.ts';
import { median } from '../support/measures.ts';
import type { BenchResult, Progress } from './result.ts';

const SOAK = process.env['SOAK'] === '1';
const ROUNDS = 3;
const SECONDS = 20;
const HEAP_MINUTES = 20;
const TICKS_PER_SECOND = 100;

/**
 * The camera page against a bare page that shows the same picture and records the same codec to
 * memory with MediaRecorder, alternating: CPU of the whole browser while recording 720p from a 30
 * fps camera. With `--soak` also the slope of the heap after forced collections over twenty
 * minutes.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const fakeCameraFile = cameraFile();
	const ours: number[] = [];
	const bare: number[] = [];
	const ratios: number[] = [];
	const fps: number[] = [];
	let longTasks = 0;
	try {
		for (let round = 0; round < ROUNDS; round++) {
			const one = await measured(fakeCameraFile, (context) => startOurs(context, relay));
			const other = await measured(fakeCameraFile, (context) => startBare(context, relay));
			ours.push(one.cpu);
			bare.push(other.cpu);
			ratios.push(one.cpu / other.cpu);
			fps.push(one.fps ?? 0);
			longTasks += one.longTasks;
			progress(
				`round ${round + 1}: ours ${one.cpu.toFixed(1)} %, bare ${other.cpu.toFixed(1)} % of a core, ${(one.fps ?? 0).toFixed(2)} fps`,
			);
		}
		const heap = SOAK
			? await heapGrowth((context) => startOurs(context, relay), fakeCameraFile, progress)
			: null;
		return {
			figures: {
				encodedFps: round2(median(fps)),
				cpuPercent: round2(median(ours)),
				longTasksPerMinute: round2((longTasks / (ROUNDS * SECONDS)) * 60),
				heapGrowthMBPerHour: heap === null ? null : round2(heap),
			},
			baseline: { cpuPercent: round2(median(bare)) },
			ratio: { cpuRatio: round2(median(ratios)) },
			rounds: ROUNDS,
		};
	} finally {
		await relay.stop();
	}
}

interface Measured {
	readonly cpu: number;
	readonly fps: number | null;
	readonly longTasks: number;
}

export async function measured(
	fakeCameraFile: string,
	start: (context: BrowserContext) => Promise<Page>,
): Promise<Measured> {
	const profile = temporaryFolder();
	const context = await launchChromium({ full: true, profile, fakeCameraFile });
	try {
		const page = await start(context);
		await page.evaluate(() => {
			const counted = { longTasks: 0 };
			new PerformanceObserver((list) => {
				counted.longTasks += list.getEntries().length;
			}).observe({ type: 'longtask' });
			Object.assign(window, { counted });
		});
		await page.waitForTimeout(3000);
		const before = cpuSeconds(profile);
		const startedMs = performance.now();
		await page.waitForTimeout(SECONDS * 1000);
		const seconds = (performance.now() - startedMs) / 1000;
		const cpu = ((cpuSeconds(profile) - before) / seconds) * 100;
		const { longTasks } = await page.evaluate(
			() => (window as unknown as { counted: { longTasks: number } }).counted,
		);
		return { cpu, longTasks, fps: await encodedFps(page) };
	} finally {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	}
}

export async function startOurs(context: BrowserContext, relay: Relay): Promise<Page> {
	await context.addInitScript(() => {
		const Real = window.MediaRecorder;
		const chunks = { kept: null as Blob[] | null };
		Object.assign(window, { chunks });
		window.MediaRecorder = class extends Real {
			constructor(stream: MediaStream, options?: MediaRecorderOptions) {
				super(stream, options);
				super.addEventListener('dataavailable', ({ data }) => void chunks.kept?.push(data));
			}
		};
	});
	const page = await context.newPage();
	await page.goto(relay.address);
	await page.getByRole('link', { name: 'Use this device as a camera' }).click();
	await page.getByRole('button', { name: 'Start recording' }).click();
	await waitForRecording(page);
	return page;
}

/**
 * Codec, rate, size and key frames of the standard profile, with chunks kept in memory. `shown`:
 * the picture is on screen.
 */
export async function startBare(
	context: BrowserContext,
	relay: Relay,
	shown = true,
): Promise<Page> {
	const page = await context.newPage();
	// Any page of the origin will do: the camera needs a secure context, and the CSP is the same.
	await page.goto(`${relay.address}/settings`);
	await page.evaluate(async (visible) => {
		const stream = await navigator.mediaDevices.getUserMedia({
			video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 15 } },
		});
		document.body.replaceChildren();
		const video = document.createElement('video');
		video.muted = true;
		// As large as the camera page shows it on the same screen.
		video.style.inlineSize = '680px';
		if (visible) {
			video.srcObject = stream;
			document.body.append(video);
			await video.play();
		}
		const options: MediaRecorderOptions & { videoKeyFrameIntervalDuration: number } = {
			mimeType: 'video/mp4;codecs=avc3.42E01F',
			videoBitsPerSecond: 1_500_000,
			videoKeyFrameIntervalDuration: 1000,
		};
		const recorder = new MediaRecorder(stream, options);
		const kept: Blob[] = [];
		recorder.ondataavailable = ({ data }) => void kept.push(data);
		recorder.start(500);
		Object.assign(window, { kept });
	}, shown);
	return page;
}

/**
 * Frame rate of MediaRecorder's output over ten seconds, counted in its fragments; `null` on the
 * bare page.
 */
async function encodedFps(page: Page): Promise<number | null> {
	if (!page.url().endsWith('/camera')) return null;
	return page.evaluate(async () => {
		const { chunks } = window as unknown as { chunks: { kept: Blob[] | null } };
		chunks.kept = [];
		await new Promise((done) => setTimeout(done, 10_500));
		const bytes = new Uint8Array(await new Blob(chunks.kept).arrayBuffer());
		const view = new DataView(bytes.buffer);
		let [frames, fragments] = [0, 0];
		for (let at = 0; at + 16 < bytes.length; at += 1) {
			const type = String.fromCharCode(...bytes.subarray(at, at + 4));
			if (type !== 'trun') continue;
			frames += view.getUint32(at + 8);
			fragments += 1;
		}
		// A fragment is one second, by the requested key-frame interval.
		return frames / fragments;
	});
}

export async function heapGrowth(
	start: (context: BrowserContext) => Promise<Page>,
	fakeCameraFile: string,
	progress: Progress,
): Promise<number> {
	const context = await launchChromium({ full: true, fakeCameraFile });
	try {
		const page = await start(context);
		const session = await context.newCDPSession(page);
		await session.send('HeapProfiler.enable');
		const samples: [number, number][] = [];
		await waitForSegments(page, 60, 120_000);
		const startedMs = performance.now();
		for (let minute = 0; minute <= HEAP_MINUTES; minute++) {
			await session.send('HeapProfiler.collectGarbage');
			const { usedSize } = await session.send('Runtime.getHeapUsage');
			samples.push([(performance.now() - startedMs) / 3_600_000, usedSize / 1e6]);
			progress(`heap after ${minute} min: ${(usedSize / 1e6).toFixed(2)} MB`);
			if (minute < HEAP_MINUTES) await page.waitForTimeout(60_000);
		}
		return slope(samples);
	} finally {
		await context.close();
	}
}

/** Least squares: MB per hour. */
function slope(samples: readonly [number, number][]): number {
	const n = samples.length;
	const meanX = samples.reduce((sum, [x]) => sum + x, 0) / n;
	const meanY = samples.reduce((sum, [, y]) => sum + y, 0) / n;
	const over = samples.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
	const under = samples.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
	return over / under;
}

/** User and system time of the whole process tree so far. */
function cpuSeconds(profile: string): number {
	let ticks = 0;
	for (const pid of processesOf(profile)) {
		try {
			const status = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
			const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
			ticks += Number(fields[11]) + Number(fields[12]);
		} catch {
			// The process ended meanwhile.
		}
	}
	return ticks / TICKS_PER_SECOND;
}

export function round2(value: number): number {
	return Math.round(value * 100) / 100;
}

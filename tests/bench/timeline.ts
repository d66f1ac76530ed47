import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { Run } from '#domain/footage/run.ts';
import { serveBarePage } from '../e2e/support/bare-page.ts';
import { launchChromium, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	openSaved,
	playerRegion,
	startRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 5;
const DAYS = 30;
const DAY_US = 86_400_000_000;
const RUN_US = 4 * 3600e6;

/**
 * The ribbon of the built app over a month at one segment per second (180 run rows and their gaps
 * beside real footage; unopened segments need no bytes): frame times while it is flung, over a day
 * and over the month, the time from a fresh page to the drawn ribbon, and its response to keys and
 * taps with the CPU throttled to a quarter. Also scrubbing over six hours of sealed thumbnails in a
 * bare page.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const served = await serveBarePage(fileURLToPath(new URL('pages/timeline.ts', import.meta.url)));
	const context = await launchChromium({ full: true, viewport: { width: 1280, height: 800 } });
	try {
		const page = await context.newPage();
		await becomeCamera(page, relay.address);
		await startRecording(page);
		await waitForSegments(page, 8);
		await stopRecording(page);
		const [run] = await storedRuns(page);
		if (run === undefined) throw new Error('nothing was recorded');
		await addMonth(page, run);
		const frames = { day: [] as number[], month: [] as number[] };
		const opened: number[] = [];
		await openSaved(page, relay.address);
		for (let round = 0; round < ROUNDS; round += 1) {
			await page.reload();
			opened.push(await page.evaluate(drawnMs));
			await playerRegion(page).getByRole('slider', { name: 'Timeline' }).focus();
			await zoomTo(page, 86_400_000);
			frames.day.push(...(await thrown(page)));
			await zoomTo(page, DAYS * 86_400_000);
			frames.month.push(...(await thrown(page)));
			progress(`round ${round + 1}: open ${(opened.at(-1) ?? 0).toFixed(0)} ms`);
		}
		const answers = await answered(page);
		progress(
			`${String(answers.length)} interactions, the latest answer ${String(Math.max(...answers))} ms`,
		);
		const bare = await context.newPage();
		await bare.goto(served.url);
		await bare.waitForFunction(() => 'timelineBench' in window);
		progress('sealing six hours of thumbnails');
		const { fps, thumbnails } = await bare.evaluate(() => window.timelineBench.scrub(6, 5));
		return {
			figures: {
				scrollP99Ms: round1(Math.max(quantile(frames.day, 0.99), quantile(frames.month, 0.99))),
				scrollDayP99Ms: round1(quantile(frames.day, 0.99)),
				scrollMonthP99Ms: round1(quantile(frames.month, 0.99)),
				scrollMedianMs: round1(quantile([...frames.day, ...frames.month], 0.5)),
				frames: frames.day.length + frames.month.length,
				scrubFps: round1(fps),
				thumbnails,
				openP95Ms: round1(quantile(opened, 0.95)),
				openMedianMs: round1(quantile(opened, 0.5)),
				inpMs: round1(quantile(answers, 0.98)),
				interactions: answers.length,
			},
			baseline: {},
			ratio: {},
			rounds: ROUNDS,
		};
	} finally {
		await context.close();
		await served.close();
		await relay.stop();
	}
}

/** Runs of four hours for thirty days before the real one, each followed by a pause. */
async function addMonth(page: Page, run: Run): Promise<void> {
	const rows: Run[] = [];
	const firstNo = 1000;
	for (let startUs = run.startUs - DAYS * DAY_US, n = 0; startUs < run.startUs - RUN_US; n += 1) {
		const endUs = startUs + RUN_US - 60e6;
		const segments = Math.floor((endUs - startUs) / 1e6);
		const facts = {
			firstSeq: 1,
			lastSeq: segments,
			bytes: segments,
			holes: [],
			ended: 'stopped',
		} as const;
		rows.push({ ...run, ...facts, runNo: firstNo + n, anchorUs: startUs, startUs, endUs });
		startUs += RUN_US;
	}
	await page.evaluate(async (all) => {
		const request = indexedDB.open('spycam-footage');
		const database = await new Promise<IDBDatabase>((done) => {
			request.onsuccess = () => done(request.result);
		});
		const transaction = database.transaction('runs', 'readwrite');
		for (const row of all) transaction.objectStore('runs').put(row);
		await new Promise((done) => (transaction.oncomplete = done));
		database.close();
	}, rows);
}

/** Milliseconds from the navigation to a ribbon with footage. */
async function drawnMs(): Promise<number> {
	for (;;) {
		const slider = document.querySelector<HTMLInputElement>('[data-span]');
		const canvas = slider?.parentElement?.querySelector('canvas');
		const from = Number(slider?.min);
		if (canvas && canvas.width > 300 && from > 0) {
			const { data } = canvas.getContext('2d')!.getImageData(canvas.width / 2 - 30, 20, 1, 1);
			if (data[3] === 255) return performance.now();
		}
		await new Promise((done) => requestAnimationFrame(done));
	}
}

async function zoomTo(page: Page, spanMs: number): Promise<void> {
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	const less = page.getByRole('button', { name: 'Show more time' });
	const more = page.getByRole('button', { name: 'Show less time' });
	for (let press = 0; press < 40; press += 1) {
		const now = Number(await slider.getAttribute('data-span'));
		if (Math.abs(now - spanMs) < spanMs / 10) return;
		await (now < spanMs ? less : more).click();
	}
	throw new Error('the ribbon never showed that span');
}

/** Flings the ribbon to and fro; returns the time of each frame until it rests, ms. */
async function thrown(page: Page): Promise<number[]> {
	const box = await playerRegion(page).getByRole('slider', { name: 'Timeline' }).boundingBox();
	if (box === null) throw new Error('the ribbon is not on the page');
	const y = box.y + box.height / 2;
	const watching = page.evaluate(
		() =>
			new Promise<number[]>((done) => {
				const times: number[] = [];
				const began = performance.now();
				let before = began;
				const step = (now: number): void => {
					times.push(now - before);
					before = now;
					if (now - began < 3000) requestAnimationFrame(step);
					else done(times.slice(2));
				};
				requestAnimationFrame(step);
			}),
	);
	for (const way of [1, -1]) {
		await page.mouse.move(box.x + box.width / 2 - way * 200, y);
		await page.mouse.down();
		for (let step = 1; step <= 8; step += 1) {
			await page.mouse.move(box.x + box.width / 2 - way * 200 + way * step * 50, y);
		}
		await page.mouse.up();
		await page.waitForTimeout(1000);
	}
	return watching;
}

/**
 * Milliseconds from each key, tap and press to the next paint, as in web.dev's Interaction to Next
 * Paint.
 */
async function answered(page: Page): Promise<number[]> {
	const session = await page.context().newCDPSession(page);
	await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
	await page.evaluate(() => {
		const kept = new Map<number, number>();
		Object.assign(window, { answers: kept });
		new PerformanceObserver((list) => {
			for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
				const { interactionId: id, duration } = entry;
				if (id > 0) kept.set(id, Math.max(kept.get(id) ?? 0, duration));
			}
		}).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
	});
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	const box = await slider.boundingBox();
	if (box === null) throw new Error('the ribbon is not on the page');
	for (const spanMs of [86_400_000, DAYS * 86_400_000]) {
		await slider.focus();
		await zoomTo(page, spanMs);
		for (const key of ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', '+', '-']) {
			await page.keyboard.press(key, { delay: 30 });
			await page.waitForTimeout(200);
		}
		for (const share of [0.3, 0.6, 0.45]) {
			await page.mouse.click(box.x + box.width * share, box.y + box.height / 2, { delay: 30 });
			await page.waitForTimeout(300);
		}
	}
	const answers = await page.evaluate(() => [
		...(window as unknown as { answers: Map<number, number> }).answers.values(),
	]);
	await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
	if (answers.length < 10) throw new Error(`only ${String(answers.length)} interactions were seen`);
	return answers;
}

function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const round1 = (value: number): number => Math.round(value * 10) / 10;

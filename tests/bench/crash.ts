import { rmSync } from 'node:fs';
import { cameraFile } from '../fixtures/media.ts';
import { killBrowser, launchChromium, startRelay, temporaryFolder } from '../e2e/support/launch.ts';
import { becomeCamera, startRecording, waitForRecording } from '../e2e/support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import type { BenchResult, Progress } from './result.ts';

const TRIALS = process.env['SOAK'] === '1' ? 200 : 12;

/**
 * `kill -9` of the whole browser while it records. `ackedLost`: segments that were in the database
 * just before and are missing afterwards. `tailLostP95S`: from the end of the newest saved segment
 * to the kill. The first two seconds after a recorder start are exempt: MediaRecorder has delivered
 * nothing by then.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const profile = temporaryFolder();
	const fakeCameraFile = cameraFile();
	let ackedLost = 0;
	let broken = 0;
	const tails: number[] = [];
	const back: number[] = [];
	try {
		let context = await launchChromium({ full: true, profile, fakeCameraFile });
		let page = await context.newPage();
		await becomeCamera(page, relay.address);
		await startRecording(page);
		for (let trial = 0; trial < TRIALS; trial++) {
			await waitForSegments(page, 3);
			// Spread over the second between two fragments.
			await page.waitForTimeout(((trial * 7) % TRIALS) * (1000 / TRIALS));
			const before = (await storedRuns(page)).at(-1);
			const killedMs = Date.now();
			await killBrowser(context);
			const reopenedMs = Date.now();
			context = await launchChromium({ full: true, profile, fakeCameraFile });
			page = await context.newPage();
			await page.goto(`${relay.address}/camera`);
			await waitForRecording(page);
			back.push((Date.now() - reopenedMs) / 1000);
			const after = (await storedRuns(page)).find((run) => run.runNo === before?.runNo);
			ackedLost += Math.max(0, (before?.lastSeq ?? 0) - (after?.lastSeq ?? 0));
			if (after) {
				tails.push(killedMs / 1000 - after.endUs / 1e6);
				await verifyChain(page, after).catch(() => broken++);
			}
			progress(`kill ${trial + 1} of ${TRIALS}: ${(tails.at(-1) ?? 0).toFixed(2)} s of tail lost`);
		}
		await context.close();
	} finally {
		await relay.stop();
		rmSync(profile, { recursive: true, force: true });
	}
	return {
		figures: {
			ackedLost,
			tailLostP95S: rank(tails, 0.95),
			tailLostP50S: rank(tails, 0.5),
			recordingAgainP95S: rank(back, 0.95),
			brokenChains: broken,
		},
		baseline: { keyFrameS: 1 },
		ratio: {},
		rounds: TRIALS,
	};
}

function rank(values: number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN;
	return Math.round(value * 100) / 100;
}

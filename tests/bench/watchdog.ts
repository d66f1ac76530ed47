import type { Page } from 'playwright-core';
import { launchChromium, startRelay } from '../e2e/support/launch.ts';
import { becomeCamera, startRecording, waitForRecording } from '../e2e/support/user-steps.ts';
import { controlPuppet, withPuppetCamera } from '../e2e/support/puppet-camera.ts';
import { waitForSegments } from '../e2e/support/stored-footage.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const ROUNDS = 8;

/** What fails, and what allows recovery. */
const FAILURES = {
	unplugged: { fail: (page: Page) => controlPuppet(page, 'unplug'), mend: () => Promise.resolve() },
	frozen: {
		fail: (page: Page) => controlPuppet(page, 'freeze'),
		mend: (page: Page) => controlPuppet(page, 'thaw'),
	},
	recorder: {
		fail: (page: Page) =>
			page.evaluate(() => {
				(window as unknown as { newest: MediaRecorder }).newest.dispatchEvent(new Event('error'));
			}),
		mend: () => Promise.resolve(),
	},
} as const;

/**
 * From a failure to the notice on the screen, and from there, or from when the cause is gone, to
 * the next saved segment; p95 over the rounds, in seconds. A frozen picture is reported after five
 * seconds by rule.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const relay = await startRelay();
	const context = await launchChromium({ full: true });
	try {
		await withPuppetCamera(context);
		await context.addInitScript(() => {
			const Real = window.MediaRecorder;
			window.MediaRecorder = class extends Real {
				constructor(stream: MediaStream, options?: MediaRecorderOptions) {
					super(stream, options);
					Object.assign(window, { newest: this });
				}
			};
		});
		const page = await context.newPage();
		await becomeCamera(page, relay.address);
		await startRecording(page);
		const figures: Record<string, number> = {};
		for (const [name, { fail, mend }] of Object.entries(FAILURES)) {
			const noticed: number[] = [];
			const again: number[] = [];
			for (let round = 0; round < ROUNDS; round += 1) {
				await waitForRecording(page, 30_000);
				await waitForSegments(page, 2);
				const failedMs = performance.now();
				await fail(page);
				await page
					.getByRole('status')
					.filter({ hasText: 'Not saving' })
					.first()
					.waitFor({ timeout: 30_000 });
				noticed.push((performance.now() - failedMs) / 1000);
				await mend(page);
				const mendedMs = performance.now();
				await waitForRecording(page, 30_000);
				again.push((performance.now() - mendedMs) / 1000);
			}
			figures[`${name}NoticeP95S`] = p95(noticed);
			figures[`${name}AgainP95S`] = p95(again);
			progress(`${name}: noticed after ${p95(noticed)} s, recording again after ${p95(again)} s`);
		}
		return { figures, baseline: {}, ratio: {}, rounds: ROUNDS };
	} finally {
		await context.close();
		await relay.stop();
	}
}

/** The maximum, with so few values. */
function p95(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return round2(sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN);
}

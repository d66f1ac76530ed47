import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	openSaved,
	playFor,
	playerRegion,
	startRecording,
	waitForRecording,
	shownWallMs,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { controlPuppet, withPuppetCamera } from '../e2e/support/puppet-camera.ts';
import { verifyChain, waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { times } from './support/counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
let context: BrowserContext;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());
afterEach(() => context.close());

async function runThat(page: Parameters<typeof storedRuns>[0], ended: string, timeout = 40_000) {
	const deadline = Date.now() + timeout;
	for (;;) {
		const runs = await storedRuns(page);
		const found = runs.find((run) => run.ended === ended);
		if (found) return found;
		if (Date.now() > deadline)
			throw new Error(`no run ended "${ended}": ${JSON.stringify(runs.map((run) => run.ended))}`);
		await page.waitForTimeout(200);
	}
}

declare global {
	interface Window {
		said: string[];
	}
}

/** Records every status text from now on. */
function listen(): void {
	const said: string[] = [];
	window.said = said;
	new MutationObserver(() => {
		said.push(document.querySelector('[role=status]')?.textContent.trim() ?? '');
	}).observe(document.body, { subtree: true, childList: true, characterData: true });
}

test(`B7 the lens disappears ${String(times(30))} times: reported, and recording resumes by itself`, async () => {
	context = await newContext();
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	for (let trial = 0; trial < times(30); trial++) {
		const before = (await waitForSegments(page, 2)).at(-1)?.runNo ?? 0;
		await page.evaluate(listen);
		await controlPuppet(page, 'unplug');
		// It lasts two seconds: the recorded texts show it.
		await page.waitForFunction(() => window.said.some((text) => !/^Recording/.test(text)));
		await waitForRecording(page, 90_000);
		const runs = await waitForSegments(page, 1);
		expect(runs.find((run) => run.runNo === before)?.ended).toBe('unplugged');
	}
	await stopRecording(page);
	expect(errors).toEqual([]);
});

test('B7 frames stall while the track is live: detected, labelled, and recording resumes when they return', async () => {
	context = await newContext();
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	const before = (await waitForSegments(page, 3)).at(-1)?.runNo ?? 0;
	await controlPuppet(page, 'freeze');
	const stalled = await runThat(page, 'stalled');
	expect(stalled.runNo).toBe(before);
	await expect
		.poll(() => page.getByRole('status').first().innerText(), { timeout: 10_000 })
		.not.toMatch(/^Recording/);
	await controlPuppet(page, 'thaw');
	await waitForRecording(page, 60_000);
	const runs = await waitForSegments(page, 1);
	expect(runs.at(-1)?.runNo).toBeGreaterThan(before);
	await stopRecording(page);
	expect(errors).toEqual([]);
});

test('RC27 rotation while recording is normal: a run each, complete chains, and it plays', async () => {
	context = await newContext();
	await withPuppetCamera(context);
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 3);
	await controlPuppet(page, 'turn');
	await runThat(page, 'rotated');
	await waitForSegments(page, 3);
	await controlPuppet(page, 'turn');
	await expect
		.poll(async () => (await storedRuns(page))[2]?.lastSeq, { timeout: 30_000 })
		.toBeGreaterThanOrEqual(3);
	await stopRecording(page);
	const runs = await storedRuns(page);
	expect(runs.map(({ ended }) => ended)).toEqual(['rotated', 'rotated', 'stopped']);
	for (const run of runs) await verifyChain(page, run);
	await openSaved(page, relay.address);
	const slider = playerRegion(page).getByRole('slider', { name: 'Timeline' });
	await slider.focus();
	await page.getByRole('button', { name: 'Back 10 seconds' }).click();
	// Do not start counting from the frame that was shown before.
	await expect.poll(() => shownWallMs(page)).toBeLessThan((runs[0]?.endUs ?? 0) / 1000);
	await playFor(page, 5000);
	expect(errors).toEqual([]);
});

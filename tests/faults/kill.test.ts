import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killBrowser, launchChromium, startRelay } from '../e2e/support/launch.ts';
import { becomeCamera, startRecording, waitForRecording } from '../e2e/support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { times } from './support/counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
const profile = mkdtempSync(join(tmpdir(), 'spy-cam-kill-'));
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(async () => {
	await relay.stop();
	rmSync(profile, { recursive: true, force: true });
});

test(`B1 kill -9 while recording, ${String(times(200, 40))} times: nothing acknowledged is lost, the run is closed, recording resumes`, async () => {
	let context = await launchChromium({ profile, more: { serviceWorkers: 'allow' } });
	let page = await context.newPage();
	await becomeCamera(page, relay.address);
	await startRecording(page);

	for (let trial = 0; trial < times(200, 40); trial++) {
		// A different moment each time, so that every phase of a write is hit.
		const acknowledged = (await waitForSegments(page, 2 + (trial % 3))).at(-1);
		if (acknowledged === undefined) throw new Error('no run');
		await page.waitForTimeout((trial * 137) % 1000);
		const seen = (await storedRuns(page)).at(-1);
		await killBrowser(context);

		context = await launchChromium({ profile, more: { serviceWorkers: 'allow' } });
		page = await context.newPage();
		await page.goto(`${relay.address}/camera`);
		await waitForRecording(page);

		const runs = await storedRuns(page);
		const killed = runs.find((run) => run.runNo === acknowledged.runNo);
		expect(killed?.lastSeq, `trial ${String(trial)}`).toBeGreaterThanOrEqual(seen?.lastSeq ?? 0);
		expect(killed?.ended).toBe('interrupted');
		if (killed) await verifyChain(page, killed);
		const next = runs.find((run) => run.runNo > acknowledged.runNo);
		expect(next, 'recording went on by itself').toBeDefined();
		expect(next?.anchorUs ?? 0).toBeGreaterThan(killed?.endUs ?? Infinity);
	}
	await context.close();
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
	stopRecording,
} from '../e2e/support/user-steps.ts';
import { verifyChain, waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { SOAK } from './support/counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

const HOUR = 3_600_000;
const steps: readonly [string, number][] = [
	['one hour ahead', HOUR],
	['one hour back', -HOUR],
	['three days back', -72 * HOUR],
	['to 1970', -Infinity],
	['three days ahead', 72 * HOUR],
];

test('B6 the clock is set while recording: a new run each time, order preserved, nothing deleted', async () => {
	const context = await newContext();
	// Only the wall clock jumps; the monotonic clock runs on, as on a real device.
	await context.addInitScript(() => {
		const real = Date.now.bind(Date);
		let offset = 0;
		Date.now = () => real() + offset;
		Object.assign(window, {
			setClock: (ms: number) => {
				offset = ms === -Infinity ? 1000 - real() : ms;
			},
		});
	});
	const page = await context.newPage();
	const errors = collectPageErrors(page);
	await becomeCamera(page, relay.address);
	await startRecording(page);
	await waitForSegments(page, 2);

	const rounds = SOAK ? 8 : 1;
	let lastNo = (await storedRuns(page)).at(-1)?.runNo ?? 0;
	for (let round = 0; round < rounds; round++)
		for (const [name, offset] of steps) {
			await page.evaluate((ms) => {
				(window as unknown as { setClock: (ms: number) => void }).setClock(ms);
			}, offset);
			const deadline = Date.now() + 30_000;
			let runs = await storedRuns(page);
			while ((runs.at(-1)?.runNo ?? 0) === lastNo || (runs.at(-1)?.lastSeq ?? 0) < 2) {
				if (Date.now() > deadline) throw new Error(`no new run after the clock went ${name}`);
				await page.waitForTimeout(100);
				runs = await storedRuns(page);
			}
			expect(runs.at(-2)?.ended, name).toBe('clock-step');
			lastNo = runs.at(-1)?.runNo ?? 0;
			await waitForRecording(page);
		}
	await stopRecording(page);

	const runs = await storedRuns(page);
	expect(runs).toHaveLength(1 + rounds * steps.length);
	const numbers = runs.map((run) => run.runNo);
	expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
	for (const run of runs) {
		expect(run.firstSeq).toBe(1);
		await verifyChain(page, run);
	}
	expect(errors).toEqual([]);
	await context.close();
});

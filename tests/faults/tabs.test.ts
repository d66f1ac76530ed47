import { afterAll, beforeAll, expect, test } from 'vitest';
import { newContext, startRelay } from '../e2e/support/launch.ts';
import {
	becomeCamera,
	collectPageErrors,
	startRecording,
	waitForRecording,
} from '../e2e/support/user-steps.ts';
import { waitForSegments, storedRuns } from '../e2e/support/stored-footage.ts';
import { times } from './support/counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

test(`B8 a second tab is refused politely, ${String(times(20))} times: one records`, async () => {
	const context = await newContext();
	const first = await context.newPage();
	const errors = collectPageErrors(first);
	await becomeCamera(first, relay.address);
	await startRecording(first);
	await waitForSegments(first, 1);
	for (let trial = 0; trial < times(20); trial++) {
		const second = await context.newPage();
		const more = collectPageErrors(second);
		await second.goto(`${relay.address}/camera`);
		await second
			.getByText(/another (tab|window)/i)
			.first()
			.waitFor({ timeout: 20_000 });
		expect(await second.getByRole('button', { name: 'Stop recording' }).count()).toBe(0);
		await second.close();
		expect(more).toEqual([]);
	}
	await waitForRecording(first);
	expect(await storedRuns(first)).toHaveLength(1);

	// The recording tab closes; the waiting one takes over with at most one tap.
	const heir = await context.newPage();
	await heir.goto(`${relay.address}/camera`);
	await heir
		.getByText(/another (tab|window)/i)
		.first()
		.waitFor({ timeout: 20_000 });
	await first.close();
	await heir.reload();
	await waitForRecording(heir);
	expect(errors).toEqual([]);
	await context.close();
});

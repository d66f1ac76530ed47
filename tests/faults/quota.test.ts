import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchChromium, startRelay } from '../e2e/house.ts';
import { becomeCamera, escaped, record, recording, stop } from '../e2e/person.ts';
import { chainOf, savedAtLeast, storedRuns } from '../e2e/stored.ts';
import { SOAK } from './counts.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

const MIB = 1024 * 1024;

test('B3 the browser refuses more bytes in mid-run: the oldest minutes leave and recording goes on', async () => {
	const context = await launchChromium({});
	const page = await context.newPage();
	const errors = escaped(page);
	await becomeCamera(page, relay.address);
	await page.getByRole('combobox', { name: 'Quality' }).selectOption('high');
	await record(page);
	// Retention deletes whole minutes, so at least one full minute must lie behind.
	const early = await savedAtLeast(page, 75, 180_000);
	const session = await context.newCDPSession(page);
	const origin = new URL(relay.address).origin;
	const rounds = SOAK ? 30 : 1;
	for (let round = 0; round < rounds; round++) {
		// Of the whole origin: the app's own files count against the quota, too.
		const used = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
		await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: used + MIB });
		const from = (await storedRuns(page)).at(-1);
		const deadline = Date.now() + 120_000;
		for (;;) {
			const runs = await storedRuns(page);
			const last = runs.at(-1);
			const grew =
				(last?.runNo ?? 0) > (from?.runNo ?? 0) ||
				(last?.lastSeq ?? 0) >= (from?.lastSeq ?? 0) + 15;
			const freed = runs[0]?.runNo !== early[0]?.runNo || (runs[0]?.firstSeq ?? 1) > 1;
			if (grew && freed) break;
			if (Date.now() > deadline)
				throw new Error(
					`stuck at the quota: ${await page.getByRole('status').first().innerText()}`,
				);
			await page.waitForTimeout(250);
		}
		await recording(page);
		await session.send('Storage.overrideQuotaForOrigin', { origin });
		if (SOAK)
			await savedAtLeast(page, ((await storedRuns(page)).at(-1)?.lastSeq ?? 0) + 65, 180_000);
	}
	await stop(page);
	const last = (await storedRuns(page)).at(-1);
	// Nothing but whole old minutes went: the rest of the run has no hole.
	expect(last?.holes).toEqual([]);
	expect((last?.lastSeq ?? 0) - (last?.firstSeq ?? 0)).toBeGreaterThan(10);
	if (last?.firstSeq === 1) await chainOf(page, last);
	expect(errors).toEqual([]);
	await context.close();
});

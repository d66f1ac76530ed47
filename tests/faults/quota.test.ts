import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRelay } from '../e2e/support/launch.ts';
import { times } from './support/counts.ts';
import { fullRound, makePast, QUOTAS_MIB } from './support/full.ts';

let relay: Awaited<ReturnType<typeof startRelay>>;
beforeAll(async () => {
	relay = await startRelay();
});
afterAll(() => relay.stop());

test('B3 RT9 the browser refuses more bytes during a run: the oldest minutes are deleted and recording continues', async () => {
	const openPast = await makePast();
	for (let round = 0; round < times(30); round += 1) {
		const mib = QUOTAS_MIB[round % QUOTAS_MIB.length]!;
		const found = await fullRound(relay.address, mib, openPast);
		const what = `round ${String(round)}, ${String(mib)} MiB: ${JSON.stringify(found)}`;
		expect(found.refusals, what).toBeGreaterThan(0);
		expect(found.left, what).toBeGreaterThan(0);
		// Only whole old minutes were deleted, and the run has no hole.
		expect(found, what).toMatchObject({ unplanned: 0, holes: 0, errors: [] });
	}
});

import { expect, test } from 'vitest';
import type { DataLoss, StoragePersistence } from '#ports/storage/persistence.ts';

/** `make`: as of a page of one and the same site, after each reload. */
export function storagePersistenceContract(make: () => StoragePersistence): void {
	test('SP22 the trace of footage outlasts the page that wrote it, until it is taken away', () => {
		make().writeTrace(null);
		expect(make().trace()).toBe(null);
		const trace = { bytes: 123_456, untilMs: 1_800_000_000_000 };
		make().writeTrace(trace);
		make().writeTrace({ ...trace, bytes: 7 });
		expect(make().trace()).toEqual({ ...trace, bytes: 7 });
		make().writeTrace(null);
		expect(make().trace()).toBe(null);
	});

	test('so does a loss that nobody has seen yet, apart from the trace', () => {
		const loss: DataLoss = {
			...{ atMs: 1_800_000_000_000, what: ['footage', 'keys'], bytes: 5 },
			...{ recorded: true, anew: false },
		};
		make().writeDataLoss(loss);
		expect([make().dataLoss(), make().trace()]).toEqual([loss, null]);
		make().writeDataLoss(null);
		expect(make().dataLoss()).toBe(null);
	});

	test('SP23 the browser is asked, and answers or does not; what it promised once stays promised', async () => {
		const page = make();
		const used = await page.usedBytes();
		expect(used === null || used >= 0).toBe(true);
		if (await page.persist()) expect(await make().persisted()).not.toBe(false);
		else expect(await make().persisted()).not.toBe(true);
	});
}

import { expect, test } from 'vitest';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

/** `stored`: what is stored before the first read. */
export function preferenceStoreContract(make: (stored: unknown) => Promise<PreferenceStore>): void {
	test('nothing stored, or anything but a document, reads as the defaults', async () => {
		for (const stored of [undefined, null, 'x', 7, []]) {
			expect(await (await make(stored)).read()).toEqual({
				...{ lensId: null, lensLabel: null, profile: 'standard', sound: false, armed: false },
				...{ budgetBytes: null, cap: null, mostDays: null, acceptsLoss: false },
				...{ plan: { when: 'by-hand', times: [], away: false }, override: null },
				...{ triedKit: null, claimedMs: null },
			});
		}
	});

	test('one invalid value affects only itself', async () => {
		const store = await make({ profile: 'huge', sound: true, budgetBytes: -1, lensId: 'front' });
		expect(await store.read()).toMatchObject({
			...{ profile: 'standard', sound: true, budgetBytes: null, cap: null, lensId: 'front' },
		});
	});

	test('a change keeps the other values, and overlapping changes both apply', async () => {
		const store = await make({ sound: true });
		const [, second] = await Promise.all([
			store.write({ armed: true }),
			store.write({ budgetBytes: 5_000_000 }),
		]);
		expect(second).toMatchObject({ sound: true, armed: true, budgetBytes: 5_000_000 });
		expect(await store.read()).toEqual(second);
	});
}

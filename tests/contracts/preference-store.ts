import { expect, test } from 'vitest';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

interface Hands<S> {
	/** `stored`: what is stored before the first read. */
	readonly make: (stored: unknown) => Promise<S>;
	/** The document as it is stored. */
	readonly stored: (store: S) => Promise<unknown>;
	/** Replaces fields of the stored document, or all of it. */
	readonly damage: (store: S, by: unknown) => Promise<void>;
}

export function preferenceStoreContract<S extends PreferenceStore>(hands: Hands<S>): void {
	const { make, stored, damage } = hands;
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

	test('GO7 one value that is not understood affects only itself, and is named', async () => {
		const store = await make({ profile: 'huge', sound: true, budgetBytes: -1, lensId: 'front' });
		expect(await store.read()).toMatchObject({
			...{ profile: 'standard', sound: true, budgetBytes: null, cap: null, lensId: 'front' },
		});
		expect(store.ignored).toEqual(['profile', 'budgetBytes']);
	});

	test('GO7 the last good value holds in place of one that is not understood', async () => {
		const store = await make(undefined);
		await store.write({ budgetBytes: 5_000_000, profile: 'high' });
		await damage(store, { budgetBytes: 'much', profile: { later: true } });
		expect(await store.read()).toMatchObject({ budgetBytes: 5_000_000, profile: 'high' });
		expect(store.ignored).toEqual(['profile', 'budgetBytes']);
	});

	test('GO7 what is not understood survives a write, also of the value in force instead', async () => {
		const later = { when: 'on-motion', times: [], away: false, zones: ['door'] };
		const store = await make({ plan: later, profile: 'ultra', sharpness: 3 });
		const { profile, plan } = await store.read();
		await store.write({ sound: true, armed: true, profile, plan });
		expect(await stored(store)).toMatchObject({ plan: later, profile: 'ultra', sharpness: 3 });
		await store.write({ profile: 'low' });
		expect(await stored(store)).toMatchObject({ plan: later, profile: 'low', sound: true });
		expect(store.ignored).toEqual(['plan']);
	});

	test('GO7 a later version’s part of a value that is understood is kept', async () => {
		const store = await make({ plan: { when: 'always', times: [], away: false, zones: [1] } });
		const { plan } = await store.read();
		await store.write({ plan: { ...plan, away: true } });
		expect(await stored(store)).toMatchObject({ plan: { away: true, zones: [1] } });
	});

	test('GO7 a document that is none leaves the last good one in force, and is kept', async () => {
		const store = await make(undefined);
		await store.write({ profile: 'high', armed: true });
		await damage(store, 'scrap');
		expect(await store.read()).toMatchObject({ profile: 'high', armed: true });
		expect(store.ignored).toContain('profile');
		expect(await store.write({ sound: true })).toMatchObject({ profile: 'high', sound: true });
		expect(await stored(store)).toMatchObject({ profile: 'high', unread: 'scrap' });
		expect(store.ignored).toEqual([]);
	});

	test('GO7 a person’s word puts what is in force in its place', async () => {
		const store = await make({ profile: 'ultra', sound: true });
		expect(await store.accept()).toMatchObject({ profile: 'standard', sound: true });
		expect(store.ignored).toEqual([]);
		expect(await stored(store)).toMatchObject({ profile: 'standard', sound: true });
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

import { expect, test } from 'vitest';
import type { PreferenceStore, PreferenceStores } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import oneCamera from '../fixtures/preferences-one-camera.json' with { type: 'json' };

interface Hands<S> {
	/** `stored`: what is stored before the first read. */
	readonly make: (stored: unknown) => Promise<S>;
	/** The document as it is stored. */
	readonly stored: (store: S) => Promise<unknown>;
	/** Replaces fields of the stored document, or all of it. */
	readonly damage: (store: S, by: unknown) => Promise<void>;
}

export function preferenceStoreContract<S extends PreferenceStore<CameraPreferences>>(
	hands: Hands<S>,
): void {
	const { make, stored, damage } = hands;
	test('nothing stored, or anything but a document, reads as the defaults', async () => {
		for (const stored of [undefined, null, 'x', 7, []]) {
			expect(await (await make(stored)).read()).toEqual({
				...{ lensId: null, lensLabel: null, profile: 'standard', sound: false, armed: false },
				...{ plan: { when: 'by-hand', times: [], away: false }, override: null },
				upload: 'nothing',
			});
		}
	});

	test('GO7 one value that is not understood affects only itself, and is named', async () => {
		const store = await make({ profile: 'huge', sound: true, armed: 'yes', lensId: 'front' });
		expect(await store.read()).toMatchObject({
			...{ profile: 'standard', sound: true, armed: false, lensLabel: null, lensId: 'front' },
		});
		expect(store.ignored).toEqual(['profile', 'armed']);
	});

	test('GO7 the last good value holds in place of one that is not understood', async () => {
		const store = await make(undefined);
		await store.write({ lensId: 'front', profile: 'high' });
		await damage(store, { lensId: 5, profile: { later: true } });
		expect(await store.read()).toMatchObject({ lensId: 'front', profile: 'high' });
		expect(store.ignored).toEqual(['lensId', 'profile']);
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
			store.write({ lensId: 'front' }),
		]);
		expect(second).toMatchObject({ sound: true, armed: true, lensId: 'front' });
		expect(await store.read()).toEqual(second);
	});
}

/** `old`: the one document of the time when a device had one camera. */
export function separateDocuments(make: (old: unknown) => Promise<PreferenceStores>): void {
	const { budgetBytes, cap, mostDays, acceptsLoss, triedKit, claimedMs, ...rest } = oneCamera;
	const device = {
		...{ budgetBytes, cap, mostDays, acceptsLoss, triedKit, claimedMs },
		...{ uploadPaused: false, uploadSparesData: false, uploadSparesBattery: false },
		uploadStore: null,
	};
	const camera = { ...rest, upload: 'nothing' };

	test('GO8 a document of the time of one camera is read as the device’s and camera 1’s', async () => {
		const stores = await make({ ...oneCamera, later: 1 });
		const second = await stores.camera(2).read();
		expect(await stores.device.read()).toEqual(device);
		expect(await stores.camera(1).read()).toEqual(camera);
		expect(second).toMatchObject({ lensId: null, armed: false, profile: 'standard' });
	});

	test('GO8 after a write by either, each has its own, and camera 2 has none of it', async () => {
		for (const first of ['device', 'camera', 'second'] as const) {
			const stores = await make(oneCamera);
			if (first === 'device') await stores.device.write({ mostDays: 3 });
			if (first === 'second') await stores.camera(2).write({ sound: true });
			await stores.camera(1).write({ armed: false });
			await stores.device.write({ mostDays: 3 });
			await stores.camera(2).write({ lensId: 'back' });
			expect(await stores.device.read()).toEqual({ ...device, mostDays: 3 });
			expect(await stores.camera(1).read()).toEqual({ ...camera, armed: false });
			expect(await stores.camera(2).read()).toMatchObject({ lensId: 'back', armed: false });
		}
	});

	test('GO7 GO8 what was not understood moves to its camera as it is', async () => {
		const stores = await make({ ...oneCamera, profile: 'ultra' });
		const first = stores.camera(1);
		await first.write({ armed: false });
		expect(await first.read()).toMatchObject({ profile: 'standard', armed: false });
		expect(first.ignored).toEqual(['profile']);
	});
}

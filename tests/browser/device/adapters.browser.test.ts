import { afterEach, describe, expect, test, vi } from 'vitest';
import { BrowserClock } from '#browser/device/clock.ts';
import { DexiePreferences } from '#browser/storage/preference-store.ts';
import { DexieLastSeenStore } from '#browser/storage/last-seen-store.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { BrowserNetwork } from '#browser/network/network.ts';
import { trustedWorkerUrl } from '#browser/device/trusted-worker-url.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { clockContract } from '../../contracts/clock.ts';
import { preferenceStoreContract, separateDocuments } from '../../contracts/preference-store.ts';
import { lastSeenStoreContract } from '../../contracts/last-seen-store.ts';
import { cameraLockContract } from '../../contracts/camera-lock.ts';
import { networkContract } from '../../contracts/network.ts';
import oneCamera from '../../fixtures/preferences-one-camera.json' with { type: 'json' };
import { answer, rawly } from '../footage/raw-database.ts';

const pass = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

afterEach(() => void vi.restoreAllMocks());

describe('BrowserClock', () => {
	clockContract(() => ({ clock: new BrowserClock(), pass }));

	test('CW6 its timers run in a worker', async () => {
		const inPage = vi.spyOn(globalThis, 'setInterval');
		const clock = new BrowserClock();
		await new Promise<void>((done) => clock.every(5, done));
		expect(inPage).not.toHaveBeenCalled();
		clock.dispose();
	});

	test('CW6 without a worker it falls back to page timers', async () => {
		vi.stubGlobal('Worker', function NoWorker() {
			throw new DOMException('refused', 'SecurityError');
		});
		const clock = new BrowserClock();
		vi.unstubAllGlobals();
		vi.stubGlobal('Worker', undefined);
		await new Promise<void>((done) => clock.after(5, done));
		vi.unstubAllGlobals();
		clock.dispose();
	});
});

describe('BrowserNetwork', () => {
	networkContract(() => ({
		network: new BrowserNetwork(),
		back: () => void window.dispatchEvent(new Event('online')),
	}));
});

describe('WebCameraLock', () => {
	cameraLockContract(() => [new WebCameraLock(), new WebCameraLock()]);

	test('LV19 the recording lock and the lens lock of a camera are independent', async () => {
		const camera = 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd' as CameraId;
		const [records, speaks] = [new WebCameraLock(), new WebCameraLock('lens')];
		const both = [await records.acquire(camera), await speaks.acquire(camera)];
		expect(both).not.toContain(null);
		expect(await new WebCameraLock('lens').acquire(camera)).toBeNull();
		for (const release of both) release?.();
		await expect.poll(() => speaks.isHeld(camera)).toBe(false);
	});

	test('a tab that dies releases its lock', async () => {
		const frame = document.createElement('iframe');
		document.body.append(frame);
		const camera = 'abababababababababababababababab' as CameraId;
		const there = frame.contentWindow!.navigator.locks;
		await new Promise<void>((held) => {
			void there.request(`spycam-camera ${camera}`, () => {
				held();
				return new Promise<never>(() => undefined);
			});
		});
		const tenure = new WebCameraLock();
		expect(await tenure.acquire(camera)).toBeNull();
		frame.remove();
		await expect.poll(() => tenure.isHeld(camera)).toBe(false);
		const release = await tenure.acquire(camera);
		expect(release).not.toBeNull();
		release!();
	});
});

describe('DexiePreferences', () => {
	type Camera = ReturnType<DexiePreferences['camera']>;
	const names = new WeakMap<object, string>();
	let count = 0;
	const withOld = async (old: unknown): Promise<DexiePreferences> => {
		const name = `preferences-${(count += 1)}`;
		const stores = new DexiePreferences(name);
		names.set(stores, name);
		await stores.device.read();
		await rawly(name, (table) => answer(table('documents').put(old, 'preferences')));
		return stores;
	};
	separateDocuments(withOld);

	const document = (store: Camera, change?: (before: unknown) => unknown): Promise<unknown> =>
		rawly(names.get(store) ?? '', async (table) => {
			const before: unknown = await answer(table('documents').get('camera 2'));
			if (change) await answer(table('documents').put(change(before), 'camera 2'));
			return before;
		});
	preferenceStoreContract({
		make: async (stored) => {
			const name = `preferences-${(count += 1)}`;
			const store = new DexiePreferences(name).camera(2);
			names.set(store, name);
			await store.read();
			if (stored !== undefined) await document(store, () => stored);
			return store;
		},
		stored: document,
		damage: async (store, by) => {
			const fields = (before: unknown) => ({ ...(before as object), ...(by as object) });
			await document(store, typeof by === 'object' ? fields : () => by);
		},
	});

	test('a later page reads what was written', async () => {
		await new DexiePreferences('preferences-kept').camera(1).write({ profile: 'high' });
		const later = new DexiePreferences('preferences-kept').camera(1);
		expect((await later.read()).profile).toBe('high');
	});

	test('GO5 GO8 all documents of a recording device are restored after the database was deleted', async () => {
		const stores = await withOld(oneCamera);
		const [first, second] = [stores.camera(1), stores.camera(2)];
		await second.write({ lensId: 'back', sound: true });
		const before = [await stores.device.read(), await first.read(), await second.read()];
		const name = names.get(stores) ?? '';
		await rawly(name, (table) => answer(table('documents').clear()));
		// Whichever is read first: the page may be reloaded before the others are.
		await stores.device.read();
		const later = new DexiePreferences(name);
		expect(await later.camera(2).read()).toEqual(before[2]);
		expect([await later.device.read(), await later.camera(1).read()]).toEqual(before.slice(0, 2));
	});
});

describe('DexieLastSeenStore', () => {
	let count = 0;
	lastSeenStoreContract(async (stored) => {
		const name = `seen-${(count += 1)}`;
		const store = new DexieLastSeenStore(name);
		await store.read();
		if (stored !== undefined) {
			await rawly(name, (table) => answer(table('documents').put(stored, 'seen')));
		}
		return store;
	});

	test('LV28 it shares a database with the preferences, and neither overwrites the other', async () => {
		const preferences = new DexiePreferences('seen-beside').camera(1);
		await preferences.write({ profile: 'high' });
		const one = { seenMs: 1_800_000_000_000, recorded: new Map() };
		const seen = new Map([['a1'.repeat(16) as DeviceId, one]]);
		await new DexieLastSeenStore('seen-beside').write(seen, 1_800_000_000_000);
		await preferences.write({ sound: true });
		expect(await new DexieLastSeenStore('seen-beside').read()).toEqual(seen);
		expect(await preferences.read()).toMatchObject({ profile: 'high', sound: true });
	});
});

describe('trustedWorker', () => {
	test.each([
		'https://elsewhere.example/_app/immutable/workers/timer.js',
		'data:text/javascript,1',
		'blob:https://elsewhere.example/1',
		'javascript:1',
		'/_app/immutable/chunks/timer.js',
		'/_app/immutable/workers/../../evil.js',
		'//elsewhere.example/service-worker.js',
	])('refuses %s', (url) => {
		expect(() => trustedWorkerUrl(url)).toThrow(Fault);
	});

	test.each([
		'/_app/immutable/workers/timer.worker-Ab_12.js',
		'/service-worker.js',
		'/src/browser/device/timer.worker.ts',
	])('admits %s', (url) => {
		expect(new URL(trustedWorkerUrl(url)).href).toBe(new URL(url, location.href).href);
	});
});

import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { clockContract } from '../contracts/clock.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { preferenceStoreContract } from '../contracts/preference-store.ts';
import { storagePersistenceContract } from '../contracts/persistence.ts';
import { reserveContract } from '../contracts/reserve.ts';
import { grantStoreContract } from '../contracts/grant-store.ts';
import { lastPictureStoreContract } from '../contracts/last-picture-store.ts';
import { headPinStoreContract } from '../contracts/head-pin-store.ts';
import { lastSeenStoreContract } from '../contracts/last-seen-store.ts';
import { cameraLockContract } from '../contracts/camera-lock.ts';
import { ManualClock } from './clock.ts';
import { MemoryCameraPreferences } from './preference-store.ts';
import { MemoryGrantStore } from './grant-store.ts';
import { MemoryLastPictureStore } from './last-picture-store.ts';
import { MemoryHeadPinStore } from './head-pin-store.ts';
import { MemoryLastSeenStore } from './last-seen-store.ts';
import { MemoryLedger, MemoryPersistence, MemoryReserve } from './storage.ts';
import { MemoryCameraLock } from './camera-lock.ts';

describe('MemoryCameraPreferences', () =>
	preferenceStoreContract({
		make: (stored) => Promise.resolve(new MemoryCameraPreferences(stored)),
		stored: (store) => Promise.resolve(store.stored),
		damage: (store, by) => {
			store.damage(by);
			return Promise.resolve();
		},
	}));

describe('MemoryHeadPinStore', () =>
	headPinStoreContract((stored) => Promise.resolve(new MemoryHeadPinStore(stored))));

describe('MemoryLastSeenStore', () =>
	lastSeenStoreContract((stored) => Promise.resolve(new MemoryLastSeenStore(stored))));

describe('MemoryLastPictureStore', () =>
	lastPictureStoreContract(() => new MemoryLastPictureStore()));

describe('MemoryGrantStore', () => grantStoreContract(() => new MemoryGrantStore()));

describe('MemoryCameraLock', () =>
	cameraLockContract(() => {
		const taken = new Set<CameraId>();
		return [new MemoryCameraLock(taken), new MemoryCameraLock(taken)];
	}));

describe('MemoryLedger', () => ledgerContract(() => new MemoryLedger()));

describe('MemoryReserve', () => reserveContract(() => new MemoryReserve()));

describe('MemoryPersistence', () => {
	const page = new MemoryPersistence();
	storagePersistenceContract(() => page);
});

describe('ManualClock', () => {
	clockContract(() => {
		const clock = new ManualClock();
		return { clock, pass: (ms) => clock.pass(ms) };
	});

	test('a step moves wall time only', () => {
		const clock = new ManualClock(1000);
		const before = clock.monotonicMs();
		clock.step(-500);
		clock.advance(7);
		expect([clock.wallMs(), clock.monotonicMs() - before]).toEqual([507, 7]);
	});

	test('no time passes while cryptography works, before a timer is set and after it rings', async () => {
		const clock = new ManualClock();
		const fromMs = clock.monotonicMs();
		const rang: number[] = [];
		const ring = (): void => void rang.push(clock.monotonicMs() - fromMs);
		const after = (ms: number) => new Promise<void>((done) => void clock.after(ms, done));
		const work = async (): Promise<void> => {
			for (const ms of [300, 400]) {
				await longWork();
				await after(ms);
				ring();
			}
		};
		void work();
		await clock.pass(300, 50);
		expect(rang).toEqual([300]);
		await clock.pass(400, 50);
		expect(rang).toEqual([300, 700]);
	});
});

/** Some tens of real milliseconds on a thread of its own. */
async function longWork(): Promise<void> {
	const { subtle } = globalThis.crypto;
	const key = await subtle.importKey('raw', new Uint8Array(16), 'PBKDF2', false, ['deriveBits']);
	const how = { name: 'PBKDF2', hash: 'SHA-256', salt: new Uint8Array(16), iterations: 100_000 };
	await subtle.deriveBits(how, key, 256);
}

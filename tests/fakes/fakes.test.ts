import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { clockContract } from '../contracts/clock.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { preferenceStoreContract } from '../contracts/preference-store.ts';
import { reserveContract } from '../contracts/reserve.ts';
import { lastPictureStoreContract } from '../contracts/last-picture-store.ts';
import { lastSeenStoreContract } from '../contracts/last-seen-store.ts';
import { cameraLockContract } from '../contracts/camera-lock.ts';
import { ManualClock } from './clock.ts';
import { MemoryCameraPreferences } from './preference-store.ts';
import { MemoryLastPictureStore } from './last-picture-store.ts';
import { MemoryLastSeenStore } from './last-seen-store.ts';
import { MemoryLedger, MemoryReserve } from './storage.ts';
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

describe('MemoryLastSeenStore', () =>
	lastSeenStoreContract((stored) => Promise.resolve(new MemoryLastSeenStore(stored))));

describe('MemoryLastPictureStore', () =>
	lastPictureStoreContract(() => new MemoryLastPictureStore()));

describe('MemoryCameraLock', () =>
	cameraLockContract(() => {
		const taken = new Set<CameraId>();
		return [new MemoryCameraLock(taken), new MemoryCameraLock(taken)];
	}));

describe('MemoryLedger', () => ledgerContract(() => new MemoryLedger()));

describe('MemoryReserve', () => reserveContract(() => new MemoryReserve()));

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
});

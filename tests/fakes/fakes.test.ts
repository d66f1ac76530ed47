import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { clockContract } from '../contracts/clock.ts';
import { leavingContract } from '../contracts/leaving.ts';
import { ledgerContract } from '../contracts/ledger.ts';
import { preferencesContract } from '../contracts/preferences.ts';
import { reserveContract } from '../contracts/reserve.ts';
import { seenContract } from '../contracts/seen.ts';
import { segmentsContract } from '../contracts/segments.ts';
import { tenureContract } from '../contracts/tenure.ts';
import { ManualClock } from './clock.ts';
import { MemoryPreferences } from './preferences.ts';
import { MemorySeen } from './seen.ts';
import { MemorySegments } from './segments.ts';
import { MemoryLedger, MemoryReserve } from './space.ts';
import { MemoryTenure } from './tenure.ts';

describe('MemorySegments', () => {
	segmentsContract(() => Promise.resolve(new MemorySegments()));
	leavingContract(() => Promise.resolve(new MemorySegments()), 60);
});

describe('MemoryPreferences', () =>
	preferencesContract((stored) => Promise.resolve(new MemoryPreferences(stored))));

describe('MemorySeen', () => seenContract((stored) => Promise.resolve(new MemorySeen(stored))));

describe('MemoryTenure', () =>
	tenureContract(() => {
		const taken = new Set<CameraId>();
		return [new MemoryTenure(taken), new MemoryTenure(taken)];
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

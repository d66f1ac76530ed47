import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	detectGrowth,
	SAMPLE_RETENTION_MS,
	type Growth,
	type UsageSample,
} from '#domain/storage/growth.ts';

const GB = 1e9;
const STEP_MS = 15_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

type Owners = Record<string, number>;

/** When each kind was first reported over a series of samples; ms since its start. */
function firstReports(
	lastsMs: number,
	volumeBytes: number,
	owners: (atMs: number) => Owners,
	budgets: Record<string, number> = {},
	stepMs = STEP_MS,
): Map<Growth['kind'], { atMs: number; growth: Growth }> {
	const first = new Map<Growth['kind'], { atMs: number; growth: Growth }>();
	const kept: UsageSample[] = [];
	for (let atMs = 0; atMs <= lastsMs; atMs += stepMs) {
		const now = owners(atMs);
		const held = Object.values(now).reduce((sum, bytes) => sum + bytes, 0);
		kept.push({ atMs, roomBytes: volumeBytes - held, owners: now });
		while ((kept[0]?.atMs ?? atMs) < atMs - SAMPLE_RETENTION_MS) kept.shift();
		for (const growth of detectGrowth(kept, budgets))
			if (!first.has(growth.kind)) first.set(growth.kind, { atMs, growth });
	}
	return first;
}

/** Deterministic noise by seed, from 0 to 1. */
const noise = (seed: number, n: number) => {
	const x = Math.sin(seed * 12.9898 + n * 78.233) * 43758.5453;
	return x - Math.floor(x);
};

describe('growth', () => {
	it('SP4 SP5 SP6 SP8 a volume that fills in 90 minutes is reported in time, with its owner', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
				const volume = 50 * GB;
				const first = firstReports(
					15 * MINUTE_MS,
					volume,
					(atMs) => ({
						journal: 0.1 * GB + (volume * atMs) / (90 * MINUTE_MS) + noise(seed, atMs) * 20e6,
						index: 0.2 * GB,
						logs: 0.1 * GB + noise(seed + 1, atMs) * 5e6,
					}),
					{ journal: 2 * GB, index: GB, logs: GB },
				);
				expect(first.get('fast')?.atMs).toBeLessThanOrEqual(2.8 * MINUTE_MS);
				expect(first.get('slow')?.atMs).toBeLessThanOrEqual(13.8 * MINUTE_MS);
				expect(first.get('budget')?.atMs).toBeGreaterThanOrEqual(3 * MINUTE_MS);
				expect(first.get('budget')?.atMs).toBeLessThanOrEqual(9 * MINUTE_MS);
				for (const { growth } of first.values()) expect(growth.owner).toBe('journal');
				const fullInMs = first.get('fast')?.growth.fullInMs ?? 0;
				expect(Math.abs(fullInMs - 87 * MINUTE_MS)).toBeLessThan(15 * MINUTE_MS);
			}),
			{ numRuns: 20 },
		);
	});

	it('SP7 a week of sawtooth usage reports nothing', () => {
		fc.assert(
			fc.property(
				fc.record({
					seed: fc.integer({ min: 1, max: 1e6 }),
					checkpointMs: fc.integer({ min: 5 * MINUTE_MS, max: 40 * MINUTE_MS }),
					journalBytes: fc.integer({ min: 1e6, max: 2 * GB }),
					partialBytes: fc.integer({ min: 1e6, max: 3 * GB }),
					logBytes: fc.integer({ min: 1e6, max: 2 * GB }),
				}),
				({ seed, checkpointMs, journalBytes, partialBytes, logBytes }) => {
					const owners = (atMs: number): Owners => ({
						journal: (journalBytes * (atMs % checkpointMs)) / checkpointMs,
						partials: (partialBytes * (atMs % (7 * HOUR_MS))) / (7 * HOUR_MS),
						logs: (logBytes * (atMs % DAY_MS)) / DAY_MS + noise(seed, atMs) * 1e6,
						index: 0.3 * GB + (0.2 * GB * atMs) / (7 * DAY_MS),
					});
					expect([...firstReports(7 * DAY_MS, 200 * GB, owners, {}, 4 * MINUTE_MS).keys()]).toEqual(
						[],
					);
				},
			),
			{ numRuns: 2 },
		);
	});

	it('SP8 names the last change before it', () => {
		const samples = Array.from({ length: 20 }, (_, n) => ({
			atMs: n * STEP_MS,
			roomBytes: GB - n * 10e6,
			owners: { footage: n * 10e6 },
		}));
		const changes = [
			{ atMs: -5000, what: 'quality' },
			{ atMs: -50_000, what: 'name' },
			{ atMs: 1e9, what: 'later' },
		];
		expect(detectGrowth(samples, {}, changes)[0]?.after).toEqual(changes[0]);
		expect(detectGrowth([], {}, changes)).toEqual([]);
	});
});

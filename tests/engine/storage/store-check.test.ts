import { expect, test } from 'vitest';
import type { InspectedRun, StoreInspector } from '#ports/footage/store-inspector.ts';
import type { IndexEntry } from '#domain/footage/index-page.ts';
import { StoreCheck } from '#engine/storage/store-check.ts';
import { DOOR, SECOND, T0 } from '../../contracts/segment-store.ts';

/** A consistent run whose bytes lie at `initPlace` and the places after it. */
function inspectedRun(runNo: number, initPlace: number, count: number): InspectedRun {
	const startUs = T0 + runNo * 100_000 * SECOND;
	const entries = Array.from({ length: count }, (_, at): IndexEntry => {
		const place = initPlace + at + 1;
		const flags = { sound: false, bad: false, purged: false, removed: false };
		const time = { startUs: startUs + at * SECOND, durationUs: SECOND };
		return { ...flags, ...time, seq: at + 1, place, size: 100 };
	});
	const run = {
		...{ camera: DOOR, runNo, initPlace, initSize: 100, firstSeq: 1, lastSeq: count },
		...{ startUs, endUs: startUs + count * SECOND, bytes: 100 + count * 100, holes: [] },
		ended: 'stopped',
	};
	return { run: run as unknown as InspectedRun['run'], entries };
}

test('CK6 run by run, then the places in batches; what is written meanwhile is not judged', async () => {
	const runs = [inspectedRun(1, 1, 7000), inspectedRun(2, 7002, 6000)];
	const places = Array.from({ length: 13_002 }, (_, at) => at + 1);
	const calls: string[] = [];
	const limits: number[] = [];
	const inspector: Partial<StoreInspector> = {
		newestPlace: () => Promise.resolve(places.length),
		runKeys: () => Promise.resolve(runs.map(({ run: { camera, runNo } }) => ({ camera, runNo }))),
		inspectRun: (_, runNo) => {
			calls.push(`run ${String(runNo)}`);
			// Bytes that nothing names yet, and a segment whose bytes are not there yet.
			places.push(places.length + 1);
			return Promise.resolve(runs[runNo - 1]!);
		},
		places: (after, upTo, limit) => {
			limits.push(limit);
			calls.push('places');
			return Promise.resolve(
				places.filter((place) => place > after && place <= upTo).slice(0, limit),
			);
		},
		sizeAt: () => Promise.resolve(100),
	};
	const check = new StoreCheck({
		inspector: inspector as StoreInspector,
		footage: undefined as never,
		opener: undefined as never,
	});
	const options = { signatures: false, signal: new AbortController().signal };
	const seen: number[] = [];
	const report = await check.run({ ...options, onProgress: (share) => seen.push(share) });
	expect(report).toMatchObject({ runs: 2, segments: 13_000, findings: [] });
	expect(calls.filter((call) => call.startsWith('run'))).toEqual(['run 1', 'run 2']);
	expect(Math.max(...limits)).toBeLessThanOrEqual(5000);
	expect(calls.filter((call) => call === 'places').length).toBeGreaterThanOrEqual(6);
	expect(seen).toEqual(seen.toSorted((a, b) => a - b));

	// The next check judges them: nothing names them.
	expect((await check.run({ ...options, onProgress: () => undefined })).findings).toMatchObject([
		{ kind: 'unnamed', place: 13_003 },
		{ kind: 'unnamed', place: 13_004 },
	]);
});

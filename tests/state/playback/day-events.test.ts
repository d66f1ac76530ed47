import { beforeEach, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';
import { DayEvents } from '#state/playback/day-events.svelte.ts';
import { FifoCache } from '#state/playback/fifo-cache.ts';
import { utcCalendar } from '../../fakes/calendar.ts';
import { ManualClock } from '../../fakes/clock.ts';

const CAMERA = 'c'.repeat(32) as CameraId;
const NOON = Date.parse('2026-11-29T12:00:00Z');
const DAY_MS = 86_400_000;

let asked: { fromMs: number; toMs: number; answer: (day: string) => void; fail: () => void }[];
let changed: (() => void) | null;
/** Told of a change of footage. */
let elsewhere: (() => void) | null;
let clock: ManualClock;
let day: DayEvents;
beforeEach(() => {
	[asked, changed, elsewhere] = [[], null, null];
	const eventLog = {
		watch: (listener: () => void) => {
			changed = listener;
			return () => (changed = null);
		},
		between: (_: CameraId, fromUs: number, toUs: number) =>
			new Promise((resolve, reject) => {
				asked.push({
					...{ fromMs: fromUs / 1000, toMs: toUs / 1000, answer: (id) => resolve([{ id }]) },
					fail: () => reject(new Fault('timeout', 'no answer')),
				});
			}),
	};
	clock = new ManualClock();
	const footage = {
		watch: (listener: () => void) => {
			elsewhere = listener;
			return () => (elsewhere = null);
		},
	};
	const engine = { calendar: utcCalendar, clock, eventLog, footage };
	day = new DayEvents(engine as unknown as Engine);
	day.open(CAMERA);
});

const settled = () => new Promise((done) => setImmediate(done));
const shown = () => day.events.map(({ id }) => id as unknown as string);

test('the events are those of the day at the playhead, read once a day', async () => {
	day.follow(NOON);
	day.follow(NOON + 3_600_000);
	expect(asked).toMatchObject([{ fromMs: NOON - DAY_MS / 2, toMs: NOON + DAY_MS / 2 }]);
	asked[0]?.answer('today');
	await settled();
	expect(shown()).toEqual(['today']);
});

test('a late answer for another day does not replace the events shown', async () => {
	day.follow(NOON);
	day.follow(NOON + DAY_MS);
	asked[1]?.answer('tomorrow');
	await settled();
	asked[0]?.answer('today');
	await settled();
	expect(shown()).toEqual(['tomorrow']);
});

test('a new event is read; a failed read leaves what is shown; a closed one asks no more', async () => {
	day.follow(NOON);
	asked[0]?.answer('one');
	await settled();
	changed?.();
	asked[1]?.fail();
	await settled();
	expect(shown()).toEqual(['one']);
	changed?.();
	asked[2]?.answer('two');
	await settled();
	expect(shown()).toEqual(['two']);
	day.close();
	expect(changed).toBeNull();
	day.follow(NOON + DAY_MS);
	expect(asked).toHaveLength(3);
});

test('a cache drops what was put in first', () => {
	const cache = new FifoCache<number>(2);
	for (const [key, value] of [
		['a', 1],
		['b', 2],
		['a', 3],
		['c', 4],
	] as const)
		cache.set(key, value);
	// Set again, an entry keeps its place.
	expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 2, 4]);
	cache.delete('b');
	expect([...cache.values()]).toEqual([4]);
	cache.clear();
	expect([...cache.values()]).toEqual([]);
});

/** Searches at noon; `days` are the events of each day asked for, in the order of asking. */
function search(
	by: 1 | -1,
	days: readonly (readonly [kind: string, ms: number])[][],
	fromMs = NOON,
) {
	const read: number[] = [];
	const eventLog = {
		watch: () => () => undefined,
		between: (_: CameraId, fromUs: number) => {
			read.push(fromUs / 1000);
			const events = days[read.length - 1] ?? [];
			return Promise.resolve(events.map(([kind, ms]) => ({ kind, startUs: ms * 1000 })));
		},
	};
	const footage = { watch: () => () => undefined };
	const engine = { calendar: utcCalendar, clock, eventLog, footage };
	const log = new DayEvents(engine as unknown as Engine);
	log.open(CAMERA);
	const range = { fromMs: NOON - 3 * DAY_MS, toMs: NOON + 3 * DAY_MS };
	return { log, range, read, found: log.near(fromMs, by, range) };
}

test('TL26 the next event is the nearest that is not merely technical, also on another day', async () => {
	const today = [
		['moved', NOON - 60_000],
		['restored', NOON + 30_000],
		['covered', NOON + 60_000],
		['watched', NOON + 90_000],
	] as const;
	expect(await search(1, [[...today]]).found).toBe(NOON + 60_000);
	expect(await search(-1, [[...today]]).found).toBe(NOON - 60_000);
	const { found, read } = search(1, [
		[['stalled', NOON + 5000]],
		[],
		[['moved', NOON + 2 * DAY_MS]],
	]);
	expect(await found).toBe(NOON + 2 * DAY_MS);
	expect(read.map((ms) => (ms - read[0]!) / DAY_MS)).toEqual([0, 1, 2]);
});

test('TL26 with no event in the footage the search ends; one in a gap is not found again', async () => {
	const none = search(1, []);
	expect(await none.found).toBeNull();
	expect(none.read.length).toBeLessThan(5);
	const gap = search(-1, [[['moved', NOON - 60_000]], [['moved', NOON - 60_000]]]);
	expect(await gap.found).toBe(NOON - 60_000);
	// Gone to, it led to the footage after its gap; before it there is nothing.
	gap.log.landed(NOON - 60_000, NOON - 20_000);
	expect(await gap.log.near(NOON - 20_000, -1, gap.range)).toBeNull();
});

test('PB36 of footage that grows elsewhere, events are read again a little later', () => {
	day.follow(NOON);
	for (let second = 0; second < 9; second += 1) {
		elsewhere?.();
		clock.advance(1000);
	}
	expect(asked).toHaveLength(1);
	clock.advance(1000);
	expect(asked).toHaveLength(2);
	elsewhere?.();
	day.close();
	clock.advance(20_000);
	expect([asked.length, changed, elsewhere]).toEqual([2, null, null]);
});

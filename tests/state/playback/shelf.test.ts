import { expect, test } from 'vitest';
import { spansOf, daysOfFootage, Shelf } from '#state/playback/shelf.svelte.ts';
import type { Engine } from '#state/app/engine.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import { Fault } from '#domain/base/fault.ts';

const HOUR = 3_600_000;
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime();

/** A run row, as far as coverage reads it. */
const run = (runNo: number, fromMs: number, toMs: number) => ({
	...{
		runNo,
		firstSeq: 1,
		lastSeq: 5,
		ended: 'stopped',
		holes: [],
		mime: 'video/mp4; codecs="avc1"',
	},
	...{ startUs: fromMs * 1000, endUs: toMs * 1000, anchorUs: fromMs * 1000 },
});

function engineWith(cameras: () => Promise<string[]>): Engine {
	const runs = {
		door: [run(1, at(23, 6), at(23, 8)), run(2, at(24, 6), at(24, 7))],
		yard: [run(1, at(24, 6), at(24, 8))],
		none: [],
	};
	const pins = [{ id: 1, startUs: at(23, 7) * 1000, endUs: at(23, 8) * 1000 }];
	const marks = {
		on: () => () => undefined,
		pins: (id: string) => Promise.resolve(id === 'door' ? pins : []),
	};
	return {
		calendar: localCalendar,
		clock: { wallMs: () => at(24, 12) },
		origins: {
			cameras: async () =>
				(await cameras()).map((id) => ({ id, name: id === 'door' ? 'Door' : null })),
		},
		footage: {
			watch: () => () => undefined,
			runs: (id: keyof typeof runs) => Promise.resolve(runs[id]),
		},
		marks: () => Promise.resolve(marks),
	} as unknown as Engine;
}

test('PB28 the shelf has the cameras with footage, and their days together', async () => {
	const shelf = new Shelf(engineWith(() => Promise.resolve(['door', 'none', 'yard'])));
	expect(shelf.days).toEqual([]);
	shelf.watch();
	await expect.poll(() => shelf.cameras?.length).toBe(2);
	expect(shelf.cameras?.map(({ id, name, pins }) => [id, name, pins.length])).toEqual([
		['door', 'Door', 1],
		['yard', null, 0],
	]);
	expect(shelf.days.map(({ startMs, firstMs, shares }) => [startMs, firstMs, shares[3]])).toEqual([
		[at(24, 0), at(24, 6), 1],
		[at(23, 0), at(23, 6), 1],
	]);
	shelf.close();
});

test('PB28 footage that cannot be read now is not “none”: the next change reads again', async () => {
	let fails = true;
	const engine = engineWith(() =>
		fails ? Promise.reject(new Fault('unavailable', 'no')) : Promise.resolve(['door']),
	);
	let change: () => void = () => undefined;
	Object.assign(engine.footage, {
		watch: (listener: () => void) => {
			change = listener;
			return () => undefined;
		},
	});
	const shelf = new Shelf(engine);
	shelf.watch();
	await expect.poll(() => shelf.fault?.kind).toBe('unavailable');
	expect(shelf.cameras).toBe(null);
	fails = false;
	change();
	await expect.poll(() => shelf.cameras?.length).toBe(1);
	expect(shelf.fault).toBe(null);
});

test('spans are cut to their day', () => {
	const [day] = daysOfFootage({ calendar: localCalendar }, [
		{ startUs: at(23, 22) * 1000, endUs: at(24, 2) * 1000 },
	]);
	const spans = [{ startUs: at(23, 22) * 1000, endUs: at(24, 2) * 1000 }];
	expect(spansOf(spans, day!)).toEqual([{ fromMs: at(24, 0), toMs: at(24, 0) + 2 * HOUR }]);
	expect(spansOf(spans, { startMs: at(25, 0), endMs: at(26, 0) })).toEqual([]);
});

import { beforeEach, expect, test, vi } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { OpenedThumbnail } from '#engine/playback/thumbnail-reader.ts';
import type { Engine } from '#state/app/engine.ts';
import { ThumbnailCache } from '#state/playback/thumbnail-cache.svelte.ts';

const DOOR = 'd'.repeat(32) as CameraId;
const YARD = 'e'.repeat(32) as CameraId;
const NOON = Date.parse('2024-11-29T12:00:00Z');
/** A slot of five seconds takes this many pixels at this scale. */
const [SLOT, SCALE, WIDTH] = [5000, 50, 100];

/** The picture of a camera at a moment. */
interface Picture {
	readonly of: string;
	closed: boolean;
}

interface Asked {
	readonly camera: CameraId;
	readonly ms: number;
	answer(found?: boolean): Promise<void>;
}

let asked: Asked[];
/** From, until and step, in µs, of what was asked for at once. */
let stretches: number[][];
let pictures: Picture[];
let cache: ThumbnailCache;
const settled = () => new Promise((done) => setImmediate(done));
/** Decoding takes several turns. */
const decoded = async () => {
	for (let turn = 0; turn < 10; turn += 1) await settled();
};

beforeEach(() => {
	[asked, pictures, stretches] = [[], [], []];
	// A JPEG of its own name.
	vi.stubGlobal('createImageBitmap', async (jpeg: Blob) => {
		const of = await jpeg.text();
		if (of === '') throw new DOMException('it does not decode');
		const picture = { of, closed: false, close: () => void (picture.closed = true) };
		pictures.push(picture);
		return picture;
	});
	const ask = (camera: CameraId, fromUs: number) =>
		new Promise<OpenedThumbnail | null>((resolve) => {
			const ms = fromUs / 1000;
			const jpeg = new TextEncoder().encode(nameOf(camera, ms));
			const answer = async (found = true) => {
				resolve(found ? { wallUs: fromUs, jpeg } : null);
				await decoded();
			};
			asked.push({ camera, ms, answer });
		});
	const load = (...of: readonly unknown[]) => void stretches.push(of.slice(1) as number[]);
	cache = new ThumbnailCache({ thumbnails: { near: ask, first: ask, load } } as unknown as Engine);
	cache.open(DOOR);
});

const nameOf = (camera: CameraId, ms: number) =>
	`${camera === DOOR ? 'door' : 'yard'} ${(ms - NOON) / 1000}`;
const under = () => (cache.under?.picture as unknown as Picture | undefined)?.of ?? null;
/** What is shown of so many slots from noon on; also asks for what is missing. */
const shown = (slots: number, fromMs = NOON) => {
	const found = cache.inRange(fromMs, fromMs + slots * SLOT, SCALE, WIDTH);
	return [...new Set(found.map(({ picture }) => (picture as unknown as Picture).of))];
};
/** Seconds after noon. */
const seconds = () => asked.map(({ ms }) => (ms - NOON) / 1000);

test('TL8 of the moments of a drag only the latest is looked up next, and is shown', async () => {
	cache.follow(NOON);
	cache.follow(NOON + 1000);
	cache.follow(NOON + 2000);
	expect(seconds()).toEqual([0]);
	await asked[0]!.answer();
	expect(under()).toBe('door 0');
	expect(seconds()).toEqual([0, 2]);
	await asked[1]!.answer();
	expect(under()).toBe('door 2');
	// At rest nothing more is looked up.
	expect(asked).toHaveLength(2);
	cache.follow(NOON + 2000);
	expect(asked).toHaveLength(3);
});

test('TL8 a thumbnail that comes after the hand let go is not shown, and freed', async () => {
	cache.follow(NOON);
	cache.follow(null);
	await asked[0]!.answer();
	expect(under()).toBe(null);
	expect(pictures).toMatchObject([{ of: 'door 0', closed: true }]);
});

test('what is visible is loaded once, one at a time and from the middle', async () => {
	const before = cache.version;
	expect(shown(3)).toEqual([]);
	expect(seconds()).toEqual([5]);
	await asked[0]!.answer();
	expect(cache.version).toBeGreaterThan(before);
	for (const at of [1, 2]) {
		// Drawn again, as after every change.
		expect(shown(3)).toHaveLength(at);
		await asked[at]!.answer();
	}
	expect(seconds().toSorted((a, b) => a - b)).toEqual([0, 5, 10]);
	expect(shown(3)).toEqual(['door 0', 'door 5', 'door 10']);
	await decoded();
	expect(asked).toHaveLength(3);
});

test('PB35 what is in sight is asked for at once, and again only for more than that', async () => {
	const stretch = (from: number, slots: number) => {
		const fromUs = (NOON + from * SLOT) * 1000;
		return [fromUs, fromUs + slots * SLOT * 1000 - 1000, SLOT * 1000];
	};
	shown(9);
	await asked[0]!.answer();
	shown(9);
	await asked[1]!.answer();
	expect(stretches).toEqual([stretch(0, 9)]);
	shown(9, NOON + 4 * SLOT);
	await asked[2]!.answer();
	expect(stretches.slice(1)).toHaveLength(1);
	cache.forget();
	shown(2);
	await asked.at(-1)!.answer();
	expect(stretches.at(-1)).toEqual(stretch(0, 2));
});

test('what is scrolled out of sight is not loaded any more', async () => {
	shown(9);
	expect(seconds()).toEqual([20]);
	shown(1, NOON + 600_000);
	await asked[0]!.answer();
	expect(seconds()).toEqual([20, 600]);
	await asked[1]!.answer();
	expect(asked).toHaveLength(2);
});

test('what has no thumbnail, or one that does not decode, is asked for once', async () => {
	vi.useFakeTimers({ now: NOON + 3_600_000, toFake: ['Date', 'setTimeout'] });
	try {
		shown(1);
		await asked[0]!.answer(false);
		expect(shown(1)).toEqual([]);
		vi.advanceTimersByTime(60_000);
		expect(shown(1)).toEqual([]);
		expect(asked).toHaveLength(1);
	} finally {
		vi.useRealTimers();
	}
});

test('TN3 footage of just now gets its thumbnail a little later', async () => {
	vi.useFakeTimers({ now: NOON + SLOT, toFake: ['Date', 'setTimeout'] });
	try {
		shown(1);
		await asked[0]!.answer(false);
		shown(1);
		expect(asked).toHaveLength(1);
		const before = cache.version;
		vi.advanceTimersByTime(5000);
		expect(cache.version).toBeGreaterThan(before);
		shown(1);
		await asked[1]!.answer();
		expect(shown(1)).toEqual(['door 0']);
	} finally {
		vi.useRealTimers();
	}
});

test('a closed cache frees its pictures, and shows none of them for another camera', async () => {
	shown(2);
	await asked[0]!.answer();
	cache.follow(NOON);
	const [, loading, following] = asked;
	expect(asked).toHaveLength(3);
	cache.close();
	expect(pictures).toMatchObject([{ of: 'door 5', closed: true }]);
	cache.open(YARD);
	expect(shown(2)).toEqual([]);
	cache.follow(NOON);
	// Still about the camera before.
	await loading!.answer();
	await following!.answer();
	expect(under()).toBe(null);
	expect(shown(2)).toEqual([]);
	expect(pictures.every(({ closed }) => closed)).toBe(true);
	// One at the hand, two of the ribbon.
	const ofYard = () => asked.filter(({ camera }) => camera === YARD);
	for (const at of [0, 1, 2]) await ofYard()[at]!.answer();
	expect(under()).toBe('yard 0');
	expect(shown(2)).toEqual(['yard 0', 'yard 5']);
});

test('TN5 after a deletion nothing that was loaded before is shown, not even if it comes late', async () => {
	shown(2);
	await asked[0]!.answer();
	expect(shown(2)).toEqual(['door 5']);
	cache.forget();
	await asked[1]!.answer();
	expect(shown(2)).toEqual([]);
	// What was deleted is the second.
	for (const at of [2, 3]) await asked[at]!.answer(asked[at]!.ms === NOON);
	expect(shown(2)).toEqual(['door 0']);
});

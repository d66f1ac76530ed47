import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';
import { ThumbnailCache } from '#state/playback/thumbnail-cache.svelte.ts';

const CAMERA = 'c'.repeat(32) as CameraId;
const NOON = Date.parse('2026-11-29T12:00:00Z');
/** A thumbnail each 5 s, 86 pixels wide: a slot is 5 s. */
const MS_PER_PX = 5000 / 86;

beforeEach(() => {
	vi.stubGlobal('createImageBitmap', () => Promise.resolve({ close: () => undefined }));
});
afterEach(() => {
	vi.unstubAllGlobals();
});

/** A cache over thumbnails that exist at some seconds after noon. */
function cacheOf(seconds: readonly number[]): ThumbnailCache {
	const at = (second: number) => ({
		wallUs: (NOON + second * 1000) * 1000,
		jpeg: new Uint8Array(),
	});
	const thumbnails = {
		first: (_: CameraId, fromUs: number, toUs: number) =>
			Promise.resolve(
				seconds.map(at).find(({ wallUs }) => wallUs >= fromUs && wallUs <= toUs) ?? null,
			),
		load: () => Promise.resolve(),
		near: (_: CameraId, us: number) => Promise.resolve({ ...at(0), wallUs: us }),
	};
	const cache = new ThumbnailCache({ thumbnails } as unknown as Engine);
	cache.open(CAMERA);
	return cache;
}

test('TL24 a slot without a thumbnail shows the nearest known, up to two slots away', async () => {
	const cache = cacheOf([0, 20]);
	const slots = () => cache.inRange(NOON, NOON + 60_000, MS_PER_PX, 86);
	slots();
	await expect.poll(() => cache.version).toBe(12);
	const shown = slots();
	// At 0 and 20 s, and beside them: from 0 to 30 s without a break, and none after that.
	expect(shown.map(({ fromMs }) => (fromMs - NOON) / 5000)).toEqual([0, 1, 2, 3, 4, 5, 6]);
	expect(shown[1]?.picture).toBe(shown[0]?.picture);
	expect(shown[3]?.picture).toBe(shown[4]?.picture);
	expect(shown[3]?.picture).not.toBe(shown[1]?.picture);
	cache.close();
});

test('TL27 the pointer has a thumbnail of its own, and none once it has left', async () => {
	const cache = cacheOf([]);
	cache.point(NOON + 3000);
	await expect.poll(() => cache.pointed?.ms).toBe(NOON + 3000);
	expect(cache.under).toBeNull();
	cache.point(null);
	expect(cache.pointed).toBeNull();
	cache.close();
});

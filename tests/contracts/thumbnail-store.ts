import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import type { FirstOrLast, ThumbnailStore } from '#ports/footage/thumbnail-store.ts';
import { diskForEach, type FootageDisk } from './footage-disk.ts';
import { DOOR, filled, MINUTE, record, SECOND, T0, YARD } from './segment-store.ts';

const sealed = (second: number) => ({
	wallUs: T0 + second * SECOND,
	bytes: filled(40, second),
});

/** Seconds of what is found in a span of seconds, both included; `null`: nothing. */
async function found(
	store: ThumbnailStore,
	which: FirstOrLast,
	[from, until]: readonly [number, number],
	camera: CameraId = DOOR,
): Promise<number | null> {
	const [fromUs, untilUs] = [T0 + from * SECOND, T0 + until * SECOND];
	const thumbnail = await store.find(camera, which, fromUs, untilUs);
	if (thumbnail === null) return null;
	const second = (thumbnail.wallUs - T0) / SECOND;
	expect(thumbnail.bytes).toEqual(sealed(second).bytes);
	return second;
}

/** What every store of thumbnails must do, beside the footage of the same disk. */
export function thumbnailStoreContract(make: () => FootageDisk): void {
	describe('thumbnails', () => {
		const here = diskForEach(make);
		const opened = async (seconds: readonly number[], max?: number) => {
			const thumbnails = new SealedThumbnails(here.disk.rows, max);
			for (const second of seconds) await thumbnails.put(DOOR, sealed(second));
			return thumbnails;
		};

		test('TN2 the first or last of a span is returned as it was stored, of its own camera', async () => {
			// As a clock set back leaves them: not in order of time.
			const thumbnails = await opened([20, 30, 10]);
			await thumbnails.put(YARD, sealed(15));
			expect(await found(thumbnails, 'first', [0, 60])).toBe(10);
			expect(await found(thumbnails, 'last', [0, 60])).toBe(30);
			expect(await found(thumbnails, 'last', [0, 60], YARD)).toBe(15);
			// Both ends belong to the span.
			expect(await found(thumbnails, 'first', [20, 20])).toBe(20);
			expect(await found(thumbnails, 'last', [11, 19])).toBe(null);
			expect(await found(thumbnails, 'first', [31, 60])).toBe(null);
		});

		test('TN2 the bytes are a copy', async () => {
			const thumbnails = await opened([]);
			const larger = new Uint8Array(60);
			larger.set(sealed(5).bytes, 7);
			const bytes = larger.subarray(7, 47);
			await thumbnails.put(DOOR, { ...sealed(5), bytes });
			larger.fill(0);
			expect(await found(thumbnails, 'last', [5, 5])).toBe(5);
		});

		test('TN4 the oldest are deleted when there are too many', async () => {
			const thumbnails = await opened(
				Array.from({ length: 120 }, (_, second) => second),
				50,
			);
			const { count, bytes } = await thumbnails.size();
			expect(count).toBeGreaterThanOrEqual(50);
			expect(count).toBeLessThanOrEqual(100);
			expect(bytes).toBe(count * 40);
			expect(await found(thumbnails, 'last', [0, 200])).toBe(119);
			expect(await found(thumbnails, 'first', [0, 200])).toBe(120 - count);
		});

		test('TN4 a store opened again keeps the limit from its first write on', async () => {
			await opened(Array.from({ length: 30 }, (_, second) => second));
			const again = await opened([30], 10);
			expect(await again.size()).toEqual({ count: 10, bytes: 400 });
			expect(await found(again, 'first', [0, 60])).toBe(21);
		});

		test('TN4 bytes are counted from the newest hundred', async () => {
			const thumbnails = await opened([]);
			expect(await thumbnails.size()).toEqual({ count: 0, bytes: 0 });
			for (let second = 0; second < 20; second += 1) {
				await thumbnails.put(DOOR, { ...sealed(second), bytes: filled(4000, second) });
			}
			for (let second = 20; second < 120; second += 1) await thumbnails.put(DOOR, sealed(second));
			expect(await thumbnails.size()).toEqual({ count: 120, bytes: 120 * 40 });
		});

		test('TN5 they follow their footage: hidden with it, and deleted on purge or eviction', async () => {
			const { store } = here;
			await record(store, DOOR, 1, 180);
			await store.close(DOOR, 1, 'stopped');
			const thumbnails = await opened([10, 70, 130]);
			for (const second of [10, 70, 130]) await thumbnails.put(YARD, sealed(second));
			const around = (second: number) => found(thumbnails, 'last', [second - 2, second]);
			const minute = { startUs: T0 + MINUTE, endUs: T0 + MINUTE + 20 * SECOND };
			const removal = await store.remove(DOOR, minute);
			expect(await around(71)).toBe(null);
			expect(await found(thumbnails, 'last', [69, 71], YARD)).toBe(70);
			await store.restore(removal!.id);
			expect(await around(71)).toBe(70);
			await store.remove(DOOR, minute);
			await store.purge(Infinity);
			expect(await around(71)).toBe(null);
			expect((await thumbnails.size()).count).toBe(5);
			await store.evict(1, 1);
			expect(await around(11)).toBe(null);
			expect(await around(131)).toBe(130);
			expect((await thumbnails.size()).count).toBe(4);
		});

		test('TN5 age takes them, too', async () => {
			const { store } = here;
			await record(store, DOOR, 1, 180);
			await store.close(DOOR, 1, 'stopped');
			const thumbnails = await opened([10, 70, 130]);
			await store.expire(T0 + 2 * MINUTE, 9);
			expect(await found(thumbnails, 'first', [0, 180])).toBe(130);
		});

		test('a row that cannot be read or makes no sense is no thumbnail, and harms no other', async () => {
			const thumbnails = await opened([10, 20, 30]);
			await here.disk.alter('thumbs', 1, (row) => ({ ...row, bytes: 'nonsense' }));
			here.disk.makeUnreadable('thumbs', 2);
			expect(await found(thumbnails, 'first', [0, 15])).toBe(null);
			expect(await found(thumbnails, 'first', [15, 25])).toBe(null);
			expect(await found(thumbnails, 'first', [25, 35])).toBe(30);
			expect((await thumbnails.size()).count).toBe(3);
			await thumbnails.put(DOOR, sealed(40));
			expect(await found(thumbnails, 'last', [0, 60])).toBe(40);
		});
	});
}

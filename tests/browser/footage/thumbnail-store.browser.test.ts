import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WorkerThumbnailMaker } from '#browser/encoding/thumbnail-maker.ts';
import type { RunId } from '#domain/base/ids.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { ThumbnailWriter } from '#engine/recording/thumbnail-writer.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import { SECOND, T0 } from '../../contracts/segment-store.ts';
import { thumbnailStoreContract } from '../../contracts/thumbnail-store.ts';
import { makeSealingFixture, type SealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { realFilm, type Film } from '../../fixtures/film.ts';
import { dexieDisk } from './dexie-disk.ts';

let film: Film;
let workshop: SealingFixture;

beforeAll(async () => {
	film = await realFilm();
	workshop = await makeSealingFixture();
});

describe('a thumbnail', () => {
	it('TN1 is a small picture of the key frame, rendered in a worker', async () => {
		const maker = new WorkerThumbnailMaker();
		const { jpeg, brightness: look } = await maker.render(film.init, film.fragments[3]!.body);
		expect([...jpeg.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
		const picture = await createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' }));
		expect(picture.width).toBe(192);
		expect(picture.height).toBe(Math.round((192 * 180) / 320));
		const canvas = new OffscreenCanvas(picture.width, picture.height);
		const context = canvas.getContext('2d')!;
		context.drawImage(picture, 0, 0);
		const { data } = context.getImageData(0, 0, picture.width, picture.height);
		const brightness = data.filter((_, at) => at % 4 === 0);
		// A real scene, not a uniform picture.
		expect(Math.max(...brightness) - Math.min(...brightness)).toBeGreaterThan(60);
		expect(look).toHaveLength(16 * 9);
		const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / values.length;
		const red = (at: number) => data[4 * at]!;
		const reds = Array.from({ length: picture.width * picture.height }, (_, at) => red(at));
		expect(Math.abs(mean(look) - mean(reds))).toBeLessThan(40);
		expect(Math.max(...look) - Math.min(...look)).toBeGreaterThan(30);
		maker.release();
	});

	it('TN1 undecodable data is a fault, and the next one works', async () => {
		const maker = new WorkerThumbnailMaker();
		const noise = new Uint8Array(5000).fill(9);
		await expect(maker.render(noise, noise)).rejects.toMatchObject({ kind: 'corrupt' });
		await maker.render(film.init, film.fragments[0]!.body);
		maker.release();
	});

	it('TN2 is sealed, and opens only at its own place', async () => {
		const { crypto, secret, home, camera, opener, pair } = workshop;
		const sign = pair.key;
		const runId = 'ab'.repeat(16) as RunId;
		const sealer = new SidecarSealer(crypto, { home, camera, epoch: 1, secret, runId, sign });
		const jpeg = Uint8Array.from({ length: 3000 }, (_, at) => at & 0xff);
		const one = await sealer.seal('thumbnail', T0 + 123_456, jpeg);
		await sealer.seal('thumbnail', T0 + 5 * SECOND, jpeg);
		expect((await opener.openSidecar('thumbnail', camera, one)).body).toEqual(jpeg);
		const moved = { ...one, wallUs: T0 + 5 * SECOND };
		await expect(opener.openSidecar('thumbnail', camera, moved)).rejects.toMatchObject({
			kind: 'corrupt',
		});
		const spoilt = one.bytes.slice();
		spoilt[100]! ^= 1;
		await expect(
			opener.openSidecar('thumbnail', camera, { ...one, bytes: spoilt }),
		).rejects.toMatchObject({
			kind: 'corrupt',
		});
		expect(new TextDecoder('latin1').decode(one.bytes)).not.toContain('JFIF');
	});

	it('TN3 is made every five seconds of footage, and found by its time', async () => {
		const { crypto, secret, home, camera, opener, pair } = workshop;
		const sign = pair.key;
		const runId = 'cd'.repeat(16) as RunId;
		const maker = new WorkerThumbnailMaker();
		const sealerOf = () =>
			Promise.resolve(new SidecarSealer(crypto, { home, camera, epoch: 1, secret, runId, sign }));
		const disk = dexieDisk();
		const store = new SealedThumbnails(disk.rows);
		const work = new ThumbnailWriter({ maker, thumbnails: store, sealerOf }, camera, film.init);
		for (let second = 0; second < 12; second += 1) {
			await work.offer(film.fragments[second % 5]!.body, T0 + second * SECOND);
		}
		expect((await store.size()).count).toBe(3);
		const previews = new ThumbnailReader(store, opener);
		expect((await previews.near(camera, T0 + 7 * SECOND))?.wallUs).toBe(T0 + 5 * SECOND);
		expect(await previews.near(camera, T0 - 1)).toBe(null);
		expect(await previews.near(camera, T0 + 60 * SECOND)).toBe(null);
		maker.release();
		disk.dispose();
	});
});

describe('thumbnails in IndexedDB', () => {
	afterEach(() => vi.restoreAllMocks());
	thumbnailStoreContract(dexieDisk);
});

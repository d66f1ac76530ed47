import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { WorkerThumbnailMaker } from '#browser/encoding/thumbnail-maker.ts';
import { DexieThumbnailStore } from '#browser/footage/thumbnail-store.ts';
import type { RunId } from '#domain/base/ids.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { ThumbnailWriter } from '#engine/recording/thumbnail-writer.ts';
import { DOOR, record, SECOND, T0, YARD } from '../../contracts/segment-store.ts';
import { makeSealingFixture, type SealingFixture } from '../../engine/sealing/sealing-fixture.ts';
import { realFilm, type Film } from '../../fixtures/film.ts';

let name = 0;
let store: DexieThumbnailStore;
let film: Film;
let workshop: SealingFixture;

beforeAll(async () => {
	film = await realFilm();
	workshop = await makeSealingFixture();
});
beforeEach(() => {
	store = new DexieThumbnailStore(`thumbnails-${String((name += 1))}`, 50);
});
afterEach(() => {
	store.dispose();
	indexedDB.deleteDatabase(`thumbnails-${String(name)}`);
});

const fake = (n: number) => new Uint8Array(40).fill(n);

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
	});
});

describe('stored thumbnails', () => {
	it('TN4 the oldest are deleted when there are too many', async () => {
		for (let n = 0; n < 120; n += 1) {
			await store.put(DOOR, { wallUs: T0 + n * SECOND, bytes: fake(n) });
		}
		const { count, bytes } = await store.size();
		expect(count).toBeLessThanOrEqual(100);
		expect(bytes).toBe(count * 40);
		expect((await store.find(DOOR, 'last', T0, T0 + 200 * SECOND))?.wallUs).toBe(T0 + 119 * SECOND);
		expect(await store.find(DOOR, 'last', T0, T0 + 10 * SECOND)).toBe(null);
	});

	it('TN5 follow their footage: hidden with it, and deleted on purge or eviction', async () => {
		const footage = new DexieSegmentStore(`thumbnails-${String(name)}`);
		await record(footage, DOOR, 1, 180);
		await footage.close(DOOR, 1, 'stopped');
		for (const second of [10, 70, 130]) {
			await store.put(DOOR, { wallUs: T0 + second * SECOND, bytes: fake(second) });
			await store.put(YARD, { wallUs: T0 + second * SECOND, bytes: fake(second) });
		}
		const at = async (second: number) => {
			const us = T0 + second * SECOND;
			return (await store.find(DOOR, 'last', us - 2 * SECOND, us))?.wallUs ?? null;
		};
		const removal = await footage.remove(DOOR, {
			startUs: T0 + 60 * SECOND,
			endUs: T0 + 80 * SECOND,
		});
		expect(await at(71)).toBe(null);
		await footage.restore(removal!.id);
		expect(await at(71)).toBe(T0 + 70 * SECOND);
		await footage.remove(DOOR, { startUs: T0 + 60 * SECOND, endUs: T0 + 80 * SECOND });
		await footage.purge(Infinity);
		expect(await at(71)).toBe(null);
		await footage.evict(1, 1);
		expect(await at(11)).toBe(null);
		expect(await at(131)).toBe(T0 + 130 * SECOND);
		expect((await store.size()).count).toBe(4);
		footage.dispose();
	});
});

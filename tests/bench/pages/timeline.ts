import { localCalendar } from '#browser/playback/calendar.ts';
import { WebCrypto } from '#web/crypto.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import type { Engine } from '#state/app/engine.ts';
import { ThumbnailCache } from '#state/playback/thumbnail-cache.svelte.ts';

export interface TimelineBench {
	/**
	 * Drags the hand over `hours` of footage with a sealed thumbnail every 5 s; `fps` counts distinct
	 * pictures shown per second.
	 */
	scrub(hours: number, seconds: number): Promise<{ fps: number; thumbnails: number }>;
}

declare global {
	interface Window {
		timelineBench: TimelineBench;
	}
}

const NOON = new Date(2026, 10, 20, 12).getTime();
const web = new WebCrypto();

async function drawn(n: number): Promise<Bytes> {
	const canvas = new OffscreenCanvas(192, 108);
	const context = canvas.getContext('2d')!;
	for (let cell = 0; cell < 40; cell += 1) {
		context.fillStyle = `hsl(${String((n * 37 + cell * 61) % 360)} 50% ${String(20 + cell)}%)`;
		context.fillRect((cell % 8) * 24, Math.floor(cell / 8) * 22, 24, 22);
	}
	const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.6 });
	return new Uint8Array(await blob.arrayBuffer());
}

window.timelineBench = {
	async scrub(hours, seconds) {
		const secret = await web.secret(web.random(32));
		const pair = await web.makeSignKey(false);
		const home = hexOf(web.random(16)) as HomeId;
		const camera = hexOf(web.random(16)) as CameraId;
		const runId = hexOf(web.random(16)) as RunId;
		const sealer = new SidecarSealer(web, {
			home,
			camera,
			epoch: 1,
			secret,
			runId,
			sign: pair.key,
		});
		const pictures = await Promise.all(Array.from({ length: 24 }, (_, n) => drawn(n)));
		const database = new FootageDatabase();
		const count = hours * 720;
		for (let from = 0; from < count; from += 240) {
			const rows = [];
			for (let n = from; n < Math.min(count, from + 240); n += 1) {
				const jpeg = pictures[n % pictures.length] ?? new Uint8Array();
				const { wallUs, bytes } = await sealer.seal('thumbnail', (NOON + n * 5000) * 1000, jpeg);
				rows.push({ camera, wallUs, bytes: bytes.buffer });
			}
			await database.thumbs.bulkAdd(rows);
		}
		database.close();
		const verify = await web.verifier(pair.public);
		const keys = { homes: new Set([home]), verify, epoch: () => Promise.resolve(secret) };
		const opener = new Opener(web, () => Promise.resolve(keys));
		const previews = new ThumbnailReader(new SealedThumbnails(new DexieFootageRows()), opener);
		const thumbnails = new ThumbnailCache({
			thumbnails: previews,
			calendar: localCalendar,
		} as unknown as Engine);
		thumbnails.open(camera);
		const canvas = document.createElement('canvas');
		[canvas.width, canvas.height] = [192, 108];
		document.body.append(canvas);
		const context = canvas.getContext('2d')!;
		const seen = new Set<number>();
		const began = performance.now();
		await new Promise<void>((done) => {
			const step = (now: number): void => {
				const share = (now - began) / (seconds * 1000);
				if (share >= 1) {
					done();
					return;
				}
				thumbnails.follow(NOON + Math.max(0, share) * hours * 3_600_000);
				if (thumbnails.under !== null) {
					context.drawImage(thumbnails.under.picture, 0, 0);
					seen.add(thumbnails.under.ms);
				}
				requestAnimationFrame(step);
			};
			requestAnimationFrame(step);
		});
		thumbnails.close();
		return { fps: seen.size / seconds, thumbnails: count };
	},
};

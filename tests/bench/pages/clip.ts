import './playback.ts';
import { WorkerClipMuxer } from '#browser/playback/clip-muxer.ts';
import { WebCrypto } from '#web/crypto.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { bytesOf } from '#domain/base/bytes.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { ClipExporter } from '#engine/playback/clip-exporter.ts';
import { Opener } from '#engine/sealing/opener.ts';
import type { Keys } from './playback.ts';

export interface ClipBench {
	/** Times from the request to the complete file. */
	make(
		keys: Keys,
		fromS: number,
		toS: number,
	): Promise<{ ms: number; bytes: number; frames: number }>;
}

declare global {
	interface Window {
		clipBench: ClipBench;
	}
}

const MIDNIGHT = new Date(2026, 10, 20).getTime();
const web = new WebCrypto();

window.clipBench = {
	async make({ home, camera, secret, verify }, fromS, toS) {
		const kept = await web.secret(bytesOf(secret));
		const keys = {
			homes: new Set([home as HomeId]),
			verify: await web.verifier(bytesOf(verify)),
			epoch: () => Promise.resolve(kept),
		};
		const segments = new DexieSegmentStore();
		const opener = new Opener(web, () => Promise.resolve(keys));
		const clips = new ClipExporter({ footage: segments, opener, muxer: new WorkerClipMuxer() });
		const began = performance.now();
		const span = {
			startUs: (MIDNIGHT + fromS * 1000) * 1000,
			endUs: (MIDNIGHT + toS * 1000) * 1000,
		};
		const plan = await clips.plan(camera as CameraId, span);
		if (plan === null) throw new Error('the plan of the clip is empty');
		const { blob, reencoded, missing } = await clips.write(plan, {
			format: 'mp4',
			file: null,
			onProgress: () => undefined,
			signal: new AbortController().signal,
		});
		const ms = performance.now() - began;
		if (reencoded || missing > 0 || blob === null) throw new Error('the clip is not a plain copy');
		segments.dispose();
		return { ms, bytes: blob.size, frames: plan.segments.length };
	},
};

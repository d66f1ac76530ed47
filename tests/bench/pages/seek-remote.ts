import { WebCrypto } from '#web/crypto.ts';
import { FootageDatabase } from '#browser/footage/database.ts';
import { RelayReader } from '#browser/network/relay-reader.ts';
import { HlsScreen } from '#browser/playback/hls-screen.ts';
import { localDay } from '#browser/playback/local-day.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { bytesOf } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { buildEntries, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import { JoinedFootage } from '#engine/playback/joined-footage.ts';
import { Player } from '#engine/playback/player.ts';
import { Opener } from '#engine/sealing/opener.ts';
import { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Footage } from '#ports/footage/footage.ts';

/** Hex; `token` is the relay's. */
export interface RemoteKeys {
	readonly camera: string;
	readonly secret: string;
	readonly verify: string;
	readonly token: string;
}

export interface SeekRemoteBench {
	/** Copies what is at the relay into this browser's own store. Returns the segments. */
	copy(keys: RemoteKeys): Promise<number>;
	/** Opens the camera from there at a time, ms since 1970; takes so many ms. */
	open(keys: RemoteKeys, from: 'here' | 'relay', wallMs: number): Promise<number>;
	/** Milliseconds from each seek to its painted frame. */
	seek(wallMs: readonly number[]): Promise<number[]>;
}

declare global {
	interface Window {
		seekRemoteBench: SeekRemoteBench;
	}
}

const web = new WebCrypto();
const clock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: (ms, tick) => {
		const timer = setInterval(tick, ms);
		return () => clearInterval(timer);
	},
	after: (ms, done) => {
		const timer = setTimeout(done, ms);
		return () => clearTimeout(timer);
	},
};

let player: Player | null = null;

async function relayOf({ token, verify }: RemoteKeys): Promise<RelayFootage> {
	const key = await web.verifier(bytesOf(verify));
	return new RelayFootage({
		...{ crypto: web, clock, signerOf: () => Promise.resolve(key) },
		reader: new RelayReader(() => ({ origin: location.origin, token })),
	});
}

window.seekRemoteBench = {
	async copy(keys) {
		const camera = keys.camera as CameraId;
		const relay = await relayOf(keys);
		const database = new FootageDatabase();
		let count = 0;
		for (const run of await relay.runs(camera)) {
			const { runNo, runId, epoch, mime, anchorUs } = run;
			const init = await relay.read({ ...run, seq: 0 });
			if (init === null) throw new Error('no init section');
			const initPlace = await database.bytes.add({ ...init, bytes: init.bytes.slice().buffer });
			const basis = { runId, epoch, mime, anchorUs, initPlace, initSize: init.bytes.length };
			const entries: IndexEntry[] = [];
			for (const segment of await relay.between(camera, run.startUs, run.endUs)) {
				if (segment.runNo !== runNo) continue;
				const stored = await relay.read(segment);
				if (stored === null) throw new Error('a segment is missing');
				const row = { ...stored, bytes: stored.bytes.slice().buffer };
				entries.push({ ...segment, place: await database.bytes.add(row) });
			}
			await database.pages.bulkAdd(
				[...Map.groupBy(entries, ({ startUs }) => minuteOf(startUs))].map(([minute, page]) => ({
					...{ camera, runNo, minute, firstPlace: page[0]?.place ?? 0 },
					...{ entries: buildEntries(page), basis },
				})),
			);
			await database.runs.add({ ...run, ...basis, holes: [], ended: 'rotated' });
			count += entries.length;
		}
		database.close();
		return count;
	},

	async open(keys, from, wallMs) {
		player?.close();
		const secret = await web.secret(bytesOf(keys.secret));
		const verify = await web.verifier(bytesOf(keys.verify));
		const known = { homes: null, verify, epoch: () => Promise.resolve(secret) };
		const opener = new Opener(web, () => Promise.resolve(known));
		const nothing = new DexieSegmentStore('spycam-bench-nothing');
		const here: Footage = from === 'here' ? new DexieSegmentStore() : nothing;
		const footage = new JoinedFootage({
			...{ clock, here },
			elsewhere: from === 'here' ? [] : [{ origin: 'relay', footage: await relayOf(keys) }],
			about: () => Promise.resolve({ name: null, former: false }),
		});
		const video = document.createElement('video');
		video.muted = true;
		video.width = 640;
		document.body.replaceChildren(video);
		const began = performance.now();
		const originOf = footage.originOf.bind(footage);
		const screen = new HlsScreen(video);
		player = new Player({ footage, opener, originOf, clock, screen, dayOf: localDay });
		await player.open(keys.camera as CameraId, wallMs);
		const took = performance.now() - began;
		const { kind, origin, fault } = player.state;
		if (kind !== 'paused' || origin !== from)
			throw new Error(`${kind} from ${String(origin)}: ${JSON.stringify(fault)}`);
		return took;
	},

	async seek(wallMs) {
		if (player === null) throw new Error('call open first');
		const took: number[] = [];
		for (const ms of wallMs) {
			const began = performance.now();
			await player.seek(ms);
			took.push(performance.now() - began);
			const offMs = ms - (player.state.wallMs ?? 0);
			if (player.state.kind !== 'paused' || offMs < -20 || offMs > 101)
				throw new Error(`${player.state.kind}, ${String(offMs)} ms off`);
			await new Promise((done) => setTimeout(done, 50));
		}
		return took;
	},
};

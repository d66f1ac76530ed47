import { WebCrypto } from '#web/crypto.ts';
import { DexieSegmentStore } from '../../support/dexie-segment-store.ts';
import { hexOf, type Bytes } from '#domain/base/bytes.ts';
import { coverage } from '#domain/footage/coverage.ts';
import type { CameraId, HomeId, RunId } from '#domain/base/ids.ts';
import { buildEntries, minuteOf, type IndexEntry } from '#domain/footage/index-page.ts';
import { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { Clock } from '#ports/device/clock.ts';

export interface StoreBench {
	/**
	 * Milliseconds for `count` segments of `size` bytes: sealed and stored with strict durability.
	 */
	ours(count: number, size: number): Promise<number>;
	/** A strict transaction with one put of as many bytes, and nothing else. */
	bare(count: number, size: number, as: 'buffer' | 'blob'): Promise<number>;
	/** Milliseconds to read `count` of them back in another order. */
	reading(count: number, as: 'buffer' | 'blob'): Promise<number>;
	/** Replaces the index with one of `count` seconds of footage in runs of four hours. */
	fill(count: number): Promise<void>;
	/** Milliseconds of each of `samples` queries at random times. */
	ask(what: 'day' | 'hour' | 'at', count: number, samples: number): Promise<number[]>;
}

declare global {
	interface Window {
		storeBench: StoreBench;
	}
}

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const RUN = 4 * 3600;
const T0 = Math.floor(1_790_000_000 / 86_400) * DAY;
const web = new WebCrypto();
const camera = hexOf(web.random(16)) as CameraId;
const home = hexOf(web.random(16)) as HomeId;
const clock: Clock = {
	wallMs: () => Date.now(),
	monotonicMs: () => performance.now(),
	every: () => () => undefined,
	after: () => () => undefined,
};

function noise(size: number): Bytes {
	const bytes = new Uint8Array(size);
	for (let at = 0; at < size; at += 65_536) {
		crypto.getRandomValues(bytes.subarray(at, Math.min(size, at + 65_536)));
	}
	return bytes;
}

function startOf(runNo: number, anchorUs: number) {
	const runId = hexOf(web.random(16)) as RunId;
	return { camera, runId, runNo, epoch: 1, mime: 'video/mp4; codecs="avc3.42e01f"', anchorUs };
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () =>
			failed(new Error('the IndexedDB request failed', { cause: request.error }));
	});
}

function complete(transaction: IDBTransaction): Promise<void> {
	return new Promise((done, failed) => {
		transaction.oncomplete = () => done();
		transaction.onabort = () =>
			failed(new Error('the transaction aborted', { cause: transaction.error }));
	});
}

async function bareDatabase(): Promise<IDBDatabase> {
	const request = indexedDB.open('bare', 1);
	request.onupgradeneeded = () => request.result.createObjectStore('rows', { autoIncrement: true });
	return answer(request);
}

let runNo = 0;
let bare: IDBDatabase | null = null;
const store = new DexieSegmentStore('bench-written');
let asked: DexieSegmentStore | null = null;

window.storeBench = {
	async ours(count, size) {
		const signer = await web.makeSignKey(false);
		const start = startOf((runNo += 1), T0);
		const sealer = new RunSealer(web, clock, {
			...{ start, home, secret: await web.secret(web.random(32)), signKey: signer.key },
			...{ rosterSeq: 1, oldestKept: { runNo: 1, seq: 1 }, prevRunHead: new Uint8Array(32) },
		});
		await store.begin(start, await sealer.init({ bytes: noise(900), mime: '', anchorMs: 0 }));
		const bytes = noise(size);
		const facts = { timescale: 1000, durationTicks: 1000, keyFrame: true, sound: false };
		const began = performance.now();
		for (let at = 0; at < count; at += 1) {
			const sealed = await sealer.fragment({ bytes, mediaTicks: at * 1000, ...facts });
			await store.append(camera, start.runNo, sealed);
		}
		const took = performance.now() - began;
		await store.close(camera, start.runNo, 'stopped');
		await store.evict(Number.MAX_SAFE_INTEGER, 1000);
		return took;
	},

	async bare(count, size, as) {
		bare ??= await bareDatabase();
		await complete(emptied(bare));
		const bytes = noise(size);
		const began = performance.now();
		for (let at = 0; at < count; at += 1) {
			const transaction = bare.transaction('rows', 'readwrite', { durability: 'strict' });
			transaction.objectStore('rows').add(as === 'blob' ? new Blob([bytes]) : bytes);
			await complete(transaction);
		}
		return performance.now() - began;
	},

	async reading(count, as) {
		bare ??= await bareDatabase();
		const keys = await answer(bare.transaction('rows').objectStore('rows').getAllKeys());
		const began = performance.now();
		for (let at = 0; at < count; at += 1) {
			const key = keys[(at * 37) % keys.length] ?? 0;
			const value = await answer(
				bare.transaction('rows').objectStore('rows').get(key) as IDBRequest<Blob>,
			);
			if (as === 'blob') await value.arrayBuffer();
		}
		return performance.now() - began;
	},

	async fill(count) {
		const name = `bench-index-${count}`;
		asked?.dispose();
		asked = new DexieSegmentStore(name);
		await asked.usedBytes();
		const database = await answer(indexedDB.open(name));
		const place = (seq: number, run: number) => run * (RUN + 1) + seq + 1;
		for (let run = 0; run * RUN < count; run += 1) {
			const segments = Math.min(RUN, count - run * RUN);
			// Two seconds between runs, as after a change of quality.
			const anchorUs = T0 + run * (RUN + 2) * SECOND;
			const { runId, epoch, mime } = startOf(run + 1, anchorUs);
			const basis = { runId, epoch, mime, anchorUs, initPlace: place(0, run), initSize: 1200 };
			const transaction = database.transaction(['pages', 'runs'], 'readwrite');
			const minutes = new Map<number, IndexEntry[]>();
			for (let seq = 1; seq <= segments; seq += 1) {
				const startUs = anchorUs + (seq - 1) * SECOND;
				const facts = { size: 140_000, sound: false, bad: false };
				const entry = { seq, startUs, durationUs: SECOND, place: place(seq, run), ...facts };
				const page = minutes.get(minuteOf(startUs));
				if (page === undefined) minutes.set(minuteOf(startUs), [entry]);
				else page.push(entry);
			}
			for (const [minute, entries] of minutes) {
				const firstPlace = entries[0]?.place;
				const row = { camera, runNo: run + 1, minute, firstPlace, basis };
				transaction.objectStore('pages').put({ ...row, entries: buildEntries(entries) });
			}
			transaction.objectStore('runs').put({
				...{ ...basis, camera, runNo: run + 1, startUs: anchorUs },
				...{ endUs: anchorUs + segments * SECOND, firstSeq: 1, lastSeq: segments },
				...{ bytes: 1200 + segments * 140_000, holes: [], ended: 'changed' },
			});
			await complete(transaction);
		}
		database.close();
	},

	async ask(what, count, samples) {
		if (asked === null) throw new Error('call fill first');
		const spanUs = Math.floor(count / RUN) * (RUN + 2) * SECOND || count * SECOND;
		const took: number[] = [];
		for (let at = 0; at < samples; at += 1) {
			const us = T0 + Math.floor(Math.random() * spanUs);
			const dayUs = us - (us % DAY);
			const began = performance.now();
			if (what === 'day') {
				coverage(await asked.runs(camera, dayUs, dayUs + DAY), dayUs, dayUs + DAY);
			} else if (what === 'hour') {
				await asked.between(camera, us, us + 3600 * SECOND);
			} else {
				await asked.firstAt(camera, us);
			}
			took.push(performance.now() - began);
		}
		return took;
	},
};

function emptied(database: IDBDatabase): IDBTransaction {
	const transaction = database.transaction('rows', 'readwrite');
	transaction.objectStore('rows').clear();
	return transaction;
}

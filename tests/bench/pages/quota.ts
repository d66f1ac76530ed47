import { DexieLedger } from '#browser/storage/ledger.ts';
import { BrowserStoragePersistence } from '#browser/device/storage-persistence.ts';
import { DexiePreferences } from '#browser/storage/preference-store.ts';
import { DexieReserve } from '#browser/storage/reserve.ts';
import { lengthOf, storable } from '#browser/footage/stored-bytes.ts';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import {
	buildEntries,
	minuteOf,
	parseEntries,
	type IndexEntry,
} from '#domain/footage/index-page.ts';
import type { SealedSegment } from '#domain/footage/segment.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';
import { SealedThumbnails } from '#engine/storage/sealed-thumbnails.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import type { EvictionResult } from '#ports/footage/segment-store.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { Expected, nameOf } from './expected.ts';

export interface RingSizes {
	readonly budgetBytes: number;
	/** Approximate: real ones vary, too. */
	readonly segmentBytes: number;
}

export interface Written {
	/** Of each put including the eviction before it, and of each pass that deleted something. */
	readonly putMs: readonly number[];
	readonly evictMs: readonly number[];
	/**
	 * Everything kept, less the budget: the maximum, and the minimum after a pass. Negative: below
	 * the budget.
	 */
	readonly overBytes: number;
	readonly leastOverBytes: number;
	readonly usedBytes: number;
}

export interface Audit {
	readonly segments: number;
	/** Missing, or without their bytes, though no rule deletes them. */
	readonly unplanned: number;
	/** Present though they should be deleted; and bytes that no page and no run references. */
	readonly overdue: number;
	readonly orphans: number;
	readonly goneBytes: number;
	readonly journalBytes: number;
	/** Usage of this origin as reported by the browser. */
	readonly usageBytes: number;
}

export interface QuotaBench {
	open(name: string, sizes: RingSizes): Promise<void>;
	/** Writes directly until the budget is nearly full, one minute per transaction. */
	fill(name: string): Promise<number>;
	/** `seconds` of all three cameras, as their recorders would write them. */
	put(name: string, seconds: number): Promise<Written>;
	audit(name: string): Promise<Audit>;
	remove(name: string): Promise<void>;
}

declare global {
	interface Window {
		quotaBench: QuotaBench;
	}
}

const SECOND = 1_000_000;
const T0 = 1_800_000_000_000_000;
const MINUTE = minuteOf(T0);
const RUN_SECONDS = 900;
const CAMERAS = ['a1', 'b2', 'c3'].map((two) => two.repeat(16)) as CameraId[];
const [FRONT] = CAMERAS;
const INIT_BYTES = 900;
const HEAD_BYTES = 284;
const ENTRY_BYTES = 40;
const noise = random(32 * 2 ** 20);

/** A store that times its passes and reports them to the model. */
class WatchedSegments extends FootageStore {
	evictMs: number[] = [];
	readonly #expected: Expected;

	constructor(rows: DexieFootageRows, expected: Expected) {
		super(rows, { wallMs: () => Date.now() });
		this.#expected = expected;
	}

	override async evict(bytes: number, maxPages: number): Promise<EvictionResult> {
		this.#expected.evict(bytes, maxPages);
		const began = performance.now();
		const evicted = await super.evict(bytes, maxPages);
		if (evicted.segments > 0) this.evictMs.push(performance.now() - began);
		return evicted;
	}
}

/** A device with three cameras, composed as in src/compose.ts, with a manual clock. */
class Ring {
	readonly #name: string;
	readonly #sizes: RingSizes;
	readonly #clock = new ManualClock(T0 / 1000);
	readonly #expected = new Expected((camera, minute) => camera === FRONT && minute === MINUTE);
	readonly #segments: WatchedSegments;
	readonly #reserve: DexieReserve;
	readonly #ledger: DexieLedger;
	readonly #preferences: DexiePreferences;
	readonly #journal: DeletionJournal;
	readonly #allowance: Allowance;
	readonly #pins: Pins;
	readonly #retention: Retention;
	readonly #maintenance: StorageMaintenance;
	#second = 0;

	constructor(name: string, sizes: RingSizes) {
		this.#name = name;
		this.#sizes = sizes;
		const clock = this.#clock;
		const rows = new DexieFootageRows(name);
		const segments = (this.#segments = new WatchedSegments(rows, this.#expected));
		const thumbnails = new SealedThumbnails(rows);
		const reserve = (this.#reserve = new DexieReserve(`${name}-reserve`));
		const ledger = (this.#ledger = new DexieLedger(`${name}-ledger`));
		this.#preferences = new DexiePreferences(`${name}-preferences`);
		const preferences = new AuditedPreferences(this.#preferences.device, ledger, clock);
		const journal = (this.#journal = new DeletionJournal(ledger, clock));
		const allowance = (this.#allowance = new Allowance(preferences, clock, () =>
			Promise.resolve(null),
		));
		const pins = (this.#pins = new Pins(segments, allowance));
		const retention = (this.#retention = new Retention({ segments, allowance, reserve, journal }));
		this.#maintenance = new StorageMaintenance({
			...{ clock, segments, thumbnails, reserve, ledger, journal },
			...{ allowance, retention, pins, origin: new BrowserStoragePersistence(), preferences },
			...{ profiles: () => Promise.resolve(['standard']), cameras: () => null },
		});
	}

	/** A first second, a pin, and the reserve: what a device has by the time its ring is full. */
	async open(): Promise<void> {
		await this.#preferences.device.write({ budgetBytes: this.#sizes.budgetBytes });
		await this.#putSecond([]);
		if (FRONT) await this.#pins.pin(FRONT, { startUs: T0, endUs: T0 + SECOND });
		await this.#maintenance.refresh();
		await this.#maintenance.maintain();
		this.#maintenance.start(false);
	}

	async fill(): Promise<number> {
		const database = await opened(this.#name);
		// Up to the end of the minute, as the product writes.
		await this.put(59);
		const { segmentBytes } = this.#sizes;
		const minuteBytes = 60 * CAMERAS.length * segmentBytes;
		while ((await this.#roomBytes()) > 2 * minuteBytes) await this.#fillMinute(database);
		database.close();
		await this.#maintenance.refresh();
		return this.#expected.segments;
	}

	async put(seconds: number): Promise<Written> {
		const putMs: number[] = [];
		this.#segments.evictMs = [];
		let [overBytes, leastOverBytes] = [-Infinity, Infinity];
		for (let done = 0; done < seconds; done += 1) {
			const passes = this.#segments.evictMs.length;
			await this.#putSecond(putMs);
			this.#clock.advance(1000);
			const over = (await this.#keptBytes()) - this.#sizes.budgetBytes;
			overBytes = Math.max(overBytes, over);
			if (this.#segments.evictMs.length > passes) leastOverBytes = Math.min(leastOverBytes, over);
		}
		const { evictMs } = this.#segments;
		return { putMs, evictMs, overBytes, leastOverBytes, usedBytes: this.#expected.keptBytes };
	}

	async audit(): Promise<Audit> {
		await this.#maintenance.refresh();
		await this.#journal.settled();
		const there = await stored(this.#name);
		const kept = this.#expected.kept();
		const unplanned = [...kept].filter(([name, size]) => there.segments.get(name) !== size).length;
		const overdue = [...there.segments.keys()].filter((name) => !kept.has(name)).length;
		const deletions = await this.#ledger.deletions(1000);
		return {
			...{ segments: kept.size, unplanned, overdue, orphans: there.orphans },
			goneBytes: this.#expected.writtenBytes - there.bytes,
			journalBytes: deletions.reduce((sum, { bytes }) => sum + bytes, 0),
			usageBytes: (await navigator.storage.estimate()).usage ?? 0,
		};
	}

	async remove(): Promise<void> {
		// Run whatever is due before its database is deleted.
		await this.#maintenance.refresh();
		await this.#journal.settled();
		const open = [this.#segments, this.#reserve, this.#ledger, this.#preferences];
		for (const one of open) one.dispose();
		for (const { name } of await indexedDB.databases()) {
			if (name?.split('-')[0] === this.#name) await answer(indexedDB.deleteDatabase(name));
		}
	}

	/** Sealed bytes, heads and entries of the rows that must be there, and the reserve. */
	async #keptBytes(): Promise<number> {
		const { keptBytes, segments } = this.#expected;
		return keptBytes + segments * (HEAD_BYTES + ENTRY_BYTES) + (await this.#reserve.held());
	}

	async #roomBytes(): Promise<number> {
		const { keptBytes, segments } = this.#expected;
		const held = await this.#reserve.held();
		return (await this.#allowance.bytes()) - held - keptBytes - segments * 400;
	}

	async #putSecond(putMs: number[]): Promise<void> {
		const second = this.#second;
		this.#second += 1;
		const runNo = Math.floor(second / RUN_SECONDS) + 1;
		const seq = (second % RUN_SECONDS) + 1;
		for (const [which, camera] of CAMERAS.entries()) {
			if (seq === 1) await this.#beginRun(camera, runNo, startUsOf(second, which));
			const segment = this.#segment(seq, startUsOf(second, which));
			const size = segment.bytes.length;
			const began = performance.now();
			await this.#retention.makeRoom(size);
			await this.#segments.append(camera, runNo, segment);
			putMs.push(performance.now() - began);
			this.#expected.append(camera, runNo, seq, segment.startUs, size);
		}
	}

	async #beginRun(camera: CameraId, runNo: number, anchorUs: number): Promise<void> {
		if (runNo > 1) {
			await this.#segments.close(camera, runNo - 1, 'rotated');
			this.#expected.close(camera, runNo - 1);
		}
		const init = { bytes: noise.slice(0, INIT_BYTES), head: noise.slice(0, HEAD_BYTES) };
		await this.#retention.makeRoom(INIT_BYTES);
		await this.#segments.begin(startOf(camera, runNo, anchorUs), init);
		this.#expected.begin(camera, runNo, INIT_BYTES);
	}

	/**
	 * A minute of all cameras in one transaction, with the rows that the store would have written.
	 */
	async #fillMinute(database: IDBDatabase): Promise<void> {
		const from = this.#second;
		const runNo = Math.floor(from / RUN_SECONDS) + 1;
		const first = (from % RUN_SECONDS) + 1;
		for (const [which, camera] of first === 1 ? CAMERAS.entries() : []) {
			await this.#beginRun(camera, runNo, startUsOf(from, which));
		}
		const transaction = database.transaction(['bytes', 'pages', 'runs'], 'readwrite');
		const [bytes, pages, runs] = ['bytes', 'pages', 'runs'].map((table) =>
			transaction.objectStore(table),
		);
		const entries = CAMERAS.map((): IndexEntry[] => []);
		for (let seq = first; seq < first + 60; seq += 1) {
			for (const [which, camera] of CAMERAS.entries()) {
				const segment = this.#segment(seq, startUsOf(from + seq - first, which));
				const row = { bytes: storable(segment.bytes), head: segment.head };
				const place = Number(await answer(bytes!.add(row)));
				const { startUs, durationUs, sound } = segment;
				const size = segment.bytes.length;
				entries[which]!.push({ seq, startUs, durationUs, sound, size, place, bad: false });
				this.#expected.append(camera, runNo, seq, startUs, size);
			}
		}
		for (const [which, camera] of CAMERAS.entries()) {
			const own = entries[which]!;
			const run = (await answer(runs!.get([camera, runNo]))) as Record<string, unknown>;
			const { runId, epoch, mime, anchorUs, initPlace, initSize } = run;
			const basis = { runId, epoch, mime, anchorUs, initPlace, initSize };
			const { startUs, place } = own[0]!;
			const page = { camera, runNo, minute: minuteOf(startUs), firstPlace: place, basis };
			pages!.put({ ...page, entries: buildEntries(own) });
			const grown = Number(run['bytes']) + own.reduce((sum, { size }) => sum + size, 0);
			const endUs = startUs + 60 * SECOND;
			runs!.put({ ...run, endUs, lastSeq: first + 59, bytes: grown });
		}
		await new Promise<void>((done, failed) => {
			transaction.oncomplete = () => done();
			transaction.onabort = () => failed(new Error('aborted', { cause: transaction.error }));
		});
		this.#second += 60;
		this.#clock.advance(60_000);
	}

	#segment(seq: number, startUs: number): SealedSegment {
		const size = Math.round(this.#sizes.segmentBytes * (0.8 + 0.4 * Math.random()));
		const at = Math.floor(Math.random() * (noise.length - size));
		const head = noise.slice(at, at + HEAD_BYTES);
		return {
			seq,
			startUs,
			durationUs: SECOND,
			sound: false,
			bytes: noise.slice(at, at + size),
			head,
		};
	}
}

function startOf(camera: CameraId, runNo: number, anchorUs: number) {
	const runId = `${camera.slice(0, 2)}${String(runNo)}`.padEnd(32, '0') as RunId;
	return { camera, runNo, runId, epoch: 1, mime: 'video/mp4; codecs="avc3.42e01f"', anchorUs };
}

/** The cameras take turns within the second. */
function startUsOf(second: number, which: number): number {
	return T0 + second * SECOND + which * 300_000;
}

function random(length: number): Bytes {
	const bytes = new Uint8Array(length);
	for (let at = 0; at < length; at += 65_536)
		crypto.getRandomValues(bytes.subarray(at, at + 65_536));
	return bytes;
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
	return new Promise((done, failed) => {
		request.onsuccess = () => done(request.result);
		request.onerror = () => failed(new Error('request failed', { cause: request.error }));
	});
}

function opened(name: string): Promise<IDBDatabase> {
	return answer(indexedDB.open(name));
}

type Row = Record<string, unknown>;

/**
 * What is really in a store, read with bare IndexedDB: the segments that a page lists, with the
 * sizes of their bytes.
 */
async function stored(name: string) {
	const database = await opened(name);
	const table = (of: string) => database.transaction(of).objectStore(of);
	const lengths = new Map<number, number>();
	for (let after = -1, more = true; more;) {
		const range = IDBKeyRange.lowerBound(after, true);
		const rows = (await answer(table('bytes').getAll(range, 100))) as Row[];
		for (const { place, bytes } of rows) {
			after = Number(place);
			lengths.set(after, lengthOf(bytes) ?? -1);
		}
		more = rows.length > 0;
	}
	const segments = new Map<string, number>();
	const named = new Set<number>();
	for (const page of (await answer(table('pages').getAll())) as Row[]) {
		for (const { seq, place } of parseEntries(page['entries'] as Uint8Array)) {
			named.add(place);
			const length = lengths.get(place) ?? -1;
			segments.set(nameOf(page['camera'] as CameraId, Number(page['runNo']), seq), length);
		}
	}
	for (const run of (await answer(table('runs').getAll())) as Row[]) {
		named.add(Number(run['initPlace']));
	}
	database.close();
	const orphans = [...lengths.keys()].filter((place) => !named.has(place)).length;
	const bytes = [...lengths.values()].reduce((sum, length) => sum + length, 0);
	return { segments, orphans, bytes };
}

const rings = new Map<string, Ring>();

function ringOf(name: string): Ring {
	const ring = rings.get(name);
	if (ring === undefined) throw new Error('call open first');
	return ring;
}

window.quotaBench = {
	async open(name, sizes) {
		const ring = new Ring(name, sizes);
		rings.set(name, ring);
		await ring.open();
	},
	fill: (name) => ringOf(name).fill(),
	put: (name, seconds) => ringOf(name).put(seconds),
	audit: (name) => ringOf(name).audit(),
	async remove(name) {
		await ringOf(name).remove();
		rings.delete(name);
	},
};

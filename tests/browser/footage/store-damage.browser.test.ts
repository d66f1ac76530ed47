/* eslint-disable @typescript-eslint/unbound-method -- prototypes are patched to let the database fail */
import { afterEach, expect, test, vi } from 'vitest';
import { DexieSegmentStore } from '#browser/footage/segment-store.ts';
import { ENTRY_BYTES } from '#domain/footage/index-page.ts';
import { DOOR, kindOf, record, sealed, SECOND, T0 } from '../../contracts/segment-store.ts';
import { answer, counts, placeOf, rawly } from './raw-database.ts';

const MINUTE = 60 * SECOND;
const minute = T0 / MINUTE;
let count = 0;
let stores: DexieSegmentStore[] = [];

afterEach(() => {
	vi.restoreAllMocks();
	for (const store of stores) store.dispose();
	stores = [];
});

function open(name: string): DexieSegmentStore {
	const store = new DexieSegmentStore(name);
	stores.push(store);
	return store;
}

/** Three minutes of footage in a closed run, in a database that nobody has open. */
async function threeMinutes(): Promise<string> {
	const name = `damage-${(count += 1)}`;
	const store = open(name);
	await record(store, DOOR, 1, 180);
	await store.close(DOOR, 1, 'stopped');
	store.dispose();
	return name;
}

const seqs = async (store: DexieSegmentStore, from = 0, to = 9 * MINUTE) =>
	(await store.between(DOOR, T0 + from, T0 + to)).map(({ seq }) => seq);
const upTo = (from: number, to: number) =>
	Array.from({ length: to - from + 1 }, (_, at) => from + at);

type Row = Record<string, unknown>;
const pageKey = (which: number) => [DOOR, 1, minute + which];

test.each<[string, (row: Row) => Row]>([
	['of a wrong type', (row) => ({ ...row, entries: 'none' })],
	['without entries', (row) => ({ ...row, entries: new Uint8Array(0) })],
	['of noise', (row) => ({ ...row, entries: new Uint8Array(2400).fill(7) })],
])(
	'ST16 ST17 a page %s is set aside, the rest is served, its span is a hole',
	async (_, damage) => {
		const name = await threeMinutes();
		await rawly(name, async (table) => {
			const row = (await answer(table('pages').get(pageKey(1)))) as Row;
			await answer(table('pages').put(damage(row)));
		});
		const store = open(name);
		expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
		expect(store.damagedRows()).toBe(1);
		expect((await store.lastRun(DOOR))!.holes).toEqual([
			{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'damaged' },
		]);
		expect(await counts(name)).toMatchObject({ pages: 2, runs: 1, quarantined: 1 });
		expect(await store.usedBytes()).toBe(100 + 120 * 100);
		expect((await store.firstAt(DOOR, T0 + 90 * SECOND))!.seq).toBe(121);
	},
);

test('ST17 in a page with a flipped bit and a truncated end, the other entries stay', async () => {
	const name = await threeMinutes();
	await rawly(name, async (table) => {
		const row = (await answer(table('pages').get(pageKey(1)))) as { entries: Uint8Array };
		const entries = row.entries.slice(0, 50 * ENTRY_BYTES + 3);
		entries[10 * ENTRY_BYTES + 9]! ^= 4;
		await answer(table('pages').put({ ...row, entries }));
	});
	const store = open(name);
	const whole = [...upTo(1, 70), ...upTo(72, 110), ...upTo(121, 180)];
	expect(await seqs(store)).toEqual(whole);
	expect((await store.lastRun(DOOR))!.holes).toEqual([
		{ startUs: T0 + 70 * SECOND, endUs: T0 + 71 * SECOND, why: 'damaged' },
		{ startUs: T0 + 110 * SECOND, endUs: T0 + 120 * SECOND, why: 'damaged' },
	]);
	store.dispose();
	const again = open(name);
	expect(await seqs(again)).toEqual(whole);
	expect(again.damagedRows()).toBe(0);
});

test('ST16 a missing page is a hole as soon as a query spans it', async () => {
	const name = await threeMinutes();
	await rawly(name, (table) => answer(table('pages').delete(pageKey(1))));
	const store = open(name);
	expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
	expect((await store.lastRun(DOOR))!.holes).toEqual([
		{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'damaged' },
	]);
});

test('ST16 a page missing from an index is restored', async () => {
	const name = await threeMinutes();
	await rawly(name, async (table) => {
		const row = (await answer(table('pages').get(pageKey(0)))) as Row;
		await answer(table('pages').put({ ...row, firstPlace: { not: 'a place' } }));
	});
	const store = open(name);
	const mended = new Promise<void>((done) => store.watch(done));
	await store.cameras();
	await mended;
	expect((await store.evict(1, 1)).segments).toBe(60);
	expect(await seqs(store)).toEqual(upTo(61, 180));
});

test.each<[string, (row: Row) => Row | null]>([
	['of a wrong type', ({ camera, runNo }) => ({ camera, runNo, endUs: 'soon' })],
	['with impossible numbers', (row) => ({ ...row, endUs: 1, bytes: -5 })],
	['that vanished', () => null],
])('ST18 a run row %s is rebuilt from its pages', async (_, damage) => {
	const name = await threeMinutes();
	const before = open(name);
	await before.damaged({ camera: DOOR, runNo: 1, seq: 9, startUs: T0 + 8 * SECOND });
	const whole = await before.lastRun(DOOR);
	before.dispose();
	await rawly(name, async (table) => {
		const row = damage((await answer(table('runs').get([DOOR, 1]))) as Row);
		await (row === null
			? answer(table('runs').delete([DOOR, 1]))
			: answer(table('runs').put(row)).then(() => undefined));
	});
	const store = open(name);
	const mended = new Promise<void>((done) => store.watch(done));
	await store.runs(DOOR);
	await mended;
	const [run] = await store.runs(DOOR, T0, T0 + 1);
	expect({ ...run, ended: 'stopped' }).toEqual(whole);
	expect(await store.usedBytes()).toBe(whole!.bytes);
	expect(await seqs(store)).toEqual(upTo(1, 180));
});

test('ST18 a run that is still recording survives the loss of its row and newest page', async () => {
	const name = `damage-${(count += 1)}`;
	const store = open(name);
	await record(store, DOOR, 1, 70);
	await rawly(name, async (table) => {
		const row = (await answer(table('runs').get([DOOR, 1]))) as Row;
		await answer(table('runs').put({ ...row, mime: 5 }));
	});
	await store.append(DOOR, 1, sealed(71, T0 + 70 * SECOND));
	await rawly(name, async (table) => {
		const row = (await answer(table('pages').get(pageKey(1)))) as Row;
		await answer(table('pages').put({ ...row, entries: new Uint8Array(80) }));
	});
	const run = await store.append(DOOR, 1, sealed(72, T0 + 71 * SECOND));
	expect(run).toMatchObject({ lastSeq: 72, ended: null });
	expect(run.holes).toEqual([
		{ startUs: T0 + 60 * SECOND, endUs: T0 + 71 * SECOND, why: 'damaged' },
	]);
	expect(await seqs(store)).toEqual([...upTo(1, 60), 72]);
});

test('ST19 bytes of a wrong type are corrupt, missing ones are null', async () => {
	const name = await threeMinutes();
	const store = open(name);
	const [a, b, c, d] = await store.between(DOOR, T0, T0 + 4 * SECOND);
	const places = await Promise.all([a, b, c, d].map((one) => placeOf(name, one!)));
	await rawly(name, async (table) => {
		const [at, missing, without, small] = places;
		const head = new Uint8Array(3);
		await answer(table('bytes').put({ place: at, bytes: 5, head }));
		await answer(table('bytes').delete(missing!));
		await answer(table('bytes').put({ place: without, head }));
		await answer(table('bytes').put({ place: small, bytes: new Blob(['abc']), head }));
	});
	expect(await kindOf(store.read(a!))).toBe('corrupt');
	expect(await store.read(b!)).toBeNull();
	expect(await kindOf(store.read(c!))).toBe('corrupt');
	// A Blob this small was never written, but is readable.
	expect((await store.read(d!))!.bytes).toEqual(new Uint8Array([97, 98, 99]));
});

test('RT4 an eviction interrupted before it changed the run is finished at the next start', async () => {
	const name = await threeMinutes();
	await rawly(name, async (table) => {
		await answer(table('pages').delete(pageKey(0)));
		await answer(table('bytes').delete(IDBKeyRange.bound(2, 61)));
	});
	const store = open(name);
	const settled = new Promise<void>((done) => store.watch(done));
	await store.usedBytes();
	await settled;
	expect(await store.lastRun(DOOR)).toMatchObject({
		...{ firstSeq: 61, startUs: T0 + MINUTE, bytes: 100 + 120 * 100, holes: [] },
	});
	expect(store.damagedRows()).toBe(0);
});

test('RT4 RT15 at quota a page after a pinned one is evicted, and the run row is updated right after', async () => {
	const store = open(await threeMinutes());
	await store.pin(DOOR, { startUs: T0, endUs: T0 + SECOND });
	const { put } = IDBObjectStore.prototype;
	let refused = 0;
	vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
		this: IDBObjectStore,
		...given
	) {
		if (this.name === 'runs' && (refused += 1) === 1) {
			throw new DOMException('no room', 'QuotaExceededError');
		}
		return put.apply(this, given);
	});
	expect(await store.evict(1, 1)).toMatchObject({ segments: 60, bytes: 6000 });
	expect(refused).toBe(2);
	expect(await store.lastRun(DOOR)).toMatchObject({
		...{ firstSeq: 1, startUs: T0, bytes: 100 + 120 * 100 },
		holes: [{ startUs: T0 + MINUTE, endUs: T0 + 2 * MINUTE, why: 'deleted' }],
	});
});

/** A request that fails instead of succeeding, as with an unreadable value. */
function failing<T>(request: IDBRequest<T>): IDBRequest<T> {
	let tell: ((event: Event) => void) | null = null;
	request.addEventListener('success', () => {
		const error = new DOMException('Failed to read', 'UnknownError');
		const event = { type: 'error', target: { error }, preventDefault() {}, stopPropagation() {} };
		tell?.(event as unknown as Event);
	});
	Object.defineProperty(request, 'onsuccess', { set: () => undefined });
	Object.defineProperty(request, 'onerror', { set: (listener: typeof tell) => (tell = listener) });
	return request;
}

test('ST16 a row that throws does not affect a range query', async () => {
	const name = await threeMinutes();
	const store = open(name);
	let failed = 0;
	const { getAll } = IDBIndex.prototype;
	const { get } = IDBObjectStore.prototype;
	const isPoison = (key: unknown) => JSON.stringify(key) === JSON.stringify(pageKey(1));
	vi.spyOn(IDBIndex.prototype, 'getAll').mockImplementation(function (this: IDBIndex, ...given) {
		const request = getAll.apply(this, given);
		if (this.objectStore.name !== 'pages' || failed > 0) return request;
		failed += 1;
		return failing(request);
	});
	vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
		this: IDBObjectStore,
		key,
	) {
		const request = get.call(this, key);
		if (this.name !== 'pages' || !isPoison(key)) return request;
		failed += 1;
		return failing(request);
	});
	expect(await seqs(store)).toEqual([...upTo(1, 60), ...upTo(121, 180)]);
	expect(failed).toBeGreaterThanOrEqual(2);
	expect(store.damagedRows()).toBe(1);
	expect((await store.lastRun(DOOR))!.holes).toHaveLength(1);
});

test('ST19 bytes that throw are corrupt', async () => {
	const name = await threeMinutes();
	const store = open(name);
	const [first] = await store.between(DOOR, T0, T0 + 1);
	const { get } = IDBObjectStore.prototype;
	vi.spyOn(IDBObjectStore.prototype, 'get').mockImplementation(function (
		this: IDBObjectStore,
		key,
	) {
		const request = get.call(this, key);
		return this.name === 'bytes' ? failing(request) : request;
	});
	expect(await kindOf(store.read(first!))).toBe('corrupt');
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DexieStoreInspector } from '#browser/footage/store-inspector.ts';
import { DexieSegmentStore } from '#browser/footage/segment-store.ts';
import type { StoreFindingKind } from '#domain/storage/store-check.ts';
import { StoreCheck, type CheckReport } from '#engine/storage/store-check.ts';
import {
	fragmentOf,
	initOf,
	makeSealingFixture,
	type SealingFixture,
} from '../../engine/sealing/sealing-fixture.ts';
import { filled, kindOf } from '../../contracts/segment-store.ts';
import { answer, counts, placeOf, rawly } from './raw-database.ts';

let name: string;
let shop: SealingFixture;
let store: DexieSegmentStore;
let inspector: DexieStoreInspector;
let check: StoreCheck;

beforeEach(async () => {
	name = `check-${crypto.randomUUID()}`;
	shop = await makeSealingFixture();
	store = new DexieSegmentStore(name);
	inspector = new DexieStoreInspector(name);
	check = new StoreCheck({ inspector, footage: store, opener: shop.opener });
	for (const runNo of [1, 2]) await recordReal(runNo);
});
afterEach(() => {
	store.dispose();
	inspector.dispose();
	indexedDB.deleteDatabase(name);
});

/** A run of six sealed segments, closed unless told otherwise. */
async function recordReal(runNo: number, close = true): Promise<void> {
	const sealer = shop.sealer({ runNo, anchorUs: 1_795_000_000_000_000 + runNo * 60_000_000 });
	await store.begin(sealer.start, await sealer.init(initOf(filled(300, runNo))));
	for (let at = 0; at < 6; at += 1) {
		const segment = await sealer.fragment(fragmentOf(at, filled(2000, at)));
		await store.append(shop.camera, runNo, segment);
	}
	if (close) await store.close(shop.camera, runNo, 'stopped');
}

function look(signatures = false, signal = new AbortController().signal): Promise<CheckReport> {
	return check.run({ signatures, signal, onProgress: () => undefined });
}

const kinds = ({ findings }: CheckReport): StoreFindingKind[] => findings.map(({ kind }) => kind);

/** Damages a row in a way that our code never would. */
function spoil(table: string, key: IDBValidKey, with_: (row: Record<string, unknown>) => object) {
	return rawly(name, async (open) => {
		const row = (await answer(open(table).get(key))) as Record<string, unknown>;
		await answer(open(table).put(with_(row)));
	});
}

describe('a check of the real store', () => {
	test('CK1 to CK5 finds nothing in a consistent store, also while recording', async () => {
		await recordReal(3, false);
		const report = await look(true);
		expect(report).toMatchObject({ runs: 3, segments: 18, findings: [], mayDelete: true });
		expect(report.bytes).toBe(await store.usedBytes());
	});

	test('CK2 CK9 a wrong run row is rebuilt; nothing else changes', async () => {
		const before = await store.runs(shop.camera);
		await spoil('runs', [shop.camera, 1], (row) => ({ ...row, bytes: 7, lastSeq: 5 }));
		const report = await look();
		expect(kinds(report)).toEqual(['run-row']);
		expect((await store.runs(shop.camera))[0]!.bytes).toBe(7);
		expect((await check.repair(report)).done['run-row']).toBe(1);
		expect(await store.runs(shop.camera)).toEqual(before);
		expect(kinds(await look(true))).toEqual([]);
	});

	test('CK3 CK9 a segment without bytes is marked bad', async () => {
		const [, lost] = await store.between(shop.camera, 0, Number.MAX_SAFE_INTEGER);
		const place = await placeOf(name, lost!);
		await rawly(name, (table) => answer(table('bytes').delete(place)));
		const report = await look(true);
		expect(report.findings).toEqual([
			{
				...{ kind: 'no-bytes', camera: shop.camera, runNo: 1 },
				...{ seq: 2, place, bytes: lost!.size },
			},
		]);
		expect((await check.repair(report)).done['no-bytes']).toBe(1);
		const again = await store.between(shop.camera, 0, Number.MAX_SAFE_INTEGER);
		expect(again.filter(({ bad }) => bad).map(({ seq }) => seq)).toEqual([2]);
		expect(kinds(await look(true))).toEqual([]);
	});

	test('CK4 CK9 CK11 unreferenced bytes are deleted, and counted', async () => {
		await rawly(name, async (table) => {
			for (const size of [1000, 500]) {
				await answer(table('bytes').add({ bytes: filled(size, 1), head: filled(284, 1) }));
			}
		});
		const report = await look();
		expect(report.findings.map(({ kind, bytes }) => [kind, bytes])).toEqual([
			['unnamed', 1000],
			['unnamed', 500],
		]);
		const all = (await counts(name))['bytes']!;
		expect(await check.repair(report)).toMatchObject({ done: { unnamed: 2 }, freedBytes: 1500 });
		expect((await counts(name))['bytes']).toBe(all - 2);
		expect(kinds(await look(true))).toEqual([]);
	});

	test('CK5 CK9 a modified segment is found only with signatures', async () => {
		const [, , changed] = await store.between(shop.camera, 0, Number.MAX_SAFE_INTEGER);
		await spoil('bytes', await placeOf(name, changed!), (row) => {
			const bytes = new Uint8Array(row['bytes'] as ArrayBuffer).slice();
			bytes[400]! ^= 1;
			return { ...row, bytes };
		});
		expect(kinds(await look())).toEqual([]);
		const report = await look(true);
		expect(report.findings).toMatchObject([{ kind: 'not-signed', seq: 3 }]);
		await check.repair(report);
		expect(kinds(await look(true))).toEqual([]);
	});

	test('CK10 with an empty index, nothing is deleted', async () => {
		await rawly(name, async (table) => {
			await answer(table('pages').clear());
			await answer(table('runs').clear());
		});
		const all = (await counts(name))['bytes'];
		const report = await look();
		expect(kinds(report)).toEqual(Array(14).fill('unnamed'));
		expect(report.mayDelete).toBe(false);
		expect(await check.repair(report)).toMatchObject({ done: { unnamed: 0 }, freedBytes: 0 });
		expect((await counts(name))['bytes']).toBe(all);
	});

	test('CK8 what is consistent again is left alone', async () => {
		const [gone] = await store.between(shop.camera, 0, Number.MAX_SAFE_INTEGER);
		const place = await placeOf(name, gone!);
		const row: unknown = await rawly(name, (table) => answer(table('bytes').get(place)));
		await rawly(name, (table) => answer(table('bytes').delete(place)));
		const report = await look();
		await rawly(name, (table) => answer(table('bytes').put(row)));
		expect((await check.repair(report)).done['no-bytes']).toBe(0);
		expect(kinds(await look(true))).toEqual([]);
	});

	test('CK7 can be cancelled', async () => {
		const stop = new AbortController();
		stop.abort();
		expect(await kindOf(look(true, stop.signal))).toBe('aborted');
	});
});

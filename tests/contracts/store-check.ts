import { beforeEach, describe, expect, test } from 'vitest';
import { asBytes } from '#domain/footage/rows.ts';
import type { StoreFindingKind } from '#domain/storage/store-check.ts';
import { StoreCheck, type CheckReport } from '#engine/storage/store-check.ts';
import {
	fragmentOf,
	initOf,
	makeSealingFixture,
	type SealingFixture,
} from '../engine/sealing/sealing-fixture.ts';
import { diskForEach, placeIn, type FootageDisk } from './footage-disk.ts';
import { filled, kindOf } from './segment-store.ts';

const EVER = Number.MAX_SAFE_INTEGER;
const kinds = ({ findings }: CheckReport): StoreFindingKind[] => findings.map(({ kind }) => kind);

/** What the check finds in every store, and what it repairs there. */
export function storeCheckContract(make: () => FootageDisk): void {
	const here = diskForEach(make);
	let shop: SealingFixture;
	let check: StoreCheck;

	beforeEach(async () => {
		const { disk, store } = here;
		shop = await makeSealingFixture();
		check = new StoreCheck({ rows: disk.rows, footage: store, opener: shop.opener });
		for (const runNo of [1, 2]) await recordReal(runNo);
	});

	const placesOf = () => here.disk.rows.read(['bytes'], (rows) => rows.places(0, EVER, 1000));

	/** A run of six sealed segments, closed unless told otherwise. */
	async function recordReal(runNo: number, close = true): Promise<void> {
		const sealer = shop.sealer({ runNo, anchorUs: 1_795_000_000_000_000 + runNo * 60_000_000 });
		await here.store.begin(sealer.start, await sealer.init(initOf(filled(300, runNo))));
		for (let at = 0; at < 6; at += 1) {
			const segment = await sealer.fragment(fragmentOf(at, filled(2000, at)));
			await here.store.append(shop.camera, runNo, segment);
		}
		if (close) await here.store.close(shop.camera, runNo, 'stopped');
	}

	function look(signatures = false, signal = new AbortController().signal): Promise<CheckReport> {
		return check.run({ signatures, signal, onProgress: () => undefined });
	}

	describe('a check of the store', () => {
		test('CK1 to CK5 finds nothing in a consistent store, also while recording', async () => {
			await recordReal(3, false);
			const report = await look(true);
			expect(report).toMatchObject({ runs: 3, segments: 18, findings: [], mayDelete: true });
			expect(report.bytes).toBe(await here.store.usedBytes());
		});

		test('CK2 CK9 a wrong run row is rebuilt; nothing else changes', async () => {
			const before = await here.store.runs(shop.camera);
			await here.disk.alter('runs', [shop.camera, 1], (row) => ({ ...row, bytes: 7, lastSeq: 5 }));
			const report = await look();
			expect(kinds(report)).toEqual(['run-row']);
			expect((await here.store.runs(shop.camera))[0]!.bytes).toBe(7);
			expect((await check.repair(report)).done['run-row']).toBe(1);
			expect(await here.store.runs(shop.camera)).toEqual(before);
			expect(kinds(await look(true))).toEqual([]);
		});

		test('CK3 CK9 a segment without bytes is marked bad', async () => {
			const [, lost] = await here.store.between(shop.camera, 0, EVER);
			const place = await placeIn(here.disk.rows, lost!);
			await here.disk.rows.write(['bytes'], (rows) => rows.deleteBytes([place]));
			const report = await look(true);
			expect(report.findings).toEqual([
				{
					...{ kind: 'no-bytes', camera: shop.camera, runNo: 1 },
					...{ seq: 2, place, bytes: lost!.size },
				},
			]);
			expect((await check.repair(report)).done['no-bytes']).toBe(1);
			const again = await here.store.between(shop.camera, 0, EVER);
			expect(again.filter(({ bad }) => bad).map(({ seq }) => seq)).toEqual([2]);
			expect(kinds(await look(true))).toEqual([]);
		});

		test('CK4 CK9 CK11 unreferenced bytes are deleted, and counted', async () => {
			for (const size of [1000, 500]) {
				const stored = { bytes: filled(size, 1), head: filled(284, 1) };
				await here.disk.rows.write(['bytes'], (rows) => rows.addBytes(stored));
			}
			const report = await look();
			expect(report.findings.map(({ kind, bytes }) => [kind, bytes])).toEqual([
				['unnamed', 1000],
				['unnamed', 500],
			]);
			const all = (await placesOf()).length;
			expect(await check.repair(report)).toMatchObject({ done: { unnamed: 2 }, freedBytes: 1500 });
			expect(await placesOf()).toHaveLength(all - 2);
			expect(kinds(await look(true))).toEqual([]);
		});

		test('CK5 CK9 a modified segment is found only with signatures', async () => {
			const [, , changed] = await here.store.between(shop.camera, 0, EVER);
			await here.disk.alter('bytes', await placeIn(here.disk.rows, changed!), (row) => {
				const bytes = asBytes(row['bytes'])!.slice();
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
			await here.disk.rows.write(['pages', 'runs'], async (rows) => {
				for (const run of await rows.runKeys('all')) {
					for (const page of await rows.pageKeys({ run })) await rows.delete('pages', page);
					await rows.delete('runs', run);
				}
			});
			const all = await placesOf();
			const report = await look();
			expect(kinds(report)).toEqual(Array(14).fill('unnamed'));
			expect(report.mayDelete).toBe(false);
			expect(await check.repair(report)).toMatchObject({ done: { unnamed: 0 }, freedBytes: 0 });
			expect(await placesOf()).toEqual(all);
		});

		test('CK8 what is consistent again is left alone', async () => {
			const whole = await here.store.runs(shop.camera);
			await here.disk.alter('runs', [shop.camera, 1], (row) => ({ ...row, bytes: 7 }));
			const report = await look();
			await here.disk.alter('runs', [shop.camera, 1], (row) => ({
				...row,
				bytes: whole[0]!.bytes,
			}));
			expect((await check.repair(report)).done['run-row']).toBe(0);
			expect(await here.store.runs(shop.camera)).toEqual(whole);
		});

		test('CK8 a segment whose bytes are there again stays good', async () => {
			const report = await look();
			const [good] = await here.store.between(shop.camera, 0, EVER);
			const { runNo, seq, size } = good!;
			const place = await placeIn(here.disk.rows, good!);
			const finding = { kind: 'no-bytes' as const, camera: shop.camera, runNo, seq, place };
			const mistaken = { ...report, findings: [{ ...finding, bytes: size }] };
			expect((await check.repair(mistaken)).done['no-bytes']).toBe(0);
			expect(kinds(await look(true))).toEqual([]);
		});

		test('CK6 what is written after the check began is not judged', async () => {
			await recordReal(3, false);
			let written = 0;
			const report = await check.run({
				signatures: true,
				signal: new AbortController().signal,
				onProgress: () => {
					written += 1;
					// Between two of its transactions: bytes that no index names yet.
					if (written > 3) return;
					void here.disk.rows.write(['bytes'], (rows) =>
						rows.addBytes({ bytes: filled(written, 1), head: filled(284, 1) }),
					);
				},
			});
			expect(written).toBeGreaterThan(3);
			expect(report).toMatchObject({ runs: 3, segments: 18, findings: [] });
			expect((await placesOf()).length).toBe(3 * 7 + 3);
		});

		test('CK7 can be cancelled', async () => {
			const stop = new AbortController();
			stop.abort();
			expect(await kindOf(look(true, stop.signal))).toBe('aborted');
		});
	});
}

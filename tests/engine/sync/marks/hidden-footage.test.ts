import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import {
	FootageWithoutHidden,
	HiddenSpans,
	withoutHidden,
} from '#engine/sync/marks/hidden-footage.ts';
import { footageContract, ownStore } from '../../../contracts/footage.ts';
import { DOOR, sealed, SECOND, startOf, T0, YARD } from '../../../contracts/segment-store.ts';
import { MemorySegmentStore } from '../../../fakes/segment-store.ts';

footageContract(() => {
	const origin = ownStore(new MemorySegmentStore());
	const hidden = new HiddenSpans();
	// Of another camera, so that it changes nothing.
	hidden.hide('f'.repeat(32) as CameraId, { startUs: 0, endUs: Number.MAX_SAFE_INTEGER });
	return Promise.resolve({
		...origin,
		footage: new FootageWithoutHidden(origin.footage, hidden),
	});
});

const at = (seconds: number) => T0 + seconds * SECOND;

async function tenSeconds() {
	const store = new MemorySegmentStore();
	await store.begin(startOf(DOOR, 1, T0), sealed(0, T0));
	for (let seq = 1; seq <= 10; seq += 1) await store.append(DOOR, 1, sealed(seq, at(seq - 1)));
	const hidden = new HiddenSpans();
	return { hidden, footage: new FootageWithoutHidden(store, hidden) };
}

describe('SY41 what was just deleted elsewhere is hidden', () => {
	test('like a deletion: its segments are passed over, and the run says why', async () => {
		const { hidden, footage } = await tenSeconds();
		const seqs = async () => (await footage.between(DOOR, T0, at(20))).map(({ seq }) => seq);
		let told = 0;
		const stop = footage.watch(() => (told += 1));
		const span = { startUs: at(2.5), endUs: at(4.5) };
		hidden.hide(DOOR, span);
		hidden.hide(YARD, { startUs: T0, endUs: at(10) });
		expect(told).toBe(2);
		expect(await seqs()).toEqual([1, 2, 6, 7, 8, 9, 10]);
		expect((await footage.firstAt(DOOR, at(2.1)))?.seq).toBe(6);
		expect((await footage.firstAt(DOOR, at(1)))?.seq).toBe(2);
		const [run] = await footage.runs(DOOR);
		expect(run?.holes).toEqual([{ ...span, why: 'deleted' }]);
		hidden.hide(DOOR, { startUs: at(4.5), endUs: at(99) });
		expect(await footage.firstAt(DOOR, at(3))).toBeNull();
		expect((await footage.runs(DOOR))[0]?.holes).toEqual([
			{ startUs: at(2.5), endUs: run?.endUs, why: 'deleted' },
		]);
		stop();
	});

	test('undone, it is there again', async () => {
		const { hidden, footage } = await tenSeconds();
		const span = { startUs: T0, endUs: at(3) };
		hidden.hide(DOOR, span);
		expect(await footage.between(DOOR, T0, at(20))).toHaveLength(7);
		hidden.show(DOOR, span);
		expect(await footage.between(DOOR, T0, at(20))).toHaveLength(10);
	});

	test('it is at no origin meanwhile', () => {
		const spans = [{ startUs: 0, endUs: 100, origins: ['relay' as const] }];
		const hidden = [
			{ startUs: 20, endUs: 30 },
			{ startUs: 90, endUs: 200 },
		];
		expect(withoutHidden(spans, hidden)).toEqual([
			{ startUs: 0, endUs: 20, origins: ['relay'] },
			{ startUs: 30, endUs: 90, origins: ['relay'] },
		]);
	});
});

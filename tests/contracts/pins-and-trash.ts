import { describe, expect, it } from 'vitest';
import { coverage } from '#domain/footage/coverage.ts';
import type { Span } from '#domain/footage/span.ts';
import { diskForEach, type FootageDisk } from './footage-disk.ts';
import { DOOR, MINUTE, record, sealed, SECOND, T0, YARD } from './segment-store.ts';

const span = (fromS: number, toS: number): Span => ({
	startUs: T0 + fromS * SECOND,
	endUs: T0 + toS * SECOND,
});

/** What every store promises about pins, and about what a person deleted. */
export function pinsAndTrashContract(make: () => FootageDisk): void {
	const here = diskForEach(make);

	/** Every visible byte and head, in order. */
	async function seen(): Promise<string[]> {
		const segments = await here.store.between(DOOR, T0 - MINUTE, T0 + 90 * MINUTE);
		return Promise.all(
			segments.map(async (segment) => {
				const { bytes, head } = (await here.store.read(segment))!;
				return `${segment.runNo}:${segment.seq} ${bytes.join()} ${head.join()}`;
			}),
		);
	}

	async function gaps() {
		const runs = await here.store.runs(DOOR);
		const all = coverage(runs, T0, Math.max(...runs.map(({ endUs }) => endUs))).gaps;
		return all.map(({ startUs, endUs, why }) => [
			(startUs - T0) / SECOND,
			(endUs - T0) / SECOND,
			why,
		]);
	}

	describe('deleted by a person', () => {
		it('RT11 every segment that touches the span is hidden, and no other', async () => {
			await record(here.store, DOOR, 1, 200);
			const removal = await here.store.remove(DOOR, span(50.5, 130.2));
			expect(removal).toMatchObject({ segments: 81, ...span(50, 131) });
			const seqs = (await here.store.between(DOOR, T0, T0 + 300 * SECOND)).map(({ seq }) => seq);
			expect(seqs).toEqual(
				[...Array(200).keys()].map((n) => n + 1).filter((n) => n <= 50 || n > 131),
			);
			expect(await gaps()).toEqual([[50, 131, 'deleted']]);
			expect((await here.store.firstAt(DOOR, T0 + 60 * SECOND))?.seq).toBe(132);
		});

		it('RT12 undo restores the very same bytes', async () => {
			await record(here.store, DOOR, 1, 130);
			await here.store.close(DOOR, 1, 'stopped');
			await record(here.store, DOOR, 2, 70, T0 + 300 * SECOND);
			const [before, used, holes] = [await seen(), await here.store.usedBytes(), await gaps()];
			const one = await here.store.remove(DOOR, span(20, 310));
			const two = await here.store.remove(DOOR, span(0, 5));
			expect((await seen()).length).toBe(15 + 60);
			expect((await here.store.removals(DOOR)).map(({ id }) => id)).toEqual([one!.id, two!.id]);
			expect(await here.store.restore(one!.id)).toBe(true);
			expect(await here.store.restore(two!.id)).toBe(true);
			expect(await seen()).toEqual(before);
			expect(await gaps()).toEqual(holes);
			expect(await here.store.usedBytes()).toBe(used);
			expect(await here.store.restore(one!.id)).toBe(false);
		});

		it('RT12 undoing one removal leaves the others and damaged segments alone', async () => {
			await record(here.store, DOOR, 1, 60);
			await here.store.damaged({ camera: DOOR, runNo: 1, seq: 31, startUs: T0 + 30 * SECOND });
			const one = await here.store.remove(DOOR, span(10, 20));
			await here.store.remove(DOOR, span(20, 40));
			await here.store.restore(one!.id);
			expect(await gaps()).toEqual([[20, 40, 'deleted']]);
			const seqs = (await here.store.between(DOOR, T0, T0 + MINUTE)).map(({ seq }) => seq);
			expect(seqs).toEqual(
				[...Array(60).keys()].map((n) => n + 1).filter((n) => n <= 20 || n > 40),
			);
		});

		it('RT13 a purge frees the bytes, and nothing of it comes back', async () => {
			await record(here.store, DOOR, 1, 100);
			const [segment] = await here.store.between(DOOR, T0 + 30 * SECOND, T0 + 31 * SECOND);
			const used = await here.store.usedBytes();
			const removal = await here.store.remove(DOOR, span(30, 60));
			expect(await here.store.read(segment!)).not.toBe(null);
			expect(await here.store.purge(0)).toBe(0);
			const freed = await here.store.purge(Date.now() + 1);
			expect(freed).toBeGreaterThan(0);
			expect(await here.store.usedBytes()).toBe(used - freed);
			expect(await here.store.read(segment!)).toBe(null);
			expect(await here.store.restore(removal!.id)).toBe(false);
			expect(await gaps()).toEqual([[30, 60, 'deleted']]);
		});

		it('RT13 recording continues after a deleted end, and eviction deletes the rest', async () => {
			await record(here.store, DOOR, 1, 30);
			await here.store.remove(DOOR, span(20, 30));
			await here.store.purge(Infinity);
			for (let seq = 31; seq <= 90; seq += 1) {
				await here.store.append(DOOR, 1, sealed(seq, T0 + (seq - 1) * SECOND));
			}
			const seqs = (await here.store.between(DOOR, T0, T0 + 200 * SECOND)).map(({ seq }) => seq);
			expect(seqs).toEqual(
				[...Array(90).keys()].map((n) => n + 1).filter((n) => n <= 20 || n > 30),
			);
			await here.store.close(DOOR, 1, 'stopped');
			await here.store.evict(Infinity, 100);
			expect(await here.store.usedBytes()).toBe(0);
			expect(await here.store.runs(DOOR)).toEqual([]);
		});

		it('RT14 removals are purged before other footage is evicted', async () => {
			await record(here.store, DOOR, 1, 180);
			await here.store.remove(DOOR, span(120, 150));
			await here.store.evict(1, 10);
			expect(await here.store.removals(DOOR)).toEqual([]);
			expect((await here.store.firstAt(DOOR, T0))?.seq).toBe(1);
		});

		it('RT14 RT21 removals count in the eviction plan, and may be all of it', async () => {
			await record(here.store, DOOR, 1, 180);
			await here.store.remove(DOOR, span(20, 50));
			expect(await here.store.planEviction({ bytes: 3000 })).toMatchObject({
				bytes: 3000,
				segments: 0,
				span: null,
			});
			const { lengthUs, ...promised } = await here.store.planEviction({ bytes: 4000 });
			expect(lengthUs).toBe(MINUTE);
			const { pages, ...evicted } = await here.store.evict(4000, 10);
			expect(pages).toHaveLength(1);
			expect(evicted).toEqual(promised);
			expect(promised).toMatchObject({ bytes: 6000, segments: 60 });
		});

		it('an empty span deletes nothing; more than a day is refused', async () => {
			await record(here.store, DOOR, 1, 5);
			expect(await here.store.remove(DOOR, span(100, 200))).toBe(null);
			expect(await here.store.remove(YARD, span(0, 5))).toBe(null);
			await expect(here.store.remove(DOOR, span(0, 100_000))).rejects.toMatchObject({
				kind: 'malformed',
			});
		});
	});

	it('RT11 RT12 segments some milliseconds apart are deleted and restored without a trace', async () => {
		await record(here.store, DOOR, 1, 0);
		for (let seq = 1; seq <= 90; seq += 1) {
			const segment = sealed(seq, T0 + (seq - 1) * SECOND);
			await here.store.append(DOOR, 1, { ...segment, durationUs: SECOND - 7000 });
		}
		const before = await here.store.runs(DOOR);
		const removal = await here.store.remove(DOOR, span(30, 80));
		expect((await here.store.runs(DOOR))[0]?.holes).toHaveLength(1);
		await here.store.restore(removal!.id);
		expect(await here.store.runs(DOOR)).toEqual(before);
	});

	describe('pins', () => {
		it('RT15 nothing deletes what is pinned: neither eviction nor a person', async () => {
			await record(here.store, DOOR, 1, 200);
			await here.store.close(DOOR, 1, 'stopped');
			const pin = await here.store.pin(DOOR, span(70, 75));
			expect(await here.store.pins(DOOR)).toEqual([pin]);
			await expect(here.store.remove(DOOR, span(60, 71))).rejects.toMatchObject({
				kind: 'conflict',
			});
			await here.store.evict(Infinity, 100);
			const kept = await here.store.between(DOOR, T0, T0 + 300 * SECOND);
			expect(kept.some(({ startUs }) => startUs === T0 + 70 * SECOND)).toBe(true);
			expect(kept.every(({ startUs }) => Math.abs(startUs - T0 - 70 * SECOND) < 61 * SECOND)).toBe(
				true,
			);
			for (const segment of kept) expect(await here.store.read(segment)).not.toBe(null);
			await here.store.unpin(pin.id);
			await here.store.evict(Infinity, 100);
			expect(await here.store.runs(DOOR)).toEqual([]);
		});

		it('RT15 pins of one camera do not keep another', async () => {
			await record(here.store, DOOR, 1, 30);
			await record(here.store, YARD, 1, 30);
			await here.store.close(DOOR, 1, 'stopped');
			await here.store.close(YARD, 1, 'stopped');
			await here.store.pin(DOOR, span(0, 30));
			await here.store.evict(Infinity, 100);
			expect((await here.store.runs(DOOR)).length).toBe(1);
			expect(await here.store.runs(YARD)).toEqual([]);
		});
	});
}

import { describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { FootageArchive } from '#ports/footage/footage-archive.ts';
import type { SignedRun } from '../relay/footage/signed-run.ts';

/** 3 s before a minute ends. */
const anchorUs = 1_795_000_017_000_000;
const MINUTE = minuteOf(anchorUs);

export interface GivenArchive {
	readonly archive: FootageArchive;
	/** The camera that it takes footage from. */
	readonly camera: CameraId;
	readonly run: (count: number, anchorUs: number, runNo?: number) => Promise<SignedRun>;
	/** Makes it unreachable. */
	readonly away: () => void;
}

/** What every archive of footage must do. `make` returns an empty one each time. */
export function footageArchiveContract(make: () => Promise<GivenArchive>): void {
	describe('footage archive', () => {
		test('SY11 it tells what it kept, page by page', async () => {
			const { archive, camera, run } = await make();
			const empty = await archive.have(camera, 0);
			expect(empty).toMatchObject({ pages: [], more: false });
			const { runRecord, records } = await run(5, anchorUs);
			const result = await archive.put(camera, 1, runRecord, concatBytes(...records));
			expect(result).toEqual({ store: empty.store, kept: [0, 1, 2, 3, 4, 5], refused: [] });
			const { pages } = await archive.have(camera, 0);
			const told = pages.map(({ runNo, minute, seqs }) => {
				const all = seqs.flatMap(([first, last]) =>
					Array.from({ length: last - first + 1 }, (_, at) => first + at),
				);
				return [runNo, minute, all];
			});
			expect(told.sort()).toEqual([
				[1, MINUTE, [1, 2, 3]],
				[1, MINUTE + 1, [4, 5]],
			]);
		});

		test('SY11 it tells only what changed since', async () => {
			const { archive, camera, run } = await make();
			const { runRecord, records } = await run(5, anchorUs);
			await archive.put(camera, 1, runRecord, concatBytes(...records.slice(0, 3)));
			const { pages } = await archive.have(camera, 0);
			const since = Math.max(...pages.map(({ change }) => change));
			expect((await archive.have(camera, since)).pages).toEqual([]);
			await archive.put(camera, 1, runRecord, concatBytes(...records.slice(4)));
			const later = (await archive.have(camera, since)).pages;
			expect(later.map(({ minute }) => minute)).toEqual([MINUTE + 1]);
		});

		test('SY11 what was sent twice is kept once, and counts as kept', async () => {
			const { archive, camera, run } = await make();
			const { runRecord, records } = await run(2, anchorUs);
			const all = concatBytes(...records);
			await archive.put(camera, 1, runRecord, all);
			expect((await archive.put(camera, 1, runRecord, all)).kept).toEqual([0, 1, 2]);
			const { pages } = await archive.have(camera, 0);
			expect(pages).toHaveLength(1);
		});

		test('SY24 it returns what it kept, and nothing else', async () => {
			const { archive, camera, run } = await make();
			const { runRecord, records } = await run(2, anchorUs);
			await archive.put(camera, 1, runRecord, concatBytes(...records));
			expect(await archive.read(camera, 1, 2)).toEqual(records[2]);
			expect(await archive.read(camera, 1, 3)).toBeNull();
			expect(await archive.read(camera, 2, 1)).toBeNull();
		});

		test('SY11 a fault says that it cannot be reached', async () => {
			const { archive, camera, run, away } = await make();
			const { runRecord, records } = await run(1, anchorUs);
			away();
			await expect(archive.have(camera, 0)).rejects.toThrow(Fault);
			const sent = archive.put(camera, 1, runRecord, concatBytes(...records));
			await expect(sent).rejects.toMatchObject({ kind: 'offline' });
		});
	});
}

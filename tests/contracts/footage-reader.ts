import { describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import { parseSidecarRecords } from '#domain/sync/sidecar-record.ts';
import type { FootageReader } from '#ports/footage/footage-reader.ts';

/** 3 s before a minute ends. */
const anchorUs = 1_795_000_017_000_000;
const MINUTE = minuteOf(anchorUs);

export interface GivenReader {
	readonly reader: FootageReader;
	readonly camera: CameraId;
	/** Uploads a run of segments of about a second each; returns its record and its segments'. */
	readonly upload: (
		count: number,
		anchorUs: number,
	) => Promise<{ readonly runRecord: Bytes; readonly records: readonly Bytes[] }>;
	readonly thumbnailsAt: (...wallUs: readonly number[]) => Promise<void>;
	/** Makes it unreachable. */
	readonly away: () => void;
}

/** What every reader of an archive must do. `make` returns an empty one each time. */
export function footageReaderContract(make: () => Promise<GivenReader>): void {
	describe('footage reader', () => {
		test('SY32 reads what was uploaded: cameras, runs, pages, records', async () => {
			const { reader, camera, upload } = await make();
			const empty = await reader.cameras();
			expect(empty.cameras).toEqual([]);
			const { runRecord, records } = await upload(5, anchorUs);
			const { cameras, change, store } = await reader.cameras();
			expect([store, change > empty.change]).toEqual([empty.store, true]);
			expect(cameras).toMatchObject([{ camera, card: null }]);
			const [run, ...others] = await reader.runs(camera, MINUTE + 1, MINUTE + 1);
			expect(others).toEqual([]);
			expect(run).toMatchObject({ runNo: 1, record: runRecord, firstSeq: 1, lastSeq: 5 });
			expect(run).toMatchObject({ startUs: anchorUs });
			const pages = await reader.pages(camera, MINUTE, MINUTE + 9);
			const seqs = pages.map(({ minute, entries }) => [
				minute,
				parseEntries(entries).map(({ seq }) => seq),
			]);
			expect(seqs).toEqual([
				[MINUTE, [1, 2, 3]],
				[MINUTE + 1, [4, 5]],
			]);
			expect(await reader.records(camera, 1, 0, 9)).toEqual(concatBytes(...records));
			expect(await reader.records(camera, 1, 6, 9)).toEqual(new Uint8Array());
			expect(await reader.records(camera, 2, 0, 0)).toEqual(new Uint8Array());
		});

		test('SY32 thumbnails are thinned out as asked for', async () => {
			const { reader, camera, thumbnailsAt } = await make();
			const all = Array.from({ length: 12 }, (_, at) => (MINUTE * 60 + at * 10) * 1_000_000);
			await thumbnailsAt(...all);
			const found = async (to: number, everyS: number) => {
				const bytes = await reader.thumbnails(camera, MINUTE, to, everyS);
				return parseSidecarRecords(bytes).map(({ wallUs }) => wallUs);
			};
			expect(await found(MINUTE + 1, 0)).toEqual(all);
			expect(await found(MINUTE, 0)).toEqual(all.slice(0, 6));
			expect(await found(MINUTE + 700, 60)).toEqual([all[0], all[6]]);
			const asked = reader.thumbnails(camera, MINUTE, MINUTE + 700, 10);
			await expect(asked).rejects.toMatchObject({ kind: 'malformed' });
		});

		test('SY32 a fault says that it cannot be reached', async () => {
			const { reader, camera, away } = await make();
			away();
			await expect(reader.cameras()).rejects.toMatchObject({ kind: 'offline' });
			await expect(reader.records(camera, 1, 0, 1)).rejects.toMatchObject({ kind: 'offline' });
		});
	});
}

import { endUsOf } from '#domain/footage/index-page.ts';
import {
	decodePage,
	decodePin,
	decodeRemoval,
	decodeRun,
	type IndexPage,
	type PageKey,
	type RunKey,
	type RunRow,
} from '#domain/footage/rows.ts';
import type { Span } from '#domain/footage/span.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { FootageTable, PageRange, RowReader, Take } from '#ports/footage/footage-rows.ts';
import type { Pin, Removal } from '#ports/footage/pins-and-trash.ts';

/** Decoded rows. `null` is a row that is missing or damaged. */

/** What eviction, pins and trash work on. */
export const RETENTION_TABLES: readonly FootageTable[] = [
	...(['bytes', 'pages', 'runs', 'pins', 'removals', 'thumbs'] as const),
];

export async function runAt(rows: RowReader, key: RunKey): Promise<RunRow | null> {
	return decodeRun(await rows.get('runs', key));
}

export async function laterRun(rows: RowReader, [camera, runNo]: RunKey): Promise<RunRow | null> {
	const [later] = await rows.runs({ camera, afterNo: runNo }, { first: 1 });
	return decodeRun(later?.row);
}

export async function pageAt(rows: RowReader, key: PageKey): Promise<IndexPage | null> {
	return decodePage(await rows.get('pages', key));
}

/** The valid pages of a range. */
export async function pagesIn(
	rows: RowReader,
	range: PageRange,
	take?: Take,
): Promise<IndexPage[]> {
	const found = await rows.pages(range, take);
	return found.map(({ row }) => decodePage(row)).filter((page) => page !== null);
}

export async function pinsOf(rows: RowReader, camera?: CameraId): Promise<Pin[]> {
	return (await rows.list('pins', camera)).map(decodePin).filter((pin) => pin !== null);
}

export async function removalsOf(
	rows: RowReader,
	camera?: CameraId,
): Promise<(Removal & NonNullable<ReturnType<typeof decodeRemoval>>)[]> {
	return (await rows.list('removals', camera))
		.map(decodeRemoval)
		.filter((removal) => removal !== null);
}

export function spanOf({ parsed }: IndexPage): Span {
	const startUs = parsed[0]?.startUs ?? 0;
	return {
		startUs,
		endUs: parsed.reduce((latest, entry) => Math.max(latest, endUsOf(entry)), startUs),
	};
}

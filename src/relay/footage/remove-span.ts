import { MINUTE_US, minuteOf } from '#domain/footage/index-page.ts';
import { spansOverlap, type Span } from '#domain/footage/span.ts';
import { parseSegmentRecord } from '#domain/sync/segment-record.ts';
import type { FootageIndex } from './footage-index.ts';
import type { PackArchive } from './pack-archive.ts';
import type { PackKey } from './pack-folder.ts';
import { spanOf } from './pack-records.ts';
import type { SidecarIndex } from './sidecar-index.ts';

export interface RemovalTools {
	readonly archive: PackArchive;
	readonly index: FootageIndex;
	readonly sidecars: SidecarIndex;
}

/**
 * Deletes the segments that touch a span, and their thumbnails (SY33). `SidecarIndex` has the
 * removal by then, so they are not taken again.
 */
export async function removeSpan(
	{ archive, index, sidecars }: RemovalTools,
	of: Pick<PackKey, 'home' | 'camera'>,
	span: Span,
): Promise<void> {
	const { home, camera } = of;
	// A segment may extend beyond its minute.
	const [from, to] = [minuteOf(span.startUs) - 1, minuteOf(span.endUs - 1)];
	for (const { runNo, minute } of index.pages(home, camera, Math.max(0, from), to)) {
		const key = { home, camera, runNo, minute };
		const isWhole = span.startUs <= minute * MINUTE_US && span.endUs >= (minute + 1) * MINUTE_US;
		if (isWhole) await archive.discard([key]);
		else
			await archive.keepOnly(key, (_, record) => {
				const { entry } = parseSegmentRecord(record);
				return Promise.resolve(entry === null || !spansOverlap(spanOf(entry), span));
			});
		if (index.page(key) === null) sidecars.deleteBeside(of, minute);
	}
	sidecars.deleteThumbnails(of, span);
}

/** After a crash: what a person deleted may have come back with a pack that was not yet gone. */
export async function repeatRemovals(tools: RemovalTools): Promise<void> {
	for (const { home, camera, span } of tools.sidecars.allRemovals())
		await removeSpan(tools, { home, camera }, span);
}

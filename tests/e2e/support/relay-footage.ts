import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseHead } from '#domain/footage/head.ts';
import { parseSegmentRecord, segmentRecordLength } from '#domain/sync/segment-record.ts';
import { parseRunPack } from '#relay/footage/run-pack.ts';

/** Numbers of the segments in a relay's packs, by camera and run; 0 is the init section. */
export function segmentsAtRelay(data: string): Map<string, readonly number[]> {
	const found = new Map<string, number[]>();
	for (const file of globSync('footage/**/*.pack', { cwd: data })) {
		const pack = new Uint8Array(readFileSync(join(data, file)));
		// Behind the init section stands the run record.
		const isRun = file.endsWith('run.pack');
		const bytes = isRun ? (parseRunPack(pack).init ?? new Uint8Array()) : pack;
		for (let at = 0; at < bytes.length;) {
			const end = at + (segmentRecordLength(bytes, at) ?? bytes.length);
			const { head } = parseHead(parseSegmentRecord(bytes.slice(at, end)).head);
			const run = `${head.camera} ${String(head.runNo)}`;
			found.set(
				run,
				[...(found.get(run) ?? []), head.seq].toSorted((a, b) => a - b),
			);
			// The signed run record stands behind the init section.
			at = file.endsWith('run.pack') ? bytes.length : end;
		}
	}
	return found;
}

/** All segments of runs, as `segmentsAtRelay` tells them. */
export function segmentsOf(
	runs: readonly { camera: string; runNo: number; lastSeq: number }[],
): Map<string, readonly number[]> {
	return new Map(
		runs.map(({ camera, runNo, lastSeq }) => [
			`${camera} ${String(runNo)}`,
			Array.from({ length: lastSeq + 1 }, (_, seq) => seq),
		]),
	);
}

/** How many records of a kind stand beside the segments at a relay. */
export function besideAtRelay(data: string, kind: string): number {
	const sqlite = new DatabaseSync(join(data, 'sidecar.sqlite'), { readOnly: true });
	try {
		const row = sqlite.prepare('SELECT count(*) AS count FROM items WHERE kind = ?').get(kind);
		return Number(row?.['count']);
	} finally {
		sqlite.close();
	}
}

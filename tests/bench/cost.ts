import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEntries, type IndexEntry } from '#domain/footage/index-page.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { segmentRecordBytes } from '#domain/sync/segment-record.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { IndexRetention } from '#relay/footage/index-retention.ts';
import { median } from '../support/measures.ts';
import { round2 } from './record.ts';
import type { BenchResult, Progress } from './result.ts';

const home = 'a'.repeat(32) as HomeId;
const SEGMENT_BYTES = 250_000;
const DAY_MINUTES = 1440;
const WEEKS = Number(process.argv[3] ?? 60);
const ROUNDS = 5;
const QUERIES = 200;

/**
 * What the relay's index costs: bytes a camera-day, the time of an hour's query with one
 * camera-week and with sixty, that of finding what leaves next, and bytes on disk over bytes
 * sealed. Segments of 250 kB, one a second.
 */
export async function bench(progress: Progress): Promise<BenchResult> {
	const folder = mkdtempSync(join(tmpdir(), 'spy-cam-cost-'));
	const file = join(folder, 'footage.sqlite');
	const index = new FootageIndex(file);
	const retention = new IndexRetention(index);
	const queryMs: { readonly few: number[]; readonly many: number[] } = { few: [], many: [] };
	const leavingMs: { readonly few: number[]; readonly many: number[] } = { few: [], many: [] };
	let weekBytes = 0;
	try {
		for (let week = 0; week < WEEKS; week += 1) {
			if (week === 0) addWeek(index);
			else copyWeek(index, week);
			if (week % 10 === 0) progress(`${String(week + 1)} of ${String(WEEKS)} camera-weeks`);
			if (week > 0 && week < WEEKS - 1) continue;
			const is = week === 0 ? 'few' : 'many';
			for (let round = 0; round < ROUNDS; round += 1) {
				queryMs[is].push(hourMs(index, week));
				leavingMs[is].push(nextMs(retention));
			}
			if (week === 0) {
				index.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
				weekBytes = statSync(file).size;
			}
		}
		index.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
		const dayBytes = statSync(file).size / (WEEKS * 7);
		const perDay = DAY_MINUTES * 60;
		const sealed = perDay * SEGMENT_BYTES;
		const stored = perDay * segmentRecordBytes(SEGMENT_BYTES);
		return await Promise.resolve({
			figures: {
				...{ cameraWeeks: WEEKS, indexMBADay: round2(dayBytes / 1e6) },
				indexMBADayAlone: round2(weekBytes / 7 / 1e6),
				hourQueryMs: round2(median(queryMs.many)),
				leavingNextMs: round2(median(leavingMs.many)),
			},
			baseline: {
				hourQueryMs: round2(median(queryMs.few)),
				leavingNextMs: round2(median(leavingMs.few)),
			},
			ratio: {
				hourQueryRatio: round2(median(queryMs.many) / median(queryMs.few)),
				// Blocks of 4 kB: the end of each pack is half a block on average.
				diskRatio: Math.round(((stored + dayBytes + DAY_MINUTES * 2048) / sealed) * 1e4) / 1e4,
			},
			rounds: ROUNDS,
		});
	} finally {
		index.close();
		rmSync(folder, { recursive: true });
	}
}

const cameraOf = (week: number): CameraId => week.toString(16).padStart(32, 'c') as CameraId;

/** The same of one more camera: writing them one by one is not what is measured. */
function copyWeek(index: FootageIndex, week: number): void {
	const { database } = index;
	database.transaction(() => {
		database.run(
			'INSERT INTO cameras (home, camera, bytes) VALUES (?, ?, 0)',
			home,
			cameraOf(week),
		);
		database.run(
			`INSERT INTO pages
				(camera, runNo, minute, entries, bytes, firstSeq, lastSeq, firstChange, change)
				SELECT (SELECT max(id) FROM cameras), runNo, minute, entries, bytes, firstSeq, lastSeq,
					firstChange + ?, change + ? FROM pages WHERE camera = 1 ORDER BY minute`,
			...[week * 7 * DAY_MINUTES, week * 7 * DAY_MINUTES],
		);
	});
}

/** A week of a camera, minute by minute as it would come. */
function addWeek(index: FootageIndex): void {
	const camera = cameraOf(0);
	const run = { runNo: 1, runId: '0'.repeat(32), record: null, initBytes: 1000 };
	index.database.transaction(() => {
		for (let minute = 0; minute < 7 * DAY_MINUTES; minute += 1) {
			const entries = entriesOf(minute);
			const last = entries.at(-1);
			const page = {
				...{ runNo: 1, minute, entries: buildEntries(entries) },
				bytes: (last?.place ?? 0) + segmentRecordBytes(SEGMENT_BYTES),
				...{ firstSeq: 60 * minute + 1, lastSeq: 60 * minute + 60 },
			};
			index.write(home, camera, { run, pages: [page] });
		}
	});
}

function entriesOf(minute: number): IndexEntry[] {
	return Array.from({ length: 60 }, (_, at) => ({
		...{ seq: 60 * minute + at + 1, startUs: (60 * minute + at) * 1_000_000 },
		...{ durationUs: 1_000_000, size: SEGMENT_BYTES, sound: true, bad: false },
		place: at * segmentRecordBytes(SEGMENT_BYTES),
	}));
}

function hourMs(index: FootageIndex, weeks: number): number {
	const from = performance.now();
	for (let query = 0; query < QUERIES; query += 1) {
		const camera = cameraOf(query % (weeks + 1));
		const minute = (query * 97) % (7 * DAY_MINUTES - 60);
		const pages = index.pages(home, camera, minute, minute + 59);
		if (pages.length !== 60) throw new Error(`an hour had ${String(pages.length)} pages`);
	}
	return (performance.now() - from) / QUERIES;
}

function nextMs(retention: IndexRetention): number {
	const from = performance.now();
	retention.leavingNext(home, { pages: 60, bytes: Infinity }, () => false);
	return performance.now() - from;
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { IndexRetention } from '#relay/footage/index-retention.ts';
import { LEAVING_ORDERS, type KeptMinute } from '#relay/footage/leaving-queue.ts';
import { CHANGED } from '#relay/footage/withdrawn-segments.ts';

const home = 'a'.repeat(32) as HomeId;
const [one, two] = ['b'.repeat(32) as CameraId, 'c'.repeat(32) as CameraId];
const ALL = { pages: 100, bytes: Infinity };

let folder: string;
let index: FootageIndex;
let retention: IndexRetention;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-retention-'));
	index = new FootageIndex(join(folder, 'footage.sqlite'));
	retention = new IndexRetention(index);
});
afterEach(() => {
	index.close();
	rmSync(folder, { recursive: true });
});

/** A minute of sixty segments, of a kilobyte in all. */
function minuteOf(camera: CameraId, at: number, runNo = 1, minute = 1000 + at): void {
	const seqs = { firstSeq: 60 * at + 1, lastSeq: 60 * at + 60 };
	const page = { runNo, minute, entries: new Uint8Array(40), bytes: 1000, ...seqs };
	const run = { runNo, runId: '0'.repeat(32), record: null, initBytes: 10 };
	index.write(home, camera, { run, pages: [page] });
}

const leaving = (limits = ALL, isPinned: (page: KeptMinute) => boolean = () => false) =>
	retention
		.leavingNext(home, limits, isPinned)
		.map(({ camera, runNo, firstSeq }) => [camera === one ? 1 : 2, runNo, (firstSeq - 1) / 60]);

describe('which footage leaves next', () => {
	test('RS5 what was recorded first leaves first, whatever order it came in', () => {
		for (const at of [3, 2, 1, 0]) minuteOf(one, at);
		expect(leaving()).toEqual([
			[1, 1, 0],
			[1, 1, 1],
			[1, 1, 2],
		]);
	});

	test('RS5 never by a clock: a phone that was in 1970 and then in 2090', () => {
		minuteOf(one, 0, 1, 60_000_000);
		minuteOf(one, 1, 1, 5);
		minuteOf(one, 0, 2, 4);
		minuteOf(one, 1, 2, 90_000_000);
		expect(leaving()).toEqual([
			[1, 1, 0],
			[1, 1, 1],
			[1, 2, 0],
		]);
	});

	test('RS5 two cameras that upload at once lose the same time', () => {
		for (const at of [0, 1, 2, 3]) for (const camera of [one, two]) minuteOf(camera, at);
		expect(leaving({ pages: 4, bytes: Infinity })).toEqual([
			[1, 1, 0],
			[2, 1, 0],
			[1, 1, 1],
			[2, 1, 1],
		]);
	});

	test('RS5 a camera that catches up newest first does not push out what another has', () => {
		for (const at of [0, 1]) minuteOf(two, at);
		for (const at of [9, 8, 7]) minuteOf(one, at);
		minuteOf(two, 2);
		expect(leaving()).toEqual([
			[2, 1, 0],
			[2, 1, 1],
			[1, 1, 7],
			[1, 1, 8],
		]);
	});

	test('RS5 as many as are asked for: so many minutes, or so many bytes', () => {
		for (const at of [0, 1, 2, 3, 4]) minuteOf(one, at);
		expect(leaving({ pages: 2, bytes: Infinity })).toHaveLength(2);
		expect(leaving({ pages: 9, bytes: 2500 })).toHaveLength(3);
	});

	test('RS5 pinned minutes leave when nothing else is left, and the newest never', () => {
		for (const at of [0, 1, 2]) minuteOf(one, at);
		const pinned = ({ minute }: KeptMinute) => minute === 1000;
		expect(leaving(ALL, pinned)).toEqual([[1, 1, 1]]);
		retention.release([{ home, camera: one, runNo: 1, minute: 1001 }]);
		expect(leaving(ALL, pinned)).toEqual([[1, 1, 0]]);
		retention.release([{ home, camera: one, runNo: 1, minute: 1000 }]);
		expect(leaving(ALL, pinned)).toEqual([]);
	});
});

describe('choosing', () => {
	test('RS18 among sixty cameras no page is looked at that is not in question', () => {
		const cameras = Array.from({ length: 60 }, (_, at) => String(at).padStart(32, 'e') as CameraId);
		for (let at = 0; at < 20; at += 1) for (const camera of cameras) minuteOf(camera, at);
		let asked = 0;
		const chosen = retention.leavingNext(home, { pages: 60, bytes: Infinity }, () => {
			asked += 1;
			return false;
		});
		expect(chosen.map(({ camera }) => camera)).toEqual(cameras);
		// Two orders, the page and the one behind it.
		expect(asked).toBeLessThanOrEqual(60 * 4);
	});

	test('RS18 pages are read in their order, and changes found, by an index alone', () => {
		const camera = [1, 5, 0];
		for (const [sql, values] of [
			[LEAVING_ORDERS.recorded, camera],
			[LEAVING_ORDERS.came, camera],
			[CHANGED, [1, 5, 1, 5, 9]],
		] as const) {
			const plan = index.database.all(`EXPLAIN QUERY PLAN ${sql}`, ...values);
			const steps = plan.map(({ detail }) => String(detail)).join('\n');
			expect(steps, sql).not.toMatch(/SCAN (?!CONSTANT)|TEMP B-TREE/);
			expect(steps, sql).toMatch(/SEARCH pages USING (COVERING )?INDEX by/);
		}
	});
});

describe('what left', () => {
	test('RS5 bytes are counted down, and a run goes with its last minute unless it may go on', () => {
		for (const at of [0, 1]) minuteOf(one, at);
		minuteOf(one, 0, 2, 2000);
		expect(retention.homes().get(home)).toBe(3020);
		const ids = { home, camera: one };
		expect(retention.release([{ ...ids, runNo: 1, minute: 1000 }])).toEqual({
			...{ bytes: 1000, packs: [{ ...ids, runNo: 1, minute: 1000 }] },
		});
		const released = retention.release([{ ...ids, runNo: 1, minute: 1001 }]);
		expect(released.bytes).toBe(1010);
		expect(released.packs.map(({ minute }) => minute)).toEqual([1001, null]);
		expect(index.run(home, one, 1)).toBeNull();
		expect(retention.release([{ ...ids, runNo: 2, minute: 2000 }]).packs).toHaveLength(1);
		expect(index.run(home, one, 2)).not.toBeNull();
		expect(retention.homes().get(home)).toBe(10);
	});

	test('RS17 its camera is told that it is not wanted, of so many minutes as are remembered', () => {
		for (const at of [0, 1, 2]) minuteOf(one, at);
		const since = index.newestChange;
		const ids = { home, camera: one, runNo: 1 };
		retention.release([1000, 1001].map((minute) => ({ ...ids, minute })));
		const told = () => index.withdrawn.changed(home, one, since, 9).pages;
		expect(told()).toMatchObject([
			{ minute: 1000, seqs: [], withdrawn: [[1, 60]] },
			{ minute: 1001, seqs: [], withdrawn: [[61, 120]] },
		]);
		index.database.run(
			`WITH RECURSIVE later(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM later WHERE at < 20161)
				INSERT INTO withdrawn SELECT 1, 9, at, '[]', 100 + at FROM later`,
		);
		index.withdrawn.trim(1);
		expect(told().map(({ runNo }) => runNo)).not.toContain(1);
	});

	test('RS9 it is doomed until its deletion is confirmed, or it is written anew', () => {
		for (const at of [0, 1]) minuteOf(one, at);
		const keys = [1000, 1001].map((minute) => ({ home, camera: one, runNo: 1, minute }));
		retention.release(keys);
		expect(retention.doomed(9)).toEqual(keys);
		retention.confirm(keys.slice(0, 1));
		expect(retention.doomed(9)).toEqual(keys.slice(1));
		minuteOf(one, 1);
		expect(retention.doomed(9)).toEqual([]);
	});

	test('RS14 a home goes whole, and leaves no row', () => {
		for (const camera of [one, two]) for (const at of [0, 1]) minuteOf(camera, at);
		const { bytes, packs } = retention.releaseHome(home);
		expect([bytes, packs.length]).toEqual([4020, 6]);
		expect(retention.homes().size).toBe(0);
		for (const table of ['pages', 'runs', 'withdrawn', 'cameras'])
			expect(index.database.all(`SELECT * FROM ${table}`)).toEqual([]);
	});
});

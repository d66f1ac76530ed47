import { describe, expect, test } from 'vitest';
import { DOOR, sealed } from '../../contracts/segment-store.ts';
import { eachUploader, MINUTE_MS, NOW_MS } from './uploader-fixture.ts';

const here = eachUploader();

describe('SY10 what does not fit', () => {
	test('what is older than all there is room for does not hold up the newest minute', async () => {
		here.at.archive.roomFrom = NOW_MS / MINUTE_MS - 3;
		await here.at.recorded(1, [-6, -5, -4, -3, -2]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length >= 20);
		expect(here.at.uploader.state.roomFromMs).toBe(NOW_MS - 3 * MINUTE_MS);
		await here.at.recorded(2, [0], false);
		await here.at.turns(() => here.at.archive.sent.length === 30);
		expect(here.at.order).toEqual([-2, -3, 0]);
		here.at.archive.roomFrom = 0;
		here.at.clock.advance(10 * MINUTE_MS);
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 60);
		expect(here.at.uploader.state.roomFromMs).toBeNull();
	});

	test('what was refused is named, and counts as not there', async () => {
		here.at.archive.invalid.add(3);
		await here.at.recorded(1, [-2]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 9);
		const fromMs = NOW_MS - 2 * MINUTE_MS + 2_000;
		expect(here.at.uploader.state.refused).toEqual({ segments: 1, fromMs, toMs: fromMs + 1_000 });
		const page = { camera: DOOR, runNo: 1, minute: NOW_MS / MINUTE_MS - 2 };
		const sizes = [2, 3].map((seq) => ({ seq, size: 100 * seq }));
		expect(here.at.uploader.unsavedBytes({ ...page, segments: sizes })).toBe(300);
	});
});

describe('SY22 run records', () => {
	test('are signed when a run begins, every five minutes, and when it ends', async () => {
		await here.at.recorded(1, [0], false);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		const appended = async (seq: number, ms: number): Promise<void> => {
			await here.at.segments.append(DOOR, 1, sealed(seq, (NOW_MS + ms) * 1000));
			await here.at.turns(() => here.at.archive.sent.length === seq);
		};
		await appended(11, 10_000);
		expect(here.at.signed).toEqual([{ runNo: 1, ended: null }]);
		here.at.clock.advance(5 * MINUTE_MS);
		await appended(12, 5 * MINUTE_MS);
		expect(here.at.signed).toHaveLength(2);
		await here.at.segments.close(DOOR, 1, 'stopped');
		await here.at.turns(() => here.at.archive.runRecords.length === 3);
		expect(here.at.signed.at(-1)).toEqual({ runNo: 1, ended: 'stopped' });
	});

	test('an end that the archive may not know is told again after a reload', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.uploader.end();
		here.at.signed = [];
		here.at.uploader = here.at.made();
		here.at.uploader.begin();
		await here.at.turns(() => here.at.signed.length === 1);
		expect(here.at.signed).toEqual([{ runNo: 1, ended: 'stopped' }]);
		expect(here.at.archive.sent).toHaveLength(10);
	});
});

describe('SY18 what an archive has no more', () => {
	const minute = NOW_MS / MINUTE_MS - 3;

	test('is sent again after it was found damaged, and the archive is named', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.archive.takeOut(minute, false);
		here.at.clock.advance(10 * MINUTE_MS);
		await here.at.turns(() => here.at.archive.sent.length === 20);
		expect(here.at.lost).toEqual([minute * MINUTE_MS * 1000]);
		await here.at.turns(() => here.at.isCurrent && here.at.uploader.state.lostMs === null);
	});

	test('is not sent again, nor looked for, when it had to leave', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.archive.takeOut(minute, true);
		for (let minutes = 0; minutes < 70; minutes += 5) {
			here.at.clock.advance(5 * MINUTE_MS);
			await here.at.turns(() => here.at.isCurrent);
		}
		await here.at.recorded(2, [-2]);
		await here.at.turns(() => here.at.archive.sent.length === 20);
		expect(here.at.order).toEqual([-3, -2]);
		expect(here.at.lost).toEqual([]);
	});

	test('a run’s beginning is sent again alone', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.archive.loseInit(1);
		expect((await here.at.archive.have(DOOR, 0)).withoutInit).toEqual([1]);
		here.at.clock.advance(10 * MINUTE_MS);
		let left: readonly number[] = [1];
		await here.at.turns(() => {
			void here.at.archive.have(DOOR, 0).then(({ withoutInit }) => (left = withoutInit));
			return left.length === 0;
		});
		expect(here.at.archive.sent).toHaveLength(10);
	});
});

describe('SY24 the spot check', () => {
	test.each([
		['forgets', false],
		['changes', true],
	])('a relay that %s what it acknowledged is named, and gets it again', async (_, changes) => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.archive.lose(NOW_MS / MINUTE_MS - 3, changes);
		here.at.clock.advance(6 * MINUTE_MS);
		await here.at.turns(() => here.at.lost.length === 1);
		expect(here.at.uploader.state.lostMs).toBe(NOW_MS - 3 * MINUTE_MS);
		await here.at.turns(() => here.at.archive.sent.length === 20);
		here.at.clock.advance(2 * MINUTE_MS);
		await here.at.turns(() => here.at.uploader.state.lostMs === null);
		expect(here.at.lost).toHaveLength(1);
	});

	test('an archive that is wiped while nothing is recorded is found, too', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		here.at.archive.wipe();
		here.at.uploader.askAgain();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 20);
		expect(here.at.stores).toEqual(['store-1', 'store-1+']);
	});
});

describe('SY49 what others miss', () => {
	const first = NOW_MS / MINUTE_MS - 3;

	test('is read back, and its minutes are sent again if they are not there as they are here', async () => {
		await here.at.recorded(1, [-3, -2, -1]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 30);
		here.at.archive.lose(first + 1);
		here.at.archive.lose(first + 2, true);
		// Others miss them long before its own check would come upon them.
		here.at.uploader.recheck(1, [[8, 29]]);
		await here.at.turns(() => here.at.archive.sent.length === 50);
		expect(here.at.archive.sent.slice(30).filter(({ minute }) => minute === first)).toEqual([]);
		expect(here.at.lost.length).toBeGreaterThan(0);
	});

	test('what is there as it is here, or was never acknowledged, changes nothing', async () => {
		await here.at.recorded(1, [-3]);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 10);
		const read = here.at.archive.read.bind(here.at.archive);
		let reads = 0;
		here.at.archive.read = (...of) => {
			reads += 1;
			return read(...of);
		};
		here.at.uploader.recheck(1, [
			[1, 10],
			[11, 9e9],
		]);
		here.at.uploader.recheck(2, [[1, 10]]);
		await here.at.turns(() => reads === 1);
		await here.at.clock.pass(60_000, 1_000);
		expect([reads, here.at.archive.sent.length, here.at.lost.length]).toEqual([1, 10, 0]);
	});

	test('a member that misses a thousand minutes costs four reads in five seconds, for a while', async () => {
		await here.at.recorded(
			1,
			Array.from({ length: 30 }, (_, at) => at - 40),
		);
		here.at.uploader.begin();
		await here.at.turns(() => here.at.isCurrent && here.at.archive.sent.length === 300);
		const read = here.at.archive.read.bind(here.at.archive);
		const atMs: number[] = [];
		here.at.archive.read = (...of) => {
			atMs.push(here.at.clock.monotonicMs());
			return read(...of);
		};
		here.at.uploader.recheck(1, [[1, 9e9]]);
		await here.at.turns(() => atMs.length === 30);
		for (const [at, ms] of atMs.entries())
			if (at >= 4) expect(ms - (atMs[at - 4] ?? 0)).toBeGreaterThanOrEqual(5_000);
	});
});

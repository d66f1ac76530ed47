/** Footage that is missing, old or withheld at an archive, and what is no problem. */
import { beforeEach, describe, expect, test } from 'vitest';
import { LAST_MINUTE, MINUTE, SECOND, T0, CheckedArchive } from './checked-archive.ts';

let archive: CheckedArchive;

beforeEach(async () => {
	archive = await CheckedArchive.make();
});

const span = (from: number, to: number) => ({
	startUs: T0 + from * SECOND,
	endUs: T0 + to * SECOND,
});

describe('SY46 missing at the archive', () => {
	test('a whole run is no problem, and costs one segment to read', async () => {
		await archive.recorded(1, { count: 130 });
		await archive.lookTwice();
		expect(archive.problems).toEqual([]);
		expect(archive.asked.filter((one) => one.startsWith('records'))).toEqual(['records 1 130-130']);
	});

	test('numbers left out are named at the second look, with span, count and where they are', async () => {
		const run = await archive.recorded(1, { count: 130 });
		archive.lose(run, 41, 52);
		await archive.look();
		expect(archive.problems).toEqual([]);
		archive.clock.advance(29_000);
		await archive.look();
		expect(archive.problems).toEqual([]);
		archive.clock.advance(2_000);
		await archive.look();
		expect(archive.check.of(archive.camera)).toEqual([
			{
				...{ camera: archive.camera, kind: 'missing', at: 'relay', ...span(40, 52) },
				...{ segments: 12, origins: ['camera'], left: false, asked: true },
			},
		]);
	});

	test('what arrives meanwhile is named no more, and what arrives in part shrinks', async () => {
		const run = await archive.recorded(1, { count: 90 });
		const lost = archive.lose(run, 11, 20);
		await archive.lookTwice();
		expect(archive.problems).toEqual(['missing 10-20']);
		const back = (segments: typeof lost) => {
			run.segments = [...run.segments, ...segments].sort((a, b) => a.entry.seq - b.entry.seq);
		};
		back(lost.slice(0, 4));
		await archive.look();
		expect(archive.problems).toEqual(['missing 14-20']);
		back(lost.slice(4));
		await archive.look();
		expect(archive.problems).toEqual([]);
	});

	test('what an owner removed is no problem; a removal by somebody else accounts for nothing', async () => {
		const run = await archive.recorded(1, { count: 90 });
		archive.lose(run, 11, 20);
		await archive.removed(span(10.5, 19.5), 'stranger');
		await archive.lookTwice();
		expect(archive.problems).toEqual(['missing 10-20']);
		await archive.removed(span(10.5, 19.5));
		archive.clock.advance(21_000);
		await archive.look();
		expect(archive.problems).toEqual([]);
	});

	test('what the camera itself has no more is not named, by its newest head', async () => {
		const run = await archive.recorded(1, { count: 90 });
		archive.lose(run, 11, 20);
		await archive.recorded(2, {
			...{ anchorUs: T0 + 2 * MINUTE, oldest: { runNo: 1, seq: 16 } },
		});
		await archive.lookTwice();
		expect(archive.problems).toEqual(['missing 15-20']);
		await archive.recorded(3, {
			...{ anchorUs: T0 + 3 * MINUTE, oldest: { runNo: 1, seq: 21 } },
		});
		archive.clock.advance(61_000);
		await archive.lookTwice();
		expect(archive.problems).toEqual([]);
	});

	test('while the camera uploads nothing is named; of one that copies events, no whole minutes', async () => {
		const run = await archive.recorded(1, { count: 240 });
		archive.lose(run, 61, 120);
		const status = { upTo: { runNo: 1, seq: 240 }, savedMs: null } as const;
		archive.copy = { ...status, choice: 'everything', done: false };
		await archive.lookTwice();
		expect(archive.problems).toEqual([]);
		archive.copy = { ...status, choice: 'events', done: true };
		await archive.lookTwice();
		expect(archive.problems).toEqual([]);
		archive.lose(run, 121, 130);
		await archive.lookTwice();
		expect(archive.problems).toEqual(['missing 60-130']);
	});

	test('a beginning that left for want of room is told from one that was lost', async () => {
		const run = await archive.recorded(1, { count: 90 });
		await archive.recorded(2, { anchorUs: T0 + 5 * MINUTE, count: 20 });
		archive.lose(run, 1, 30);
		await archive.lookTwice();
		expect(archive.check.of(archive.camera)).toMatchObject([
			{ kind: 'missing', ...span(0, 30), segments: 30, left: true },
		]);
		archive.lose(archive.runsKept[1]!, 1, 5);
		await archive.lookTwice();
		expect(archive.check.of(archive.camera)).toMatchObject([
			{ left: true },
			{ kind: 'missing', ...span(300, 305), left: false },
		]);
	});

	test('a hole across the ends of a window is found, and what goes on behind it is none', async () => {
		const run = await archive.recorded(1, { count: 180 });
		const minute = T0 / MINUTE;
		archive.lose(run, 31, 150);
		const look = async () => {
			await archive.check.runs(archive.camera, 0, LAST_MINUTE);
			// The window ends in the middle of the hole.
			await archive.check.pages(archive.camera, minute - 5, minute + 1);
			await archive.check.judged();
		};
		await look();
		archive.clock.advance(31_000);
		await look();
		expect(archive.problems).toEqual(['missing 30-150']);
		await archive.recorded(2, { anchorUs: T0 + 10 * MINUTE, count: 180 });
		await archive.check.runs(archive.camera, 0, LAST_MINUTE);
		for (let look = 0; look < 2; look += 1) {
			await archive.check.pages(archive.camera, minute + 11, minute + 12);
			await archive.check.judged();
			archive.clock.advance(31_000);
		}
		expect(archive.problems).toEqual(['missing 30-150']);
	});

	test('a page that names a segment that is not sent: named, unless it was cut for its size', async () => {
		await archive.recorded(1, { count: 10 });
		await archive.look();
		archive.lies.records = (camera, runNo, first, last) =>
			archive.records(camera, runNo, first, Math.min(last, 5));
		await archive.check.records(archive.camera, 1, 4, 8);
		await archive.check.judged();
		archive.clock.advance(31_000);
		await archive.check.records(archive.camera, 1, 4, 8);
		await archive.check.judged();
		expect(archive.problems).toEqual([]);
		for (let look = 0; look < 2; look += 1) {
			await archive.check.records(archive.camera, 1, 7, 8);
			await archive.check.judged();
			archive.clock.advance(31_000);
		}
		expect(archive.problems).toEqual(['missing 6-7']);
		archive.lies = {};
		await archive.check.records(archive.camera, 1, 7, 8);
		await archive.check.judged();
		expect(archive.problems).toEqual([]);
	});
});

describe('SY47 old', () => {
	test('an archive that ends before a head that was seen there shows old data, also after a reload', async () => {
		const run = await archive.recorded(1, { count: 30, ended: null });
		await archive.look();
		expect((await archive.pins.read(archive.camera))?.seq).toBe(30);
		const lost = archive.lose(run, 21, 30);
		await archive.signRun(run, { lastSeq: 20, ended: null });
		await archive.look();
		expect(archive.problems).toEqual(['old 20-30']);
		archive.made();
		await archive.look();
		expect(archive.problems).toEqual(['old 20-30']);
		run.segments.push(...lost);
		await archive.look();
		expect(archive.problems).toEqual([]);
	});

	test('an owner who removed the newest is the reason for none', async () => {
		const run = await archive.recorded(1, { count: 30 });
		await archive.look();
		archive.lose(run, 21, 30);
		await archive.removed(span(20.5, 30));
		await archive.lookTwice();
		expect(archive.problems).toEqual([]);
	});

	test('an older run record than was seen', async () => {
		const run = await archive.recorded(1, { count: 30, ended: null });
		const before = run.record;
		archive.clock.advance(5_000);
		await archive.signRun(run, { lastSeq: 30, ended: 'stopped' });
		await archive.look();
		await archive.look();
		expect(archive.problems).toEqual([]);
		run.record = before;
		await archive.look();
		expect(archive.problems).toEqual(['old 0-5']);
	});

	test('a camera that is not listed any more, and its footage was seen', async () => {
		await archive.recorded(1, { count: 3 });
		await archive.look();
		archive.runsKept = [];
		await archive.check.cameras();
		await archive.check.judged();
		expect(archive.problems).toEqual(['old 2-3']);
		await archive.removed(span(0, 3));
		archive.clock.advance(21_000);
		await archive.check.cameras();
		await archive.check.judged();
		expect(archive.problems).toEqual([]);
	});
});

describe('SY48 withheld', () => {
	test('a run record is signed for more than the archive tells of', async () => {
		const run = await archive.recorded(1, { count: 30 });
		archive.lose(run, 26, 30);
		await archive.lookTwice();
		expect(archive.problems).toEqual(['withheld 25-30']);
		expect(archive.check.of(archive.camera)[0]).toMatchObject({ segments: 5 });
	});

	test('a run record that is kept back', async () => {
		const run = await archive.recorded(1, { count: 30 });
		run.record = null;
		await archive.lookTwice();
		expect(archive.problems).toEqual(['withheld 0-30']);
	});

	test('the camera says what was acknowledged, and the archive tells of less; not of what moves on', async () => {
		const run = await archive.recorded(1, { count: 90, ended: null });
		await archive.signRun(run, { lastSeq: 1, ended: null });
		const later = archive.lose(run, 31, 90);
		const says = (seq: number) => {
			const savedMs = T0 / 1000 + seq * 1000;
			archive.copy = { choice: 'everything', done: true, upTo: { runNo: 1, seq }, savedMs };
		};
		for (let at = 0; at < 20; at += 1) {
			says(34 + at);
			await archive.look();
			archive.clock.advance(5_000);
			run.segments.push(...later.splice(0, 1));
		}
		expect(archive.problems).toEqual([]);
		says(90);
		await archive.lookTwice();
		expect(archive.problems).toEqual(['withheld 50-90']);
		run.segments.push(...later);
		await archive.look();
		expect(archive.problems).toEqual([]);
	});
});

describe('SY49 healing', () => {
	test('a camera that is online is told, once in ten minutes, and nothing that it has no more', async () => {
		const run = await archive.recorded(1, { count: 90 });
		archive.lose(run, 11, 20);
		archive.lose(run, 31, 31);
		archive.online = false;
		await archive.lookTwice();
		expect(archive.told).toEqual([]);
		expect(archive.check.of(archive.camera)).toMatchObject([{ asked: false }, { asked: false }]);
		archive.online = true;
		await archive.lookTwice();
		expect(archive.told).toEqual([
			{
				runNo: 1,
				seqs: [
					[11, 20],
					[31, 31],
				],
			},
		]);
		await archive.lookTwice();
		archive.clock.advance(60_000);
		await archive.lookTwice();
		expect(archive.told).toHaveLength(1);
		archive.clock.advance(600_000);
		await archive.look();
		expect(archive.told).toHaveLength(2);
	});

	test('while somebody looks, it asks again by itself until nothing is wrong, and not without', async () => {
		const run = await archive.recorded(1, { count: 90 });
		const lost = archive.lose(run, 11, 20);
		const heard = new Set<string>();
		const stop = archive.check.on(() => heard.add(archive.problems.join()));
		await archive.look();
		await archive.clock.pass(31_000, 31_000);
		await archive.check.judged();
		expect([...heard]).toEqual(['missing 10-20']);
		run.segments = [...run.segments, ...lost].sort((a, b) => a.entry.seq - b.entry.seq);
		await archive.clock.pass(61_000, 61_000);
		await archive.check.judged();
		expect([...heard]).toEqual(['missing 10-20', '']);
		stop();
		expect(archive.clock.waiting).toBe(0);
	});
});

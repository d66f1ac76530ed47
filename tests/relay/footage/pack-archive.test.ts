import {
	appendFileSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import { minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import {
	buildSegmentRecord,
	parseSegmentRecord,
	segmentRecordLength,
} from '#domain/sync/segment-record.ts';
import { FootageIndex } from '#relay/footage/footage-index.ts';
import { PackArchive, type UploadResult } from '#relay/footage/pack-archive.ts';
import { PackFolder } from '#relay/footage/pack-folder.ts';
import type { RunSealer } from '#engine/sealing/run-sealer.ts';
import type { RecordOrigin } from '#relay-core/segment-check.ts';
import {
	fragmentOf,
	initOf,
	makeSealingFixture,
	type SealingFixture,
} from '../../engine/sealing/sealing-fixture.ts';

/** The first frame is 3 s before a minute ends, so that a run of 6 s has two pages. */
const anchorUs = 1_795_000_017_000_000;
const ALL: readonly [number, number] = [0, 1000];
const MANY = 1 << 30;

let folder: string;
let index: FootageIndex;
let packs: PackFolder;
let store: PackArchive;
let camera: SealingFixture;
let origin: RecordOrigin;

beforeEach(async () => {
	folder = mkdtempSync(join(tmpdir(), 'spy-cam-footage-'));
	camera = await makeSealingFixture();
	const key = await camera.crypto.verifier(camera.pair.public);
	origin = { home: camera.home, camera: camera.camera, key };
	open();
});
afterEach(() => {
	index.close();
	rmSync(folder, { recursive: true });
});

function open(): void {
	index = new FootageIndex(join(folder, 'footage.sqlite'));
	packs = new PackFolder(join(folder, 'footage'));
	store = new PackArchive({ packs, index, crypto: camera.crypto });
}

function reopen(): void {
	index.close();
	open();
}

/** Records of a run: the init section, then so many fragments of about a second. */
async function recorded(count: number, sealer: RunSealer): Promise<Bytes[]> {
	const init = await sealer.init(initOf(new Uint8Array(300)));
	const records = [buildSegmentRecord({ entry: null, ...init })];
	for (let at = 0; at < count; at += 1) {
		const sealed = await sealer.fragment(fragmentOf(at, new Uint8Array(1000 + at).fill(at)));
		const { seq, startUs, durationUs, sound, bytes, head } = sealed;
		const times = { seq, startUs, durationUs, sound, bad: false };
		const entry = { ...times, size: bytes.length, place: 0 };
		records.push(buildSegmentRecord({ entry, bytes, head }));
	}
	return records;
}

const upload = (
	records: readonly Bytes[],
	from = origin,
	runNo = 1,
	runRecord: Bytes | null = null,
): Promise<UploadResult> =>
	store.put({ origin: from, runNo, runRecord, records: concatBytes(...records) });

function seqsIn(bytes: Bytes): number[] {
	const seqs: number[] = [];
	for (let at = 0; at < bytes.length;) {
		const end = at + (segmentRecordLength(bytes, at) ?? 0);
		seqs.push(parseSegmentRecord(bytes.subarray(at, end)).entry?.seq ?? 0);
		at = end;
	}
	return seqs;
}

const run = (): { home: HomeId; camera: CameraId; runNo: number } => ({ ...origin, runNo: 1 });
const packOf = (minute: number): string =>
	join(folder, 'footage', camera.home, camera.camera, '1', `${String(minute)}.pack`);

describe('footage at the relay', () => {
	test('SY7 what was acknowledged is read back byte for byte, also after a restart', async () => {
		const records = await recorded(6, camera.sealer({ anchorUs }));
		expect(await upload(records)).toEqual({ kept: [0, 1, 2, 3, 4, 5, 6], refused: [] });
		reopen();
		expect(await store.recover()).toEqual({ rebuilt: 0, lostBytes: 0, missing: 0 });
		expect(await store.read(run(), ALL, MANY)).toEqual(concatBytes(...records));
		expect(seqsIn(await store.read(run(), [3, 4], MANY))).toEqual([3, 4]);
		const two = 2.5 * records[3]!.length;
		expect(seqsIn(await store.read(run(), [3, 6], two))).toEqual([3, 4]);
		const used = records.reduce((sum, { length }) => sum + length, 0);
		expect(index.usedBytes(camera.home)).toBe(used);
		expect(statSync(packOf(minuteOf(anchorUs))).mode & 0o777).toBe(0o600);
	});

	test('SY7 a segment sent again counts as kept and takes no room', async () => {
		const records = await recorded(3, camera.sealer({ anchorUs }));
		await upload(records.slice(0, 3));
		const used = index.usedBytes();
		expect(await upload(records.slice(0, 3))).toEqual({ kept: [0, 1, 2], refused: [] });
		expect(index.usedBytes()).toBe(used);
		expect(await upload(records)).toMatchObject({ kept: [0, 1, 2, 3] });
	});

	test('SY7 uploads of one camera at once, and in any order, leave it whole', async () => {
		const records = await recorded(6, camera.sealer({ anchorUs }));
		const order = [4, 0, 6, 2, 1, 5, 3];
		await Promise.all(order.map((at) => upload([records[at]!])));
		expect(await store.read(run(), ALL, MANY)).toEqual(concatBytes(...records));
		for (const page of index.pages(camera.home, camera.camera, 0, 2 ** 40))
			expect(() => parseEntries(page.entries)).not.toThrow();
	});

	test('SY6 nothing is taken that the camera did not sign for this home, camera and run', async () => {
		const records = await recorded(2, camera.sealer({ anchorUs }));
		const stranger = await makeSealingFixture();
		const foreign = await recorded(2, stranger.sealer({ anchorUs }));
		const flipped = records.map((record) => {
			const copy = record.slice();
			copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
			return copy;
		});
		const unsigned = records.map((record) => {
			const copy = record.slice();
			copy[4 + 40 + 283] = (copy[4 + 40 + 283] ?? 0) ^ 1;
			return copy;
		});
		const invalid = (seqs: readonly number[]) => ({
			kept: [],
			refused: seqs.map((seq) => ({ seq, why: 'invalid' })),
		});
		expect(await upload(foreign)).toEqual(invalid([0, 1, 2]));
		expect(await upload(flipped)).toEqual(invalid([0, 1, 2]));
		expect(await upload(unsigned)).toEqual(invalid([0, 1, 2]));
		expect(await upload(records, { ...origin, home: stranger.home })).toEqual(invalid([0, 1, 2]));
		expect(await upload(records, origin, 2)).toEqual(invalid([0, 1, 2]));
		expect(await upload([...records.slice(0, 2), flipped[2]!])).toMatchObject({
			kept: [0, 1],
			refused: [{ seq: 2, why: 'invalid' }],
		});
		await expect(upload([records[0]!.subarray(0, 100)])).rejects.toThrow(Fault);
	});

	test('SY6 a second run under the same number is a conflict', async () => {
		await upload(await recorded(2, camera.sealer({ anchorUs })));
		const other = await recorded(2, camera.sealer({ anchorUs }));
		expect(await upload(other)).toEqual({
			kept: [],
			refused: [0, 1, 2].map((seq) => ({ seq, why: 'conflict' })),
		});
	});

	test('SY7 a torn tail is cut off at the start, whole records behind the index are kept', async () => {
		const records = await recorded(6, camera.sealer({ anchorUs }));
		await upload(records.slice(0, 3));
		// As if the process had died between pack and index, in the middle of the fifth record.
		const pack = packOf(minuteOf(anchorUs));
		appendFileSync(pack, records[3]!);
		const second = packOf(minuteOf(anchorUs) + 1);
		await upload([records[4]!]);
		appendFileSync(second, records[5]!.subarray(0, 500));
		reopen();
		expect(await store.recover()).toEqual({ rebuilt: 2, lostBytes: 500, missing: 0 });
		expect(seqsIn(await store.read(run(), ALL, MANY))).toEqual([0, 1, 2, 3, 4]);
		expect(await upload(records.slice(4))).toMatchObject({ kept: [4, 5, 6] });
		expect(await store.read(run(), ALL, MANY)).toEqual(concatBytes(...records));
	});

	test('SY7 a lost pack, and an index that is gone', async () => {
		const records = await recorded(6, camera.sealer({ anchorUs }));
		await upload(records);
		rmSync(packOf(minuteOf(anchorUs)));
		reopen();
		expect(await store.recover()).toMatchObject({ missing: 1 });
		expect(seqsIn(await store.read(run(), [1, 9], MANY))).toEqual([4, 5, 6]);
		expect(await upload(records)).toMatchObject({ kept: [0, 1, 2, 3, 4, 5, 6] });
		index.close();
		for (const end of ['', '-wal', '-shm'])
			rmSync(join(folder, `footage.sqlite${end}`), { force: true });
		open();
		expect(await store.recover()).toMatchObject({ rebuilt: 3, lostBytes: 0 });
		expect(await store.read(run(), ALL, MANY)).toEqual(concatBytes(...records));
	});

	test('RS10 a flipped byte in a pack is never served, and asked for again', async () => {
		const records = await recorded(3, camera.sealer({ anchorUs }));
		for (const at of [10, 100, 400, -1]) {
			await upload(records);
			const minute = minuteOf(anchorUs);
			const page = index.page({ ...run(), minute });
			const { place } = parseEntries(page!.entries)[1]!;
			const bytes = readFileSync(packOf(minute));
			const end = place + records[2]!.length;
			const flipped = at < 0 ? end + at : place + at;
			bytes[flipped] = (bytes[flipped] ?? 0) ^ 1;
			writeFileSync(packOf(minute), bytes);
			reopen();
			expect(await store.recover()).toEqual({ rebuilt: 0, lostBytes: 0, missing: 0 });
			expect(seqsIn(await store.read(run(), [1, 9], MANY))).toEqual([1, 3]);
			const { pages } = index.withdrawn.changed(camera.home, camera.camera, page!.change, 9);
			const left = [1, 3].map((seq) => [seq, seq]);
			expect(pages).toMatchObject([{ seqs: left, withdrawn: [] }]);
			expect(await upload([records[2]!])).toEqual({ kept: [2], refused: [] });
			expect(await store.read(run(), ALL, MANY)).toEqual(concatBytes(...records));
		}
	});

	test('RS17 a camera is told what is damaged, and what of a run’s beginning', async () => {
		const records = await recorded(6, camera.sealer({ anchorUs }));
		await upload(records);
		const { home, camera: id } = camera;
		const since = index.newestChange;
		const minute = minuteOf(anchorUs);
		for (const name of ['run', String(minute)]) {
			const file = join(folder, 'footage', home, id, '1', `${name}.pack`);
			writeFileSync(file, new Uint8Array(statSync(file).size));
		}
		await store.read(run(), ALL, MANY);
		const [lost] = index.withdrawn.changed(home, id, since, 9).pages;
		expect(lost).toMatchObject({ runNo: 1, minute, seqs: [], withdrawn: [] });
		expect(index.withdrawn.runsWithoutInit(home, id, 9)).toEqual([1]);
		expect(await upload(records)).toMatchObject({ kept: [0, 1, 2, 3, 4, 5, 6] });
		expect(index.withdrawn.runsWithoutInit(home, id, 9)).toEqual([]);
		expect(index.withdrawn.changed(home, id, lost!.change, 9).pages).toMatchObject([
			{ minute, seqs: [[1, 3]], withdrawn: [] },
		]);
	});

	test('RS10 a pack that was written before an index that could not be is no damage', async () => {
		const records = await recorded(3, camera.sealer({ anchorUs }));
		await upload([records[0]!, records[1]!, records[3]!]);
		// A gap is filled: the pack is replaced, then the disk is full.
		const write = index.write.bind(index);
		index.write = () => {
			throw new Fault('quota', 'full');
		};
		await expect(upload([records[2]!])).rejects.toThrow('full');
		index.write = write;
		await store.read(run(), [1, 9], MANY);
		expect(seqsIn(await store.read(run(), [1, 9], MANY))).toEqual([1, 2, 3]);
	});

	test('SY8 RS16 of several run records the newest counts, and outlives the index', async () => {
		const sealer = camera.sealer({ anchorUs });
		const records = await recorded(1, sealer);
		const signed = async (wallMs: number, ended: 'stopped' | null): Promise<Bytes> => {
			const { runId, runNo, epoch, mime } = sealer.start;
			const times = { anchorUs, lastSeq: 1, wallMs, ended };
			const fields = { camera: camera.camera, runId, runNo, epoch, mime, ...times };
			const canonical = buildRunRecord(fields);
			const covered = signedBytes('run', canonical);
			return concatBytes(canonical, await camera.crypto.sign(camera.pair.key, covered));
		};
		const [open1, ended] = [await signed(5, null), await signed(9, 'stopped')];
		await upload(records, origin, 1, ended);
		await upload(records, origin, 1, open1);
		expect(index.run(camera.home, camera.camera, 1)?.record).toEqual(ended);
		// RS16: with an index that is gone, and one of an earlier version, that had it alone.
		const file = join(folder, 'footage', camera.home, camera.camera, '1', 'run.pack');
		const both = readFileSync(file);
		for (const [name, pack, lost] of [
			['an index that is gone', both, true],
			['a pack of an earlier version', records[0]!, false],
			['a pack without its beginning', both.subarray(records[0]!.length), true],
		] as const) {
			writeFileSync(file, pack);
			index.close();
			for (const end of lost ? ['', '-wal', '-shm'] : [])
				rmSync(join(folder, `footage.sqlite${end}`), { force: true });
			open();
			expect((await store.recover()).lostBytes, name).toBe(0);
			expect(index.run(camera.home, camera.camera, 1)?.record, name).toEqual(ended);
			expect(await store.recover(), name).toMatchObject({ rebuilt: 0 });
			await upload(records, origin, 1, open1);
			expect(readFileSync(file).equals(both), name).toBe(true);
		}
		const forged = ended.slice();
		forged[1] = 5;
		await expect(upload(records, origin, 1, forged)).rejects.toThrow('not signed');
	});
});

/**
 * 10,000 answers of an archive that lies, over footage that is really sealed and signed: none of it
 * reaches a screen, and each is named. `npm test` runs a tenth.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { concatBytes, hexOf, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildEntries, minuteOf, parseEntries } from '#domain/footage/index-page.ts';
import type { StoredBytes } from '#domain/footage/segment.ts';
import type { FootageProblemKind } from '#domain/sync/footage-problem.ts';
import { parseRunRecord } from '#domain/sync/run-record.ts';
import { buildSegmentRecord, parseSegmentRecord } from '#domain/sync/segment-record.ts';
import type { RelayFootage } from '#engine/sync/relay-footage.ts';
import type { ReadablePage, ReadableRun } from '#ports/footage/footage-archive.ts';
import { times } from '../../../faults/support/counts.ts';
import { randomFrom } from '../../../support/random.ts';
import { CheckedArchive, MINUTE, T0, type KeptRun, type Reader } from './checked-archive.ts';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const below = randomFrom(seed);
const ROUNDS = times(10_000);
const COUNT = 70;

let archive: CheckedArchive;
let run: KeptRun;
let other: KeptRun;
/** The same run and numbers, of another history: signed by the camera all the same. */
let twin: KeptRun;
let older: Bytes;
let foreign: Bytes;
/** What was recorded: number of the run and segment → what opens. */
const bodies = new Map<string, string>();

beforeAll(async () => {
	archive = await CheckedArchive.make();
	run = await archive.recorded(1, { count: COUNT, ended: null });
	await archive.signRun(run, { lastSeq: COUNT });
	other = await archive.recorded(2, { anchorUs: T0 + 3 * MINUTE, count: 12 });
	older = other.record!;
	archive.clock.advance(5_000);
	await archive.signRun(other, { lastSeq: 12 });
	const { runId } = run.sealer.start;
	twin = await archive.recorded(1, { count: COUNT, runId });
	archive.runsKept = [run, other];
	const { crypto } = archive.sealing;
	const canonical = parseRunRecord(run.record!).canonical;
	const signature = await crypto.sign(archive.stranger.key, signedBytes('run', canonical));
	foreign = concatBytes(canonical, signature);
	for (const one of [run, other])
		for (const { entry, record } of one.segments)
			bodies.set(`${String(one.runNo)} ${String(entry.seq)}`, await bodyOf(one, entry.seq, record));
});
afterAll(() => {
	console.log(`forged answers: ${String(ROUNDS)} rounds, seed ${String(seed)}`);
});

async function bodyOf(of: KeptRun, seq: number, record: Bytes): Promise<string> {
	const { entry, head, bytes } = parseSegmentRecord(record);
	const facts = { ...of.sealer.start };
	const opened = await archive.sealing.opener.open(facts, { ...entry!, seq }, { bytes, head });
	return hexOf(opened.body);
}

const flipped = (bytes: Bytes, from = 0): Bytes => {
	const copy = bytes.slice();
	const at = from + below(copy.length - from);
	copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
	return copy;
};
const recordOf = (of: KeptRun, seq: number): Bytes =>
	of.segments.find(({ entry }) => entry.seq === seq)!.record;

interface Lie {
	readonly what: string;
	readonly lies: Partial<Reader>;
	/** One of these is what it must be called. */
	readonly called: readonly FootageProblemKind[];
	/** What a screen reads meanwhile. */
	readonly reads: readonly number[];
}

/** Records of an answer, changed by number. */
function records(change: (seq: number, record: Bytes) => Bytes | null): Partial<Reader> {
	return {
		records: async (camera, runNo, first, last) => {
			const whole = await archive.records(camera, runNo, first, last);
			if (runNo !== 1 || first === 0) return whole;
			const parts: Bytes[] = [];
			for (let seq = first; seq <= Math.min(last, COUNT); seq += 1) {
				const changed = change(seq, recordOf(run, seq));
				if (changed !== null) parts.push(changed);
			}
			return concatBytes(...parts);
		},
	};
}

const runs = (change: (one: ReadableRun) => ReadableRun | null): Partial<Reader> => ({
	runs: async (...asked) =>
		(await archive.runs(...asked)).flatMap((one) =>
			one.runNo === 1 ? (change(one) ?? []) : [one],
		),
});

const pages = (change: (one: ReadablePage) => ReadablePage | null): Partial<Reader> => ({
	pages: async (...asked) =>
		(await archive.pages(...asked)).flatMap((one) =>
			one.runNo === 1 && one.minute === minuteOf(T0) ? (change(one) ?? []) : [one],
		),
});

/** Where nothing but a record lies, on its way to the screen. */
function lyingRecord(): Lie {
	const seq = 2 + below(COUNT - 4);
	const only = (change: (record: Bytes) => Bytes | null) =>
		records((at, record) => (at === seq ? change(record) : record));
	const { entry, head, bytes } = parseSegmentRecord(recordOf(run, seq));
	const rebuilt = (parts: Partial<StoredBytes>) =>
		buildSegmentRecord({
			entry: { ...entry!, size: (parts.bytes ?? bytes).length },
			head,
			bytes,
			...parts,
		});
	const kinds: readonly [string, Partial<Reader>, readonly FootageProblemKind[]][] = [
		// An entry that fails its CRC, a head, an envelope, sealed bytes: wherever the bit is.
		['a flipped bit', only((record) => flipped(record, 4)), ['forged']],
		['flipped sealed bytes', only(() => rebuilt({ bytes: flipped(bytes) })), ['forged']],
		['a flipped head', only(() => rebuilt({ head: flipped(head) })), ['forged']],
		['a cut record', only((record) => record.slice(0, 8 + below(record.length - 8))), ['forged']],
		['a record of another place', only(() => recordOf(run, seq + 1)), ['missing']],
		['an old record again', only(() => recordOf(run, seq - 1)), ['forged', 'missing']],
		['a record of another run', only(() => recordOf(other, 1 + below(12))), ['forged', 'missing']],
		['a record of another history', only(() => recordOf(twin, seq)), ['forged']],
		[
			'the bytes of a neighbour under its head',
			only(() => rebuilt({ bytes: parseSegmentRecord(recordOf(run, seq + 1)).bytes })),
			['forged'],
		],
		[
			'the head of a neighbour',
			only(() => rebuilt({ head: parseSegmentRecord(recordOf(run, seq + 1)).head })),
			['forged'],
		],
		[
			'another time in its entry',
			only(() =>
				buildSegmentRecord({
					entry: { ...entry!, startUs: entry!.startUs + 1 + below(900) },
					head,
					bytes,
				}),
			),
			['forged'],
		],
		['a record left out', only(() => null), ['missing']],
		[
			'two records swapped',
			records((at) => recordOf(run, at === seq ? seq + 1 : at === seq + 1 ? seq : at)),
			['forged'],
		],
	];
	const [what, lies, called] = kinds[below(kinds.length)]!;
	// Within one group, with its neighbours before it.
	return { what, lies, called, reads: [seq - 1, seq, seq + 1] };
}

/** Where an index page or the list of runs lies. */
function lyingIndex(): Lie {
	const some = 2 + below(50);
	const ofPage = (
		change: (entries: ReturnType<typeof parseEntries>) => ReturnType<typeof parseEntries>,
	) => pages((page) => ({ ...page, entries: buildEntries(change(parseEntries(page.entries))) }));
	const shifted = ofPage((entries) =>
		entries.map((one) =>
			one.seq === some ? { ...one, startUs: one.startUs + 1 + below(900) } : one,
		),
	);
	const sized = ofPage((entries) =>
		entries.map((one) => (one.seq === some ? { ...one, size: one.size + 1 + below(99) } : one)),
	);
	const oldRecord: Partial<Reader> = {
		runs: async (...asked) =>
			(await archive.runs(...asked)).map((one) =>
				one.runNo === 2 ? { ...one, record: older } : one,
			),
	};
	const kinds: readonly [string, Partial<Reader>, readonly FootageProblemKind[]][] = [
		[
			'a flipped bit in a page',
			pages((page) => ({ ...page, entries: flipped(page.entries) })),
			['forged'],
		],
		[
			'a cut page',
			pages((page) => ({ ...page, entries: page.entries.slice(0, -1 - below(39)) })),
			['forged'],
		],
		[
			'a page under another minute',
			pages((page) => ({ ...page, minute: page.minute + 2 })),
			['forged'],
		],
		[
			'a page twice',
			{ pages: async (...asked) => (await archive.pages(...asked)).flatMap((one) => [one, one]) },
			['forged'],
		],
		[
			'entries left out',
			ofPage((entries) => entries.filter(({ seq }) => seq !== some)),
			['missing'],
		],
		['a page kept back', pages(() => null), ['missing']],
		['another time in a page', shifted, ['forged']],
		['another size in a page', sized, ['forged']],
		[
			'a run record with a flipped bit',
			runs((one) => ({ ...one, record: flipped(one.record!) })),
			['forged'],
		],
		['a run record by a stranger', runs((one) => ({ ...one, record: foreign })), ['forged']],
		['the record of another run', runs((one) => ({ ...one, record: other.record })), ['forged']],
		['a run record kept back', runs((one) => ({ ...one, record: null })), ['withheld']],
		['an older run record', oldRecord, ['old']],
		[
			'a run that goes further than it was signed for',
			runs((one) => ({ ...one, lastSeq: COUNT + 1 + below(50) })),
			['forged'],
		],
		[
			'a run that begins before its anchor',
			runs((one) => ({ ...one, startUs: T0 - 1 - below(9e6) })),
			['forged'],
		],
		[
			'a run that ends early',
			runs((one) => ({ ...one, lastSeq: COUNT - 1 - below(30) })),
			['withheld'],
		],
		['a run that begins late', runs((one) => ({ ...one, firstSeq: 2 + below(30) })), ['missing']],
	];
	const [what, lies, called] = kinds[below(kinds.length)]!;
	return { what, lies, called, reads: [some - 1, some, some + 1] };
}

/** The newest is kept back: of runs, or the camera as a whole. */
function lyingEnd(): Lie {
	const nothing: Partial<Reader> = {
		cameras: async () => ({ ...(await archive.cameras()), cameras: [] }),
	};
	const without = {
		runs: async (...asked: Parameters<Reader['runs']>) =>
			(await archive.runs(...asked)).filter(({ runNo }) => runNo !== 2),
	};
	const early = {
		runs: async (...asked: Parameters<Reader['runs']>) =>
			(await archive.runs(...asked)).map((one) =>
				one.runNo === 2 ? { ...one, lastSeq: 1 + below(11) } : one,
			),
	};
	const kinds: readonly [string, Partial<Reader>, readonly FootageProblemKind[]][] = [
		['the camera is not listed', nothing, ['old']],
		['the newest run is not listed', without, ['old']],
		['the newest run ends early', early, ['old']],
	];
	const [what, lies, called] = kinds[below(kinds.length)]!;
	return { what, lies, called, reads: [] };
}

const CAMERA_SAYS = { choice: 'everything', done: true, upTo: null, savedMs: null } as const;

/** Twice, half a minute apart, as a page does that stays open. */
async function watch(
	footage: RelayFootage,
	reads: readonly number[],
): Promise<Map<string, StoredBytes>> {
	const shown = new Map<string, StoredBytes>();
	for (let look = 0; look < 2; look += 1) {
		await archive.check.cameras();
		const listed = await footage.runs(archive.camera);
		const segments = await footage.between(archive.camera, T0, T0 + 10 * MINUTE);
		for (const seq of reads) {
			const named = segments.find((one) => one.runNo === 1 && one.seq === seq);
			const of = listed.find(({ runNo }) => runNo === 1);
			if (named === undefined || of === undefined) continue;
			const stored = await footage.read(named).catch((error: unknown) => {
				expectFault(error);
				return null;
			});
			if (stored === null) continue;
			const body = await archive.sealing.opener.open(of, named, stored).then(
				(opened) => hexOf(opened.body),
				(error: unknown) => {
					expectFault(error);
					return null;
				},
			);
			if (body === null) archive.check.unopened(named);
			else shown.set(`1 ${String(seq)} ${body}`, stored);
		}
		await archive.check.judged();
		await archive.check.judged();
		archive.clock.advance(31_000);
	}
	return shown;
}

test(`SY45 ${String(ROUNDS)} forged, old and withheld answers: none is shown, each is named`, async () => {
	archive.copy = CAMERA_SAYS;
	await archive.look();
	await archive.check.records(archive.camera, 2, 12, 12);
	await archive.look();
	const named = new Map<string, number>();
	const silent: string[] = [];
	const wrong: string[] = [];
	for (let round = 0; round < ROUNDS; round += 1) {
		const kind = below(10);
		const lie = kind < 6 ? lyingRecord() : kind < 9 ? lyingIndex() : lyingEnd();
		// Pins stay; what was looked at does not.
		archive.made();
		archive.lies = lie.lies;
		const shown = await watch(archive.footage(), lie.reads);
		for (const key of shown.keys()) {
			const [runNo, seq, body] = key.split(' ');
			if (bodies.get(`${runNo} ${seq}`) !== body) wrong.push(`${lie.what}: ${key}`);
		}
		const said = archive.check.of(archive.camera).map((one) => one.kind);
		if (!said.some((one) => lie.called.includes(one))) silent.push(`${lie.what}: ${said.join()}`);
		named.set(lie.what, (named.get(lie.what) ?? 0) + 1);
	}
	expect({ seed, wrong, silent }).toEqual({ seed, wrong: [], silent: [] });
	// Every kind of lie was told.
	expect(named.size).toBe(13 + 17 + 3);
	// And without a lie nothing is named.
	archive.lies = {};
	archive.made();
	const shown = await watch(archive.footage(), [1, 2, 3, 40, 69]);
	expect(shown.size).toBe(5);
	expect(archive.problems).toEqual([]);
}, 600_000);

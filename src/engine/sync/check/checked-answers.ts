import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { isAtPosition, parseHeader } from '#domain/footage/envelope.ts';
import { chainLink, chainStart, parseHead, type Head } from '#domain/footage/head.ts';
import { buildEntries, minuteOf, segmentOf, type IndexEntry } from '#domain/footage/index-page.ts';
import type { Segment } from '#domain/footage/segment.ts';
import { entriesOf } from '#domain/sync/page-entries.ts';
import { parseRunRecord, type RunRecord } from '#domain/sync/run-record.ts';
import {
	parseSegmentRecord,
	segmentRecordLength,
	type SegmentRecord,
} from '#domain/sync/segment-record.ts';
import type { ReadablePage, ReadableRun } from '#ports/footage/footage-archive.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';

export type CheckingCrypto = Pick<Crypto, 'sha256' | 'verify'>;

/** What a page says of a segment. */
export type NamedSegment = Pick<Segment, 'startUs' | 'durationUs' | 'size'>;

/** Segments asked for in one request, and what is known of them. */
export interface AskedRecords {
	readonly camera: CameraId;
	readonly runNo: number;
	/** Both ends are included; 0 is the init section. */
	readonly first: number;
	readonly last: number;
	/** `null`: not known yet. */
	readonly run: RunRecord | null;
	/** As a page named it; `null`: none did. */
	readonly named: (seq: number) => NamedSegment | null;
	/** Another head of its place was seen before. */
	readonly contradicts: (head: Head) => boolean;
	/** Chain value of a segment that was seen before; `null`: it was not, or long ago. */
	readonly chainOf: (seq: number) => Bytes | null;
}

export interface CheckedRecord {
	readonly head: Head;
	/** `null`: the init section. */
	readonly entry: IndexEntry | null;
}

export interface CheckedRecords {
	/** Those that hold, one behind the other. */
	readonly bytes: Bytes;
	readonly good: readonly CheckedRecord[];
	/** Numbers whose record does not hold; those after a place where nothing can be read any more. */
	readonly forged: readonly number[];
	/** Numbers between others of the answer. */
	readonly left: readonly number[];
}

/** The record of a run, if its camera signed it, and the archive tells nothing that it excludes. */
export async function checkedRun(
	crypto: CheckingCrypto,
	signer: VerifyKey,
	camera: CameraId,
	{ record: signed, runNo, firstSeq, lastSeq, startUs, endUs }: ReadableRun,
): Promise<RunRecord | null> {
	if (signed === null) return null;
	try {
		const { record, canonical, signature } = parseRunRecord(signed);
		if (record.camera !== camera || record.runNo !== runNo) return null;
		if (!(await crypto.verify(signer, signature, signedBytes('run', canonical)))) return null;
		// Only its init section is there.
		if (lastSeq === 0) return record;
		const inOrder = firstSeq >= 1 && firstSeq <= lastSeq && startUs <= endUs;
		const isOver = record.ended !== null;
		const within = startUs >= record.anchorUs && !(isOver && lastSeq > record.lastSeq);
		return inOrder && within ? record : null;
	} catch (error) {
		expectFault(error);
		return null;
	}
}

/** Minutes, both ends included. */
export interface Window {
	readonly from: number;
	readonly to: number;
}

/** Segments that pages name, by run, in ascending order. */
export type NamedSegments = ReadonlyMap<number, readonly Segment[]>;

export interface CheckedPages {
	/** With the entries that hold. */
	readonly good: readonly ReadablePage[];
	readonly named: NamedSegments;
	/** In part damaged or of what their runs cannot have; or not asked for, or told twice. */
	readonly bad: readonly ReadablePage[];
}

export function checkedPages(
	camera: CameraId,
	answer: readonly ReadablePage[],
	{ from, to }: Window,
	runs: ReadonlyMap<number, { readonly signed: RunRecord }>,
): CheckedPages {
	const [good, bad]: [ReadablePage[], ReadablePage[]] = [[], []];
	const named = new Map<number, Segment[]>();
	const keys = new Set<string>();
	for (const page of answer) {
		const { runNo, minute, entries } = page;
		const key = `${String(runNo)} ${String(minute)}`;
		const isAsked = minute >= from && minute <= to && !keys.has(key);
		keys.add(key);
		const run = runs.get(runNo)?.signed ?? null;
		const { entries: all, lost } = isAsked ? entriesOf(entries) : { entries: [], lost: 1 };
		const fitting = all.filter((entry) => isOfPage(entry, minute, run));
		const isWhole = lost === 0 && fitting.length === all.length && all.length > 0;
		if (!isWhole) bad.push(page);
		if (fitting.length === 0) continue;
		good.push(isWhole ? page : { ...page, entries: buildEntries(fitting) });
		const segments = named.get(runNo) ?? [];
		named.set(runNo, segments);
		for (const entry of fitting) segments.push(segmentOf(camera, runNo, entry));
	}
	for (const segments of named.values()) segments.sort((a, b) => a.seq - b.seq);
	return { good, named, bad };
}

function isOfPage({ seq, startUs }: IndexEntry, minute: number, run: RunRecord | null): boolean {
	if (minuteOf(startUs) !== minute) return false;
	return run === null || (startUs >= run.anchorUs && !(run.ended !== null && seq > run.lastSeq));
}

/** What of an answer holds by the camera's signatures, and which numbers do not. */
export async function checkedRecords(
	crypto: CheckingCrypto,
	signer: VerifyKey,
	asked: AskedRecords,
	answer: Bytes,
): Promise<CheckedRecords> {
	const pieces = piecesOf(answer);
	const holding = await Promise.all(
		pieces.map(async (piece) => (piece === null ? null : isSigned(crypto, signer, asked, piece))),
	);
	const good: { piece: Piece; head: Head }[] = [];
	const forged = new Set<number>();
	let next = asked.first;
	for (const [at, head] of holding.entries()) {
		const piece = pieces[at] ?? null;
		const before = good.at(-1)?.head ?? null;
		const isNext = head !== null && head.seq >= next && head.seq <= asked.last;
		if (
			piece !== null &&
			isNext &&
			(await isChained(crypto, before?.seq === head.seq - 1 ? before.chain : null, head, asked))
		) {
			good.push({ piece, head });
			next = head.seq + 1;
		} else forged.add(numberOf(piece, next, asked));
	}
	const kept = good.map(({ head }) => head.seq);
	const numbers = kept.length === 0 ? [] : range(Math.min(...kept), Math.max(...kept));
	const whole = good.length === pieces.length;
	return {
		bytes: whole ? answer : concatBytes(...good.map(({ piece }) => piece.bytes)),
		good: good.map(({ piece, head }) => ({ head, entry: piece.record.entry })),
		forged: [...forged].filter((seq) => !kept.includes(seq)),
		left: numbers.filter((seq) => !kept.includes(seq) && !forged.has(seq)),
	};
}

interface Piece {
	readonly record: SegmentRecord;
	readonly bytes: Bytes;
}

/** `null`: a record that cannot be read. Behind one of no possible length, none can. */
function piecesOf(answer: Bytes): (Piece | null)[] {
	const pieces: (Piece | null)[] = [];
	for (let at = 0; at < answer.length;) {
		const length = lengthAt(answer, at);
		if (length === null) return [...pieces, null];
		pieces.push(pieceOf(answer.subarray(at, at + length)));
		at += length;
	}
	return pieces;
}

function lengthAt(answer: Bytes, at: number): number | null {
	try {
		const length = segmentRecordLength(answer, at);
		return length === null || at + length > answer.length ? null : length;
	} catch (error) {
		expectFault(error);
		return null;
	}
}

function pieceOf(bytes: Bytes): Piece | null {
	try {
		return { record: parseSegmentRecord(bytes), bytes };
	} catch (error) {
		expectFault(error);
		return null;
	}
}

/** Its head, if the camera signed it for these bytes, this run and this place; else `null`. */
async function isSigned(
	crypto: CheckingCrypto,
	signer: VerifyKey,
	{ camera, runNo, run, named, contradicts }: AskedRecords,
	{ record: { head: signed, entry, bytes } }: Piece,
): Promise<Head | null> {
	try {
		const { head, canonical, signature } = parseHead(signed);
		const { seq, runId, epoch } = head;
		const ofRun = run === null || (run.runId === runId && run.epoch === epoch);
		if (head.camera !== camera || head.runNo !== runNo || !ofRun) return null;
		if (seq !== (entry?.seq ?? 0) || !isNamed(entry, named(seq))) return null;
		if (!isSealedFor(head, entry, run, bytes)) return null;
		const [hash, holds] = await Promise.all([
			crypto.sha256(bytes),
			crypto.verify(signer, signature, signedBytes('head', canonical)),
		]);
		if (!holds || !equalBytes(hash, head.segmentHash)) return null;
		return contradicts(head) ? null : head;
	} catch (error) {
		expectFault(error);
		return null;
	}
}

/** Whether its envelope names the place of its head, and the times of its entry. */
function isSealedFor(
	{ camera, runId, epoch, seq }: Head,
	entry: IndexEntry | null,
	run: RunRecord | null,
	bytes: Bytes,
): boolean {
	try {
		const { home, wallMs, durationUs, ...position } = parseHeader(bytes);
		const kind = entry === null ? 'init' : 'fragment';
		const place = { home, camera, runId, epoch, kind, seq } as const;
		const atUs = entry?.startUs ?? run?.anchorUs ?? wallMs * 1000;
		return (
			isAtPosition({ home, ...position }, place) &&
			wallMs === Math.floor(atUs / 1000) &&
			durationUs === (entry?.durationUs ?? 0)
		);
	} catch (error) {
		expectFault(error);
		// Of a later version: its hash and signature are all that can be checked here.
		return error.kind === 'unsupported';
	}
}

function isNamed(entry: IndexEntry | null, named: NamedSegment | null): boolean {
	if (entry === null || named === null) return true;
	const { startUs, durationUs, size } = named;
	return entry.startUs === startUs && entry.durationUs === durationUs && entry.size === size;
}

/** `before`: the chain value before it in the answer; `null`: it has none. */
async function isChained(
	crypto: CheckingCrypto,
	before: Bytes | null,
	{ camera, runId, seq, segmentHash, chain }: Head,
	{ chainOf }: AskedRecords,
): Promise<boolean> {
	const known = chainOf(seq);
	if (known !== null) return equalBytes(known, chain);
	const start = seq === 0 ? await crypto.sha256(chainStart(camera, runId)) : null;
	const link = start ?? before ?? chainOf(seq - 1);
	return link === null || equalBytes(await crypto.sha256(chainLink(link, seq, segmentHash)), chain);
}

/** The number that a record which does not hold stands for: its own word, if it comes next. */
function numberOf(piece: Piece | null, next: number, { last }: AskedRecords): number {
	const said = piece?.record.entry?.seq ?? 0;
	return said >= next && said <= last ? said : Math.min(next, last);
}

function range(first: number, last: number): number[] {
	return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

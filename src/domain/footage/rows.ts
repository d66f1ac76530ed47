import { idFrom, type CameraId, type RunId } from '#domain/base/ids.ts';
import { salvageEntries, minuteOf, type IndexEntry } from './index-page.ts';
import { HOLE_REASONS, RUN_ENDS, type Hole, type NewerReason, type Run } from './run.ts';
import type { Span } from './span.ts';

/**
 * Rows of stored footage (docs/spec/store.md) and their validating decoders. These keep fields that
 * only a newer version knows, so that a row which is changed and put back still has them (ST35).
 */

export interface RunRow extends Run {
	/** Place of the init section. */
	readonly initPlace: number;
	readonly initSize: number;
}

/** What a run row contains beyond its entries: enough to rebuild a lost run row. */
export type RunRowBasis = Pick<
	RunRow,
	'runId' | 'epoch' | 'mime' | 'anchorUs' | 'initPlace' | 'initSize'
>;

export interface PageRow {
	readonly camera: CameraId;
	readonly runNo: number;
	readonly minute: number;
	readonly firstPlace: number;
	readonly entries: Uint8Array<ArrayBuffer>;
	readonly basis: RunRowBasis;
}

export interface IndexPage extends PageRow {
	readonly parsed: readonly IndexEntry[];
}

export interface BytesRow {
	/** Assigned by the database. */
	readonly place?: number;
	readonly bytes: unknown;
	readonly head: unknown;
}

/** One page of a removal, by sequence numbers of its segments. */
export interface RemovalItem {
	readonly runNo: number;
	readonly minute: number;
	readonly seqs: readonly number[];
}

export interface PinRow extends Span {
	readonly id?: number;
	readonly camera: CameraId;
}

export interface RemovalRow extends PinRow {
	readonly atMs: number;
	readonly items: readonly RemovalItem[];
}

/** A sealed thumbnail; its header has the rest (docs/spec/envelope.md). */
export interface ThumbnailRow {
	readonly place?: number;
	readonly camera: CameraId;
	readonly wallUs: number;
	readonly bytes: unknown;
}

export type RunKey = [camera: CameraId, runNo: number];
export type PageKey = [camera: CameraId, runNo: number, minute: number];

/** A damaged row, as it was found. */
export interface QuarantinedRow {
	readonly id?: number;
	readonly table: 'pages' | 'runs';
	readonly key: RunKey | PageKey;
	readonly row: unknown;
}

const REASON = /^[a-z][a-z-]{0,63}$/;

type Fields = Readonly<Record<string, unknown>>;

export function basisOf(row: RunRow): RunRowBasis {
	const { runId, epoch, mime, anchorUs, initPlace, initSize } = row;
	return { runId, epoch, mime, anchorUs, initPlace, initSize };
}

/** The run without fields of the store or of a newer version. */
export function runOf(row: RunRow): Run {
	const { camera, runNo, runId, epoch, mime, anchorUs, startUs, endUs } = row;
	const { firstSeq, lastSeq, bytes, holes, ended } = row;
	const start = { camera, runNo, runId, epoch, mime, anchorUs };
	return { ...start, startUs, endUs, firstSeq, lastSeq, bytes, holes, ended };
}

/** The row of a page whose entries are now these. */
export function pageRowOf(page: IndexPage, entries: Uint8Array<ArrayBuffer>): PageRow {
	const row: PageRow & { parsed?: unknown } = { ...page, entries };
	delete row.parsed;
	return row;
}

export function decodeRun(row: unknown): RunRow | null {
	const basis = decodeBasis(row);
	if (basis === null) return null;
	const fields = row as Fields;
	const camera = idFrom<CameraId>(fields['camera']);
	const holes = decodeHoles(fields['holes']);
	const ended = decodeRunEnd(fields['ended']);
	const { runNo, startUs, endUs, firstSeq, lastSeq, bytes } = fields;
	const numbers = { runNo, startUs, endUs, firstSeq, lastSeq, bytes };
	if (camera === null || holes === null || ended === undefined) return null;
	if (!areCounts(numbers)) return null;
	if (numbers.endUs < numbers.startUs || numbers.firstSeq < 1) return null;
	return { ...basis, camera, ...numbers, holes, ended };
}

export function decodePage(row: unknown): IndexPage | null {
	const fields = asFields(row);
	const entries = asBytes(fields?.['entries']);
	const basis = decodeBasis(fields?.['basis']);
	if (fields === null || entries === null || basis === null) return null;
	const camera = idFrom<CameraId>(fields['camera']);
	const { runNo, minute, firstPlace } = fields;
	const numbers = { runNo, minute, firstPlace };
	if (camera === null || !areCounts(numbers)) return null;
	const { entries: parsed, lost } = salvageEntries(entries);
	if (lost > 0 || parsed[0]?.place !== numbers.firstPlace) return null;
	// ST7: an entry may be in the page after its minute, never in an earlier one.
	const strays = parsed.some(({ startUs }) => {
		const late = numbers.minute - minuteOf(startUs);
		return late < 0 || late > 1;
	});
	return strays ? null : { ...fields, camera, ...numbers, entries, basis, parsed };
}

export function decodeBasis(value: unknown): RunRowBasis | null {
	const fields = asFields(value);
	const runId = idFrom<RunId>(fields?.['runId']);
	if (fields === null || runId === null) return null;
	const { epoch, mime, anchorUs, initPlace, initSize } = fields;
	const numbers = { epoch, anchorUs, initPlace, initSize };
	if (typeof mime !== 'string' || mime === '' || mime.length > 256) return null;
	return areCounts(numbers) ? { ...fields, runId, mime, ...numbers } : null;
}

/** `undefined`: not a valid value. */
export function decodeRunEnd(value: unknown): Run['ended'] | undefined {
	return value === null ? null : decodeReason(RUN_ENDS, value);
}

/** ST33: what this version does not know, the next one may have written. */
function decodeReason<K extends string>(
	known: readonly K[],
	value: unknown,
): K | NewerReason | undefined {
	if (typeof value !== 'string' || !REASON.test(value)) return undefined;
	return known.find((one) => one === value) ?? (value as NewerReason);
}

export function decodeHoles(value: unknown): Hole[] | null {
	if (!Array.isArray(value)) return null;
	const holes: Hole[] = [];
	for (const item of value) {
		const fields = asFields(item);
		const { startUs, endUs, why } = fields ?? {};
		const numbers = { startUs, endUs };
		if (!areCounts(numbers) || numbers.endUs <= numbers.startUs) return null;
		const reason = decodeReason(HOLE_REASONS, why);
		if (reason === undefined) return null;
		holes.push({ ...fields, ...numbers, why: reason });
	}
	return holes;
}

export function asFields(value: unknown): Fields | null {
	return typeof value === 'object' && value !== null ? (value as Fields) : null;
}

export function asBytes(value: unknown): Uint8Array<ArrayBuffer> | null {
	if (value instanceof ArrayBuffer) return new Uint8Array(value);
	return value instanceof Uint8Array ? (value as Uint8Array<ArrayBuffer>) : null;
}

export function decodeThumbnail(
	row: unknown,
): { readonly wallUs: number; readonly bytes: Uint8Array<ArrayBuffer> } | null {
	const fields = asFields(row);
	const bytes = asBytes(fields?.['bytes']);
	const wallUs = Number(fields?.['wallUs']);
	return bytes === null || !Number.isSafeInteger(wallUs) ? null : { wallUs, bytes };
}

export function decodePin(row: unknown): (PinRow & { readonly id: number }) | null {
	const fields = asFields(row);
	const camera = idFrom<CameraId>(fields?.['camera']);
	const { id, startUs, endUs } = fields ?? {};
	if (camera === null || typeof id !== 'number') return null;
	if (!Number.isSafeInteger(startUs) || !Number.isSafeInteger(endUs)) return null;
	return { id, camera, startUs: Number(startUs), endUs: Number(endUs) };
}

/** `segments`: how many it names. */
export function decodeRemoval(
	row: unknown,
): (RemovalRow & { readonly id: number; readonly segments: number }) | null {
	const pin = decodePin(row);
	const { atMs, items } = asFields(row) ?? {};
	if (pin === null || typeof atMs !== 'number' || !Array.isArray(items)) return null;
	const read = items.map(decodeItem);
	const known = read.filter((item) => item !== null);
	if (known.length < read.length) return null;
	const segments = known.reduce((sum, { seqs }) => sum + seqs.length, 0);
	return { ...pin, atMs, items: known, segments };
}

function decodeItem(value: unknown): RemovalItem | null {
	const { runNo, minute, seqs } = asFields(value) ?? {};
	if (typeof runNo !== 'number' || typeof minute !== 'number' || !Array.isArray(seqs)) return null;
	return seqs.every((seq) => typeof seq === 'number') ? { runNo, minute, seqs } : null;
}

function areCounts<K extends string>(fields: Record<K, unknown>): fields is Record<K, number> {
	return Object.values(fields).every((value) => Number.isSafeInteger(value) && Number(value) >= 0);
}

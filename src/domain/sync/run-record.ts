import { ascii, ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import { RUN_ENDS, type NewerReason, type Run } from '#domain/footage/run.ts';

/** Layout and rules: docs/spec/sync.md, "Run record". */
const FIXED_BYTES = 68;
const VERSION = 1;
const MAX_MIME_BYTES = 255;
const OPEN = 0;
/** Stands before the code of a reason that only a newer version knows. */
const NEWER = 'newer:';

/**
 * What a camera signs about a run beyond its heads: codec, anchor and why it ended. Of several
 * records of a run the one with the highest `wallMs` counts.
 */
export interface RunRecord extends Pick<Run, 'camera' | 'runId' | 'runNo' | 'epoch' | 'mime'> {
	/** Wall time of media time 0, microseconds since 1970. */
	readonly anchorUs: number;
	/** The newest segment when it was signed. */
	readonly lastSeq: number;
	readonly wallMs: number;
	readonly ended: Run['ended'];
}

/** Canonical bytes: what is signed. Throws `malformed` when a value does not fit. */
export function buildRunRecord(record: RunRecord): Bytes {
	const mime = ascii(record.mime);
	if (mime.length > MAX_MIME_BYTES) throw new Fault('malformed', 'MIME type exceeds 255 bytes');
	return new ByteWriter(FIXED_BYTES + mime.length)
		.u8(VERSION)
		.u8(codeOf(record.ended))
		.u16(mime.length)
		.id(record.camera)
		.id(record.runId)
		.u32(record.runNo)
		.u32(record.epoch)
		.u64(record.anchorUs)
		.u64(record.lastSeq)
		.u64(record.wallMs)
		.put(mime).bytes;
}

export function parseRunRecord(bytes: Uint8Array): {
	readonly record: RunRecord;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unknown run record version');
	const ended = endOf(from.u8());
	const mimeLength = from.u16();
	if (mimeLength > MAX_MIME_BYTES) throw new Fault('malformed', 'MIME type exceeds 255 bytes');
	const fields = {
		camera: from.id() as CameraId,
		runId: from.id() as RunId,
		runNo: from.u32(),
		epoch: from.u32(),
		anchorUs: from.u64(),
		lastSeq: from.u64(),
		wallMs: from.u64(),
	};
	const mime = textOf(from.take(mimeLength));
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	const canonical = bytes.slice(0, FIXED_BYTES + mimeLength);
	return { record: { ...fields, mime, ended }, canonical, signature };
}

/** Codes are positions in `RUN_ENDS`, from 1: that list only grows at its end. */
function codeOf(ended: Run['ended']): number {
	if (ended === null) return OPEN;
	const known = RUN_ENDS.findIndex((end) => end === ended);
	return known < 0 ? Number(ended.slice(NEWER.length)) : known + 1;
}

function endOf(code: number): Run['ended'] {
	if (code === OPEN) return null;
	return RUN_ENDS[code - 1] ?? (`${NEWER}${String(code)}` as NewerReason);
}

function textOf(bytes: Uint8Array): string {
	if (bytes.some((byte) => byte < 0x20 || byte > 0x7e))
		throw new Fault('malformed', 'MIME type is not printable ASCII');
	return String.fromCharCode(...bytes);
}

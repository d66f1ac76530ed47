import { ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { Span } from '#domain/footage/span.ts';

/** Layout and rules: docs/spec/sync.md, "Pins and removals". */
const CANONICAL_BYTES = 60;
const VERSION = 1;

/** Which of the two it is, is the purpose of its signature. */
export type SpanPurpose = 'pin' | 'removal';

/**
 * A person's word about a span of a camera's footage: pinned, or deleted. Of several about the same
 * span the one with the highest `atMs` counts.
 */
export interface SpanStatement extends Span {
	readonly camera: CameraId;
	/** `false` takes an earlier one back: unpinned, or the deletion undone. */
	readonly holds: boolean;
	/** When a person said so, ms since 1970. */
	readonly atMs: number;
	/** The device it was said on, which signs. */
	readonly author: DeviceId;
}

/** Canonical bytes: what is signed. Throws `malformed` for an empty span. */
export function buildSpanStatement(statement: SpanStatement): Bytes {
	refuseEmpty(statement);
	return new ByteWriter(CANONICAL_BYTES)
		.u8(VERSION)
		.u8(statement.holds ? 1 : 0)
		.zeros(2)
		.id(statement.camera)
		.u64(statement.startUs)
		.u64(statement.endUs)
		.u64(statement.atMs)
		.id(statement.author).bytes;
}

export function parseSpanStatement(bytes: Uint8Array): {
	readonly statement: SpanStatement;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unknown span statement version');
	const holds = from.u8();
	if (holds > 1) throw new Fault('malformed', 'span statement neither holds nor is taken back');
	from.zeros(2);
	const statement: SpanStatement = {
		camera: from.id() as CameraId,
		startUs: from.u64(),
		endUs: from.u64(),
		atMs: from.u64(),
		author: from.id() as DeviceId,
		holds: holds === 1,
	};
	refuseEmpty(statement);
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return { statement, canonical: bytes.slice(0, CANONICAL_BYTES), signature };
}

function refuseEmpty({ startUs, endUs }: Span): void {
	if (startUs >= endUs) throw new Fault('malformed', 'span is empty');
}

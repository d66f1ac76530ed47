import {
	ascii,
	bytesOf,
	concatBytes,
	ByteReader,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, RunId } from '#domain/base/ids.ts';
import { HASH_BYTES, SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/envelope.md, "Heads". */
const CANONICAL_BYTES = 220;
export const HEAD_BYTES = CANONICAL_BYTES + SIGNATURE_BYTES;
const VERSION = 1;

/** The oldest segment of a camera that is still kept; older ones were deleted legitimately. */
export interface OldestKept {
	readonly runNo: number;
	readonly seq: number;
}

/** A camera's signed statement of how far a run has progressed. */
export interface Head {
	readonly camera: CameraId;
	readonly runId: RunId;
	readonly runNo: number;
	readonly epoch: number;
	readonly seq: number;
	/** SHA-256 of sealed segment `seq`: verifies this segment on its own. */
	readonly segmentHash: Bytes;
	/** The chain up to and including `seq`: proves that nothing before is missing. */
	readonly chain: Bytes;
	readonly oldestKept: OldestKept;
	readonly rosterSeq: number;
	readonly settingsHash: Bytes;
	readonly wallMs: number;
	readonly echoNonce: Bytes;
	readonly prevRunHead: Bytes;
}

/** Canonical bytes: what is signed. */
export function buildHead(head: Head): Bytes {
	return new ByteWriter(CANONICAL_BYTES)
		.u8(VERSION)
		.zeros(3)
		.id(head.camera)
		.id(head.runId)
		.u32(head.runNo)
		.u32(head.epoch)
		.u64(head.seq)
		.put(head.segmentHash, HASH_BYTES)
		.put(head.chain, HASH_BYTES)
		.u32(head.oldestKept.runNo)
		.u64(head.oldestKept.seq)
		.u32(head.rosterSeq)
		.put(head.settingsHash, HASH_BYTES)
		.u64(head.wallMs)
		.put(head.echoNonce, 16)
		.put(head.prevRunHead, HASH_BYTES).bytes;
}

export function parseHead(bytes: Uint8Array): {
	readonly head: Head;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unknown head version');
	from.zeros(3);
	const head: Head = {
		camera: from.id() as CameraId,
		runId: from.id() as RunId,
		runNo: from.u32(),
		epoch: from.u32(),
		seq: from.u64(),
		segmentHash: from.take(HASH_BYTES),
		chain: from.take(HASH_BYTES),
		oldestKept: { runNo: from.u32(), seq: from.u64() },
		rosterSeq: from.u32(),
		settingsHash: from.take(HASH_BYTES),
		wallMs: from.u64(),
		echoNonce: from.take(16),
		prevRunHead: from.take(HASH_BYTES),
	};
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return { head, canonical: bytes.slice(0, CANONICAL_BYTES), signature };
}

/** Its SHA-256 is c0, to which the init section is chained. */
export function chainStart(camera: CameraId, runId: RunId): Bytes {
	return concatBytes(ascii('spycam/v1/chain\0'), bytesOf(camera), bytesOf(runId));
}

/** Its SHA-256 is the chain up to and including `seq`. */
export function chainLink(before: Uint8Array, seq: number, segmentHash: Uint8Array): Bytes {
	return new ByteWriter(2 * HASH_BYTES + 8)
		.put(before, HASH_BYTES)
		.u64(seq)
		.put(segmentHash, HASH_BYTES).bytes;
}

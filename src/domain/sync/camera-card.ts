import { ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/sync.md, "Camera card". */
const FIXED_BYTES = 28;
const VERSION = 1;
const MAX_SEALED_NAME_BYTES = 512;
const MAX_CAMERAS = 16;

/**
 * What a camera says of itself to whoever never met it: which of its device's cameras it is, and
 * its name, sealed with the home key. The one with the highest `wallMs` counts.
 */
export interface CameraCard {
	readonly camera: CameraId;
	/** 1 to 16. */
	readonly number: number;
	/** As `NameSealer` makes it; empty: no name yet. */
	readonly sealedName: Bytes;
	readonly wallMs: number;
}

/** Canonical bytes: what is signed. Throws `malformed` when a value does not fit. */
export function buildCameraCard({ camera, number, sealedName, wallMs }: CameraCard): Bytes {
	refuse(number, sealedName.length);
	return new ByteWriter(FIXED_BYTES + sealedName.length)
		.u8(VERSION)
		.u8(number)
		.u16(sealedName.length)
		.id(camera)
		.u64(wallMs)
		.put(sealedName).bytes;
}

export function parseCameraCard(bytes: Uint8Array): {
	readonly card: CameraCard;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unknown camera card version');
	const number = from.u8();
	const length = from.u16();
	refuse(number, length);
	const camera = from.id() as CameraId;
	const wallMs = from.u64();
	const sealedName = from.take(length);
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	const canonical = bytes.slice(0, FIXED_BYTES + length);
	return { card: { camera, number, sealedName, wallMs }, canonical, signature };
}

function refuse(number: number, nameLength: number): void {
	if (number < 1 || number > MAX_CAMERAS)
		throw new Fault('malformed', 'camera number is not 1 to 16');
	if (nameLength > MAX_SEALED_NAME_BYTES)
		throw new Fault('malformed', 'sealed name exceeds 512 bytes');
}

import { ascii, concatBytes, ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/identity.md, "Grants". */
const BOUND_BYTES = 56;
const CANONICAL_BYTES = 177;
/** Including the signature. */
export const GRANT_BYTES = CANONICAL_BYTES + SIGNATURE_BYTES;
/** 32-byte key and 16-byte tag. */
const WRAPPED_BYTES = 48;
const VERSION = 1;
const NO_CAMERA = '0'.repeat(32);

/** All of this is bound into the wrapping. */
export interface GrantSubject {
	readonly home: HomeId;
	/** The camera of an epoch key; `null` for a home key. */
	readonly camera: CameraId | null;
	/** Number of the epoch or home key. */
	readonly number: number;
	readonly recipient: DeviceId;
}

/** HPKE's two outputs (RFC 9180, section 6.1). */
export interface Wrapped {
	readonly encapsulated: Bytes;
	readonly ciphertext: Bytes;
}

export interface Grant extends GrantSubject, Wrapped {
	readonly wallMs: number;
}

function boundBytes(grant: GrantSubject): Bytes {
	return new ByteWriter(BOUND_BYTES)
		.u8(VERSION)
		.u8(grant.camera === null ? 2 : 1)
		.u16(0)
		.id(grant.home)
		.id(grant.camera ?? NO_CAMERA)
		.u32(grant.number)
		.id(grant.recipient).bytes;
}

/** HPKE's `info`. */
export function grantInfo(grant: GrantSubject): Bytes {
	return concatBytes(ascii('spycam/v1/grant\0'), boundBytes(grant));
}

/** The canonical bytes, which the signature covers. */
export function buildGrant(grant: Grant): Bytes {
	return new ByteWriter(CANONICAL_BYTES)
		.put(boundBytes(grant))
		.u64(grant.wallMs)
		.put(grant.encapsulated, PUBLIC_KEY_BYTES)
		.put(grant.ciphertext, WRAPPED_BYTES).bytes;
}

export function parseGrant(bytes: Uint8Array): {
	readonly grant: Grant;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unsupported grant version');
	const kind = from.u8();
	if (kind !== 1 && kind !== 2) throw new Fault('unsupported', 'unsupported grant kind');
	from.zeros(2);
	const home = from.id() as HomeId;
	const camera = from.id() as CameraId;
	if (kind === 2 && camera !== NO_CAMERA) {
		throw new Fault('malformed', 'grant of a home key names a camera');
	}
	const grant: Grant = {
		home,
		camera: kind === 2 ? null : camera,
		number: from.u32(),
		recipient: from.id() as DeviceId,
		wallMs: from.u64(),
		encapsulated: from.take(PUBLIC_KEY_BYTES),
		ciphertext: from.take(WRAPPED_BYTES),
	};
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return { grant, canonical: bytes.slice(0, CANONICAL_BYTES), signature };
}

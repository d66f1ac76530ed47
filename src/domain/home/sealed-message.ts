import { ascii, concatBytes, ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { Wrapped } from './grant.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from '#domain/base/signed.ts';

/** Layout and rules: docs/spec/letters.md. */
const BOUND_BYTES = 76;
const FIXED_BYTES = 145;
const MAX_MESSAGE_BYTES = 47 * 1024;
const VERSION = 1;
/** Plaintexts are padded to a multiple of this. */
const STEP = 512;

/** All of this is bound into the wrapping. */
export interface MessageHeader {
	readonly home: HomeId;
	readonly from: DeviceId;
	readonly to: DeviceId;
	/** Random, 16 bytes as hex; each message is accepted once. */
	readonly id: string;
	readonly wallMs: number;
}

export type SealedMessage = MessageHeader & Wrapped;

function boundBytes(frame: MessageHeader): Bytes {
	return new ByteWriter(BOUND_BYTES)
		.u8(VERSION)
		.zeros(3)
		.id(frame.home)
		.id(frame.from)
		.id(frame.to)
		.id(frame.id)
		.u64(frame.wallMs).bytes;
}

/** HPKE's `info`. */
export function sealedMessageInfo(frame: MessageHeader): Bytes {
	return concatBytes(ascii('spycam/v1/letter\0'), boundBytes(frame));
}

/** The canonical bytes, which the signature covers. */
export function buildSealedMessage(message: SealedMessage): Bytes {
	const { ciphertext } = message;
	if (ciphertext.length > MAX_MESSAGE_BYTES)
		throw new Fault('malformed', `sealed message exceeds ${MAX_MESSAGE_BYTES} bytes`);
	return new ByteWriter(FIXED_BYTES + ciphertext.length)
		.put(boundBytes(message))
		.put(message.encapsulated, PUBLIC_KEY_BYTES)
		.u32(ciphertext.length)
		.put(ciphertext).bytes;
}

export function parseSealedMessage(bytes: Uint8Array): {
	readonly letter: SealedMessage;
	readonly canonical: Bytes;
	readonly signature: Bytes;
} {
	const from = new ByteReader(bytes);
	if (from.u8() !== VERSION) throw new Fault('unsupported', 'unsupported sealed message version');
	from.zeros(3);
	const frame: MessageHeader = {
		home: from.id() as HomeId,
		from: from.id() as DeviceId,
		to: from.id() as DeviceId,
		id: from.id(),
		wallMs: from.u64(),
	};
	const encapsulated = from.take(PUBLIC_KEY_BYTES);
	const length = from.u32();
	if (length > MAX_MESSAGE_BYTES)
		throw new Fault('malformed', `sealed message exceeds ${MAX_MESSAGE_BYTES} bytes`);
	const letter = { ...frame, encapsulated, ciphertext: from.take(length) };
	const signature = from.take(SIGNATURE_BYTES);
	from.end();
	return { letter, canonical: bytes.slice(0, FIXED_BYTES + length), signature };
}

/** Plaintext of a sealed message: length, UTF-8 text, zero padding. */
export function padText(utf8: Uint8Array): Bytes {
	const length = Math.ceil((4 + utf8.length) / STEP) * STEP;
	return new ByteWriter(length).u32(utf8.length).put(utf8).bytes;
}

export function unpadText(plain: Uint8Array): Bytes {
	const from = new ByteReader(plain);
	const utf8 = from.take(from.u32());
	from.zeros(plain.length - 4 - utf8.length);
	return utf8;
}

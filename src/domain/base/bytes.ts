import { Fault } from './fault.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Joins an array: engines keep a string built by `+=` as a rope, at ten times its size. */
export function hexOf(bytes: Uint8Array): string {
	const digits: string[] = [];
	for (const byte of bytes) digits.push(HEX[byte] ?? '');
	return digits.join('');
}

/** Throws `malformed` unless the text is an even number of lower-case hex digits. */
export function bytesOf(hex: string): Bytes {
	if (hex.length % 2 !== 0) throw new Fault('malformed', 'hex text has an odd length');
	const bytes = new Uint8Array(hex.length / 2);
	for (let at = 0; at < bytes.length; at += 1) {
		bytes[at] = digit(hex.charCodeAt(2 * at)) * 16 + digit(hex.charCodeAt(2 * at + 1));
	}
	return bytes;
}

function digit(code: number): number {
	if (code >= 48 && code <= 57) return code - 48;
	if (code >= 97 && code <= 102) return code - 87;
	throw new Fault('malformed', 'not a lower-case hex digit');
}

/** For the fixed ASCII labels of the formats. */
export function ascii(text: string): Bytes {
	const bytes = new Uint8Array(text.length);
	for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
	return bytes;
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
	const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}

/** Not constant in time: for public values only. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

export function isZero(bytes: Uint8Array): boolean {
	return bytes.every((byte) => byte === 0);
}

/** Writes a fixed layout, big-endian. Throws `malformed` when a value does not fit its field. */
export class ByteWriter {
	readonly bytes: Bytes;
	readonly #view: DataView;
	#at = 0;

	/** `memory`: a buffer of at least `length` bytes to reuse. */
	constructor(length: number, memory?: Bytes) {
		this.bytes = memory?.subarray(0, length) ?? new Uint8Array(length);
		this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, length);
	}

	u8(value: number): this {
		this.#view.setUint8(this.#next(1, value, 0xff), value);
		return this;
	}

	u16(value: number): this {
		this.#view.setUint16(this.#next(2, value, 0xffff), value);
		return this;
	}

	u32(value: number): this {
		this.#view.setUint32(this.#next(4, value, 0xffff_ffff), value);
		return this;
	}

	/** Up to 2^53 − 1, the largest integer that a number holds exactly. */
	u64(value: number): this {
		this.#view.setBigUint64(this.#next(8, value, Number.MAX_SAFE_INTEGER), BigInt(value));
		return this;
	}

	/** `length`: the field's size in the layout. */
	put(bytes: Uint8Array, length = bytes.length): this {
		if (bytes.length !== length)
			throw new Fault('malformed', `field is ${bytes.length} bytes, expected ${length}`);
		this.bytes.set(bytes, this.#at);
		this.#at += length;
		return this;
	}

	/** A 16-byte id, given as hex. */
	id(hex: string): this {
		return this.put(bytesOf(hex), 16);
	}

	zeros(length: number): this {
		this.bytes.fill(0, this.#at, this.#at + length);
		this.#at += length;
		return this;
	}

	#next(length: number, value: number, max: number): number {
		if (!Number.isSafeInteger(value) || value < 0 || value > max) {
			throw new Fault('malformed', `value ${value} does not fit into ${length} bytes`);
		}
		const at = this.#at;
		this.#at += length;
		return at;
	}
}

/**
 * Reads a fixed layout, big-endian. Throws `malformed` when bytes are missing, left over or not
 * zero where reserved.
 */
export class ByteReader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	}

	u8(): number {
		return this.#view.getUint8(this.#next(1));
	}

	u16(): number {
		return this.#view.getUint16(this.#next(2));
	}

	u32(): number {
		return this.#view.getUint32(this.#next(4));
	}

	u64(): number {
		const value = Number(this.#view.getBigUint64(this.#next(8)));
		if (!Number.isSafeInteger(value)) throw new Fault('malformed', '64-bit value exceeds 2^53 − 1');
		return value;
	}

	/** Returns a copy, so that no slice keeps a large buffer alive. */
	take(length: number): Bytes {
		const at = this.#next(length);
		return this.#bytes.slice(at, at + length);
	}

	id(): string {
		return hexOf(this.take(16));
	}

	zeros(length: number): void {
		if (!isZero(this.take(length))) throw new Fault('malformed', 'reserved bytes are not zero');
	}

	end(): void {
		if (this.#at !== this.#bytes.length)
			throw new Fault('malformed', 'trailing bytes after the end of the layout');
	}

	#next(length: number): number {
		const at = this.#at;
		if (at + length > this.#bytes.length) throw new Fault('malformed', 'unexpected end of bytes');
		this.#at += length;
		return at;
	}
}

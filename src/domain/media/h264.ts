import { concatBytes, equalBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';

/**
 * The subset of H.264 (ITU-T H.264, ISO/IEC 14496-15) needed to put recordings into an ordinary
 * MP4.
 */

/** What a decoder needs before the first frame. */
export interface ParameterSets {
	readonly sequence: readonly Uint8Array[];
	readonly picture: readonly Uint8Array[];
}

/** How NAL units are delimited: by start codes, or by a length prefix of this many bytes. */
export type Framing = 'start-codes' | 1 | 2 | 3 | 4;

const SEQUENCE = 7;
const PICTURE = 8;
const DELIMITER = 9;

const kindOf = (unit: Uint8Array): number => (unit[0] ?? 0) & 31;

/** Throws `malformed` when a length exceeds the sample. */
export function unitsOf(sample: Uint8Array, framing: Framing): Uint8Array[] {
	return framing === 'start-codes' ? betweenStartCodes(sample) : byLength(sample, framing);
}

function byLength(sample: Uint8Array, lengthBytes: number): Uint8Array[] {
	const units: Uint8Array[] = [];
	for (let at = 0; at < sample.length;) {
		let length = 0;
		for (let byte = 0; byte < lengthBytes; byte += 1)
			length = length * 256 + (sample[at + byte] ?? 0);
		at += lengthBytes;
		if (length === 0 || at + length > sample.length)
			throw new Fault('malformed', 'H.264 sample truncated');
		units.push(sample.subarray(at, at + length));
		at += length;
	}
	return units;
}

function betweenStartCodes(sample: Uint8Array): Uint8Array[] {
	const units: Uint8Array[] = [];
	let from = -1;
	for (let at = 0; at + 2 < sample.length; at += 1) {
		if (sample[at] !== 0 || sample[at + 1] !== 0 || sample[at + 2] !== 1) continue;
		if (from >= 0) units.push(withoutZeros(sample.subarray(from, at)));
		from = at + 3;
		at += 2;
	}
	if (from >= 0) units.push(withoutZeros(sample.subarray(from)));
	return units.filter(({ length }) => length > 0);
}

function withoutZeros(unit: Uint8Array): Uint8Array {
	let end = unit.length;
	while (end > 0 && unit[end - 1] === 0) end -= 1;
	return unit.subarray(0, end);
}

/** `null` unless there is at least one of each. */
export function parameterSetsOf(units: readonly Uint8Array[]): ParameterSets | null {
	const sequence = distinct(units.filter((unit) => kindOf(unit) === SEQUENCE));
	const picture = distinct(units.filter((unit) => kindOf(unit) === PICTURE));
	return sequence.length === 0 || picture.length === 0 ? null : { sequence, picture };
}

function distinct(units: readonly Uint8Array[]): Uint8Array[] {
	return units.filter((unit, at) => units.findIndex((other) => equalBytes(other, unit)) === at);
}

export function sameSets(one: ParameterSets, other: ParameterSets): boolean {
	const all = ({ sequence, picture }: ParameterSets) => [...sequence, ...picture];
	const [a, b] = [all(one), all(other)];
	return (
		a.length === b.length && a.every((unit, at) => equalBytes(unit, b[at] ?? new Uint8Array()))
	);
}

/** The sample for an `avc1` track: 4-byte lengths, no parameter sets. */
export function bareSample(units: readonly Uint8Array[]): Bytes {
	const kept = units.filter((unit) => ![SEQUENCE, PICTURE, DELIMITER].includes(kindOf(unit)));
	return concatBytes(...kept.flatMap((unit) => [u32(unit.length), unit]));
}

const u32 = (n: number): Bytes => new Uint8Array([n >>> 24, n >>> 16, n >>> 8, n]);
const u16 = (n: number): Bytes => new Uint8Array([n >>> 8, n]);

/** `avcC`, ISO/IEC 14496-15, 5.3.3.1. */
export function avcConfig({ sequence, picture }: ParameterSets): Bytes {
	const [, profile = 0, compatible = 0, level = 0] = sequence[0] ?? [];
	const parts = [
		new Uint8Array([1, profile, compatible, level, 0xff, 0xe0 | sequence.length]),
		...sequence.flatMap((unit) => [u16(unit.length), unit]),
		new Uint8Array([picture.length]),
		...picture.flatMap((unit) => [u16(unit.length), unit]),
	];
	// High profiles add chroma format and bit depth: 4:2:0 and 8 bits for all cameras.
	if ([100, 110, 122, 144].includes(profile)) parts.push(new Uint8Array([0xfd, 0xf8, 0xf8, 0]));
	return concatBytes(...parts);
}

/** `null`: not an `avcC`, or one without parameter sets. */
export function readAvcConfig(
	config: Uint8Array,
): { readonly framing: Framing; readonly sets: ParameterSets | null } | null {
	if (config[0] !== 1 || config.length < 7) return null;
	const framing = (((config[4] ?? 3) & 3) + 1) as Framing;
	const units: Uint8Array[] = [];
	let at = 5;
	for (const mask of [31, 255]) {
		const count = (config[at] ?? 0) & mask;
		at += 1;
		for (let unit = 0; unit < count; unit += 1) {
			const length = (config[at] ?? 0) * 256 + (config[at + 1] ?? 0);
			units.push(config.subarray(at + 2, at + 2 + length));
			at += 2 + length;
		}
	}
	return { framing, sets: parameterSetsOf(units) };
}

/** Size in pixels after cropping (7.4.2.1.1). Throws `malformed`. */
export function pictureSize({ sequence }: ParameterSets): { width: number; height: number } {
	const bits = new Bits(sequence[0] ?? new Uint8Array());
	const profile = bits.take(8);
	bits.take(16);
	bits.golomb();
	let chroma = 1;
	if ([100, 110, 122, 244, 44, 83, 86, 118, 128].includes(profile)) {
		chroma = bits.golomb();
		if (chroma === 3) bits.take(1);
		bits.golomb();
		bits.golomb();
		bits.take(1);
		if (bits.take(1) === 1) throw new Fault('unsupported', 'H.264 scaling matrix not supported');
	}
	bits.golomb();
	const order = bits.golomb();
	if (order === 0) bits.golomb();
	else if (order === 1) {
		bits.take(1);
		bits.golomb();
		bits.golomb();
		const cycle = bits.golomb();
		if (cycle > 255) throw new Fault('malformed', 'H.264 picture order count cycle too long');
		for (let n = 0; n < cycle; n += 1) bits.golomb();
	}
	bits.golomb();
	bits.take(1);
	const across = (bits.golomb() + 1) * 16;
	const lines = bits.golomb() + 1;
	const frames = bits.take(1);
	if (frames === 0) bits.take(1);
	bits.take(1);
	const high = lines * 16 * (2 - frames);
	if (bits.take(1) === 0) return { width: across, height: high };
	const [left, right, top, bottom] = [bits.golomb(), bits.golomb(), bits.golomb(), bits.golomb()];
	const [unitX, unitY] = [
		chroma === 1 || chroma === 2 ? 2 : 1,
		(chroma === 1 ? 2 : 1) * (2 - frames),
	];
	return { width: across - (left + right) * unitX, height: high - (top + bottom) * unitY };
}

/** Reads the bits after a NAL unit's header, without emulation prevention bytes. */
class Bits {
	readonly #bytes: number[] = [];
	#at = 0;

	constructor(unit: Uint8Array) {
		let zeros = 0;
		for (const byte of unit.subarray(1)) {
			if (zeros >= 2 && byte === 3) {
				zeros = 0;
				continue;
			}
			zeros = byte === 0 ? zeros + 1 : 0;
			this.#bytes.push(byte);
		}
	}

	take(count: number): number {
		let value = 0;
		for (let bit = 0; bit < count; bit += 1) {
			const byte = this.#bytes[this.#at >> 3];
			if (byte === undefined) throw new Fault('malformed', 'H.264 parameter set truncated');
			value = value * 2 + ((byte >> (7 - (this.#at & 7))) & 1);
			this.#at += 1;
		}
		return value;
	}

	/** An Exp-Golomb code (9.1). */
	golomb(): number {
		let zeros = 0;
		while (this.take(1) === 0) {
			zeros += 1;
			if (zeros > 31) throw new Fault('malformed', 'invalid Exp-Golomb code');
		}
		return 2 ** zeros - 1 + this.take(zeros);
	}
}

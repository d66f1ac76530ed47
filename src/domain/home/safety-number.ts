import { ascii, hexOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';

/** A device's public `sign` and `kem` keys, concatenated. */
export type SafetyKeys = Bytes;

/** The two hash inputs of a safety number: docs/spec/identity.md, "Safety number". */
export function safetyInputs(a: SafetyKeys, b: SafetyKeys): readonly [Bytes, Bytes] {
	const sorted = hexOf(a) < hexOf(b) ? concatBytes(a, b) : concatBytes(b, a);
	const label = ascii('spycam/v1/safety\0');
	return [
		concatBytes(label, Uint8Array.of(0), sorted),
		concatBytes(label, Uint8Array.of(1), sorted),
	];
}

/** Twelve groups of five digits from the two hashes. */
export function safetyDigits(hashes: readonly [Uint8Array, Uint8Array]): string {
	const bytes = concatBytes(...hashes);
	return Array.from({ length: 12 }, (_, group) => {
		const five = bytes.subarray(5 * group, 5 * group + 5);
		const number = five.reduce((sum, byte) => sum * 256 + byte, 0);
		return String(number % 100_000).padStart(5, '0');
	}).join(' ');
}

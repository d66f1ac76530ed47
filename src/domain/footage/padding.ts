import type { EnvelopeKind } from './envelope.ts';

/** Kinds too short for Padmé to hide anything: rounded up to a multiple of this many bytes. */
const STEPS: Readonly<Partial<Record<EnvelopeKind, number>>> = { live: 1024, event: 256 };

/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", PETS 2019, algorithm 1):
 * adds at most 12 %, and leaks only O(log log n) bits of the length.
 */
export function padme(length: number): number {
	if (length < 2) return length;
	const exponent = Math.floor(Math.log2(length));
	const kept = Math.floor(Math.log2(exponent)) + 1;
	// Bit operators would truncate to 32 bits.
	const step = 2 ** Math.max(exponent - kept, 0);
	return Math.ceil(length / step) * step;
}

/** Plaintext length after padding. */
export function paddedLength(kind: EnvelopeKind, length: number): number {
	const step = STEPS[kind];
	return step === undefined ? padme(length) : Math.ceil(length / step) * step;
}

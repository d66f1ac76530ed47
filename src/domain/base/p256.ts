import { Fault } from './fault.ts';
import { bytesOf, hexOf, concatBytes, type Bytes } from './bytes.ts';

/**
 * NIST P-256 (SP 800-186, 3.2.1.3): derives the public point of a private scalar, which WebCrypto
 * does not offer.
 */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const G: Point = {
	x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
	y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

interface Point {
	readonly x: bigint;
	readonly y: bigint;
}

/**
 * Private scalar from 64 uniformly random bytes; the extra bits make the modulo bias negligible
 * (FIPS 186-5, A.2.1).
 */
export function scalarFrom(wide: Uint8Array): Bytes {
	if (wide.length !== 64) throw new Fault('malformed', 'private scalar needs 64 bytes of input');
	return bytes32((BigInt(`0x${hexOf(wide)}`) % (N - 1n)) + 1n);
}

/** Uncompressed, 65 bytes. Not constant in time: only for keys made on one's own device. */
export function publicPointOf(scalar: Uint8Array): Bytes {
	const d = BigInt(`0x${hexOf(scalar)}`);
	if (scalar.length !== 32 || d === 0n || d >= N)
		throw new Fault('malformed', 'not a P-256 private scalar');
	let point: Point | null = null;
	for (const bit of d.toString(2)) {
		if (point !== null) point = sum(point, point);
		if (bit === '1') point = point === null ? G : sum(point, G);
	}
	if (point === null) throw new Fault('internal', 'private scalar has no bits');
	return concatBytes(Uint8Array.of(4), bytes32(point.x), bytes32(point.y));
}

/**
 * ECDSA accepts both r ‖ s and r ‖ n − s; returns the one with s ≤ n / 2. Anything that is not a
 * signature is returned unchanged.
 */
export function lowS(signature: Bytes): Bytes {
	if (signature.length !== 64) return signature;
	const s = BigInt(`0x${hexOf(signature.subarray(32))}`);
	if (s <= N / 2n || s >= N) return signature;
	return concatBytes(signature.slice(0, 32), bytes32(N - s));
}

/** The counterpart of a signature with a low s. */
export function highS(low: Bytes): Bytes {
	return concatBytes(low.slice(0, 32), bytes32(N - BigInt(`0x${hexOf(low.subarray(32))}`)));
}

/**
 * Affine addition or doubling. Never meets a point and its negation: the scalar is below the order.
 */
function sum(a: Point, b: Point): Point {
	const same = a.x === b.x;
	const slope = same
		? (3n * a.x * a.x - 3n) * inverse(2n * a.y)
		: (b.y - a.y) * inverse(mod(b.x - a.x));
	const x = mod(slope * slope - a.x - b.x);
	return { x, y: mod(slope * (a.x - x) - a.y) };
}

/** Extended Euclid. */
function inverse(value: bigint): bigint {
	let [r, next] = [P, mod(value)];
	let [t, nextT] = [0n, 1n];
	while (next !== 0n) {
		const q = r / next;
		[r, next] = [next, r - q * next];
		[t, nextT] = [nextT, t - q * nextT];
	}
	return mod(t);
}

function mod(value: bigint): bigint {
	const rest = value % P;
	return rest < 0n ? rest + P : rest;
}

function bytes32(value: bigint): Bytes {
	return bytesOf(value.toString(16).padStart(64, '0'));
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf, ByteReader, ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import {
	buildHeader,
	ENVELOPE_KINDS,
	parseHeader,
	sliceLengths,
	type SliceHeader,
} from '#domain/footage/envelope.ts';
import { Fault } from '#domain/base/fault.ts';
import { buildGrant, parseGrant, type Grant } from '#domain/home/grant.ts';
import { buildHead, parseHead, type Head } from '#domain/footage/head.ts';
import { padName, parseName, unpadName } from '#domain/home/name.ts';
import { paddedLength, padme } from '#domain/footage/padding.ts';
import { buildPayload, parsePayload, usOfTicks, type Payload } from '#domain/footage/payload.ts';
import { buildEntry, parseEntry, type RosterEntry } from '#domain/home/roster.ts';

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const u64 = fc.nat({ max: Number.MAX_SAFE_INTEGER });

function bytes(minLength: number, maxLength = minLength): fc.Arbitrary<Bytes> {
	return fc.uint8Array({ minLength, maxLength }).map((drawn) => Uint8Array.from(drawn));
}

function id<I extends string>(): fc.Arbitrary<I> {
	return bytes(16).map((drawn) => hexOf(drawn) as I);
}

/** The first byte of a point is 4, so a key is never all zeros. */
const key = bytes(65).map((drawn) => {
	drawn[0] = 4;
	return drawn;
});

const header: fc.Arbitrary<SliceHeader> = fc.record({
	kind: fc.constantFrom(...ENVELOPE_KINDS),
	home: id(),
	camera: id(),
	epoch: u32,
	runId: id(),
	seq: u64,
	slice: fc.nat({ max: 0xffff }),
	last: fc.boolean(),
	wallMs: u64,
	durationUs: u32,
	length: fc.nat({ max: 8 * 1024 * 1024 }),
});

const head: fc.Arbitrary<Head> = fc.record({
	camera: id(),
	runId: id(),
	runNo: u32,
	epoch: u32,
	seq: u64,
	segmentHash: bytes(32),
	chain: bytes(32),
	oldestKept: fc.record({ runNo: u32, seq: u64 }),
	rosterSeq: u32,
	settingsHash: bytes(32),
	wallMs: u64,
	echoNonce: bytes(16),
	prevRunHead: bytes(32),
});

const grant: fc.Arbitrary<Grant> = fc.record({
	home: id(),
	camera: fc.option(id(), { nil: null }),
	number: u32,
	recipient: id(),
	wallMs: u64,
	encapsulated: bytes(65),
	ciphertext: bytes(48),
});

const entry: fc.Arbitrary<RosterEntry> = fc.record({
	op: fc.constantFrom('add', 'rotate'),
	roles: fc.constantFrom([], ['camera'], ['viewer', 'owner'], ['recovery']),
	home: id(),
	seq: u32,
	prev: bytes(32),
	wallMs: u64,
	notAfterMs: fc.option(
		u64.map((ms) => Math.max(1, ms)),
		{ nil: null },
	),
	author: key,
	subject: fc.record({
		device: id(),
		sign: key,
		kem: key,
		owner: fc.option(key, { nil: null }),
		dtls: fc.option(
			bytes(32).map((drawn) => drawn.fill(1, 0, 1)),
			{ nil: null },
		),
	}),
	detail: bytes(0, 300),
});

const payload: fc.Arbitrary<Payload> = fc.record({
	keyFrame: fc.boolean(),
	sound: fc.boolean(),
	mediaTicks: u64,
	timescale: fc.integer({ min: 1, max: 0xffff_ffff }),
	durationTicks: u32,
	body: bytes(0, 2000),
});

function signed(canonical: Bytes): Bytes {
	return Uint8Array.from([...canonical, ...new Uint8Array(64).fill(9)]);
}

function inverse<T>(values: fc.Arbitrary<T>, thereAndBack: (given: T) => T): void {
	fc.assert(
		fc.property(values, (given) => {
			expect(thereAndBack(given)).toEqual(given);
		}),
	);
}

describe('parse is the inverse of build', () => {
	it('EN3 headers', () => {
		inverse(header, (given) => parseHeader(buildHeader(given)));
	});

	it('EN18 heads', () => {
		inverse(head, (given) => parseHead(signed(buildHead(given))).head);
	});

	it('ID21 grants', () => {
		inverse(grant, (given) => parseGrant(signed(buildGrant(given))).grant);
	});

	it('ID7 roster entries', () => {
		inverse(entry, (given) => parseEntry(signed(buildEntry(given))).entry);
	});

	it('EN9 EN10 payloads, padded for every kind', () => {
		fc.assert(
			fc.property(fc.constantFrom(...ENVELOPE_KINDS), payload, (kind, given) => {
				const plain = buildPayload(kind, given);
				expect(plain.length).toBe(paddedLength(kind, 24 + given.body.length));
				expect(parsePayload(kind, plain)).toEqual(given);
			}),
		);
	});

	it('ID20 names', () => {
		fc.assert(
			fc.property(bytes(0, 190), (given) => {
				const padded = padName(given);
				expect(padded.length % 64).toBe(0);
				expect(unpadName(padded)).toEqual(given);
			}),
		);
		expect(() => padName(new Uint8Array(191))).toThrow(Fault);
	});

	it('hex', () => {
		inverse(bytes(0, 50), (given) => bytesOf(hexOf(given)));
	});
});

describe('invalid input is refused', () => {
	it('EN2 any bytes either parse or throw a Fault', () => {
		const parsers = [parseHeader, parseHead, parseGrant, parseEntry, parseName, unpadName];
		fc.assert(
			fc.property(fc.constantFrom(...parsers), bytes(0, 600), (parse, given) => {
				try {
					parse(given);
				} catch (error) {
					expect(error).toBeInstanceOf(Fault);
				}
			}),
			{ numRuns: 1000 },
		);
	});

	it('EN7 later versions, suites, kinds and flags', () => {
		const built = buildHeader(fc.sample(header, { numRuns: 1, seed: 1 })[0] as SliceHeader);
		for (const place of [4, 5, 6, 7]) {
			const changed = built.slice();
			changed[place] = 99;
			expect(() => parseHeader(changed)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
		}
		for (const place of [0, 70, 71, 84]) {
			const changed = built.slice();
			changed[place] = 99;
			expect(() => parseHeader(changed)).toThrow(expect.objectContaining({ kind: 'malformed' }));
		}
	});

	it('EN8 a number too large for its field is not written', () => {
		for (const write of [
			() => new ByteWriter(1).u8(256),
			() => new ByteWriter(4).u32(-1),
			() => new ByteWriter(8).u64(2 ** 53),
			() => new ByteWriter(8).u64(0.5),
			() => new ByteWriter(4).put(new Uint8Array(3), 4),
		]) {
			expect(write).toThrow(expect.objectContaining({ kind: 'malformed' }));
		}
		const beyond = new Uint8Array(8).fill(0xff);
		expect(() => new ByteReader(beyond).u64()).toThrow(Fault);
	});

	it('EN9 any padding length other than the rule’s', () => {
		const plain = buildPayload('fragment', {
			...{ keyFrame: true, sound: false, mediaTicks: 0, timescale: 1, durationTicks: 1 },
			body: new Uint8Array(1000),
		});
		const longer = Uint8Array.from([...plain, ...new Uint8Array(64)]);
		new DataView(longer.buffer).setUint32(4, longer.length - 1024);
		expect(() => parsePayload('fragment', longer)).toThrow(Fault);
	});
});

describe('numbers', () => {
	it('EN9 Padmé adds at most 12 % and grows with the length', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (length) => {
				const padded = padme(length);
				expect(padded).toBeGreaterThanOrEqual(length);
				expect(padded / length).toBeLessThanOrEqual(1.12);
				expect(padme(padded)).toBe(padded);
				expect(padme(length + 1)).toBeGreaterThanOrEqual(padded);
			}),
		);
	});

	it('EN12 ticks become whole microseconds, rounded down', () => {
		fc.assert(
			fc.property(u64, fc.integer({ min: 1, max: 90_000 }), (ticks, timescale) => {
				fc.pre(ticks < 2 ** 40);
				const us = BigInt(usOfTicks(ticks, timescale));
				expect(us * BigInt(timescale) <= BigInt(ticks) * 1_000_000n).toBe(true);
				expect((us + 1n) * BigInt(timescale) > BigInt(ticks) * 1_000_000n).toBe(true);
			}),
		);
	});

	it('EN5 all slices but the last are full', () => {
		const full = 8 * 1024 * 1024;
		expect(sliceLengths(1)).toEqual([1]);
		expect(sliceLengths(full)).toEqual([full]);
		expect(sliceLengths(2 * full + 5)).toEqual([full, full, 5]);
		expect(() => sliceLengths(64 * full + 1)).toThrow(Fault);
	});
});

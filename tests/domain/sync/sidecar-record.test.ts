import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	buildSidecarRecord,
	parseSidecarRecords,
	type SidecarRecord,
	type SidecarRecordKind,
} from '#domain/sync/sidecar-record.ts';

const KINDS: readonly SidecarRecordKind[] = [
	...(['card', 'pin', 'removal', 'grant', 'event', 'thumbnail'] as const),
];
const record: fc.Arbitrary<SidecarRecord> = fc.record({
	kind: fc.constantFrom(...KINDS),
	id: fc.nat(2 ** 52),
	wallUs: fc.nat(2 ** 52),
	bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }).map((bytes) => Uint8Array.from(bytes)),
});

describe('sidecar records', () => {
	test('SY1 what is built is read back, one behind the other', () => {
		fc.assert(
			fc.property(fc.array(record, { maxLength: 6 }), (records) => {
				const bytes = concatBytes(...records.map(buildSidecarRecord));
				expect(parseSidecarRecords(bytes)).toEqual(records);
			}),
		);
	});

	test('SY2 anything else is refused with a fault', () => {
		fc.assert(
			fc.property(record, fc.nat(60), fc.integer({ min: 1, max: 255 }), (one, at, flip) => {
				const whole = buildSidecarRecord(one);
				const cut = whole.subarray(0, whole.length - 1 - (at % whole.length));
				const torn = concatBytes(buildSidecarRecord(one), cut);
				if (cut.length > 0) expect(() => parseSidecarRecords(torn)).toThrow(Fault);
				const flipped = Uint8Array.from(whole);
				flipped[at % 8]! ^= flip;
				expect(() => parseSidecarRecords(flipped)).not.toThrow(TypeError);
			}),
		);
	});

	test('SY3 its layout', () => {
		const bytes = Uint8Array.of(0xab, 0xcd);
		const built = buildSidecarRecord({ kind: 'event', id: 258, wallUs: 5, bytes });
		const hex = Buffer.from(built).toString('hex');
		expect(hex).toBe('00000016' + '05000000' + '0000000000000102' + '0000000000000005' + 'abcd');
		expect(KINDS.map((kind) => buildSidecarRecord({ kind, id: 0, wallUs: 0, bytes })[4])).toEqual([
			...[1, 2, 3, 4, 5, 6],
		]);
	});

	test('SY2 none is longer than its kind may be', () => {
		const long = (kind: SidecarRecordKind, length: number) => () =>
			buildSidecarRecord({ kind, id: 0, wallUs: 0, bytes: new Uint8Array(length) });
		expect(long('thumbnail', 32 * 1024)).not.toThrow();
		expect(long('thumbnail', 32 * 1024 + 1)).toThrow(Fault);
		expect(long('event', 4097)).toThrow(Fault);
		expect(long('grant', 1025)).toThrow(Fault);
		expect(long('card', 0)).toThrow(Fault);
	});
});

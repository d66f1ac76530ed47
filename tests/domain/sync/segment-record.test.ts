import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { HEAD_BYTES } from '#domain/footage/head.ts';
import {
	buildSegmentRecord,
	parseSegmentRecord,
	segmentRecordLength,
	type SegmentRecord,
} from '#domain/sync/segment-record.ts';

const HEAD = new Uint8Array(HEAD_BYTES).fill(3);
const record = fc
	.record({
		seq: fc.integer({ min: 1, max: 2 ** 40 }),
		startUs: fc.nat(2 ** 52),
		durationUs: fc.nat(60_000_000),
		sound: fc.boolean(),
		bytes: fc.uint8Array({ minLength: 1, maxLength: 500 }),
		init: fc.boolean(),
	})
	.map(({ seq, startUs, durationUs, sound, bytes, init }): SegmentRecord => {
		const entry = { seq, startUs, durationUs, sound, bad: false, size: bytes.length, place: 0 };
		return { entry: init ? null : entry, head: HEAD, bytes: Uint8Array.from(bytes) };
	});

describe('segment record', () => {
	test('SY5 records one behind the other are told apart and read back', () => {
		fc.assert(
			fc.property(fc.array(record, { maxLength: 8 }), (records) => {
				const whole = concatBytes(...records.map(buildSegmentRecord));
				const read: SegmentRecord[] = [];
				for (let at = 0; at < whole.length;) {
					const length = segmentRecordLength(whole, at) ?? 0;
					read.push(parseSegmentRecord(whole.subarray(at, at + length)));
					at += length;
				}
				expect(read).toEqual(records);
			}),
		);
	});

	test('SY5 a record cut off anywhere, lengthened or flipped in its entry is refused', () => {
		const entry = {
			...{ seq: 1, startUs: 5, durationUs: 6, size: 20, place: 0 },
			...{ sound: false, bad: false },
		};
		const whole = buildSegmentRecord({ entry, head: HEAD, bytes: new Uint8Array(20) });
		for (let at = 0; at < whole.length; at += 1)
			expect(() => parseSegmentRecord(whole.subarray(0, at))).toThrow(Fault);
		expect(() => parseSegmentRecord(concatBytes(whole, Uint8Array.of(1)))).toThrow(Fault);
		for (let at = 4; at < 44; at += 1) {
			const flipped = whole.slice();
			flipped[at] = (flipped[at] ?? 0) ^ 1;
			expect(() => parseSegmentRecord(flipped)).toThrow(Fault);
		}
	});

	test('SY5 no length makes a reader wait for more than 16 MiB', () => {
		expect(segmentRecordLength(new Uint8Array(3))).toBeNull();
		expect(() => segmentRecordLength(Uint8Array.of(255, 255, 255, 255))).toThrow(Fault);
		expect(() => segmentRecordLength(Uint8Array.of(0, 0, 0, 4))).toThrow(Fault);
		const tooLong = { entry: null, head: HEAD, bytes: new Uint8Array(16 * 1024 * 1024) };
		expect(() => buildSegmentRecord(tooLong)).toThrow('16 MiB');
	});
});

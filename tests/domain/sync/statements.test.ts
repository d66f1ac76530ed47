import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import { RUN_ENDS } from '#domain/footage/run.ts';
import { buildCameraCard, parseCameraCard } from '#domain/sync/camera-card.ts';
import { buildRunRecord, parseRunRecord } from '#domain/sync/run-record.ts';
import { buildSpanStatement, parseSpanStatement } from '#domain/sync/span-statement.ts';

const SIGNATURE = new Uint8Array(64).fill(7);
const signed = (canonical: Bytes): Bytes => concatBytes(canonical, SIGNATURE);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const id = fc
	.uint8Array({ minLength: 16, maxLength: 16 })
	.map((bytes) => Buffer.from(bytes).toString('hex'));
const whole = fc.nat(2 ** 52);
const mime = fc.stringMatching(/^[ -~]{1,120}$/);

const runRecord = fc.record({
	camera: id.map((hexed) => hexed as CameraId),
	runId: id.map((hexed) => hexed as RunId),
	runNo: fc.nat(0xffff_ffff),
	epoch: fc.nat(0xffff_ffff),
	mime,
	anchorUs: whole,
	lastSeq: whole,
	wallMs: whole,
	ended: fc.constantFrom(null, ...RUN_ENDS),
});
const span = fc
	.record({ startUs: fc.nat(2 ** 50), longUs: fc.integer({ min: 1, max: 2 ** 40 }) })
	.map(({ startUs, longUs }) => ({ startUs, endUs: startUs + longUs }));
const spanStatement = fc
	.record({
		span,
		camera: id.map((hexed) => hexed as CameraId),
		author: id.map((hexed) => hexed as DeviceId),
		holds: fc.boolean(),
		atMs: whole,
	})
	.map(({ span: { startUs, endUs }, ...rest }) => ({ startUs, endUs, ...rest }));
const card = fc.record({
	camera: id.map((hexed) => hexed as CameraId),
	number: fc.integer({ min: 1, max: 16 }),
	sealedName: fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from(bytes)),
	wallMs: whole,
});

describe('signed statements', () => {
	test('SY1 what is built is read back, with its canonical bytes and signature', () => {
		fc.assert(
			fc.property(runRecord, spanStatement, card, (run, statement, own) => {
				const runBytes = buildRunRecord(run);
				expect(parseRunRecord(signed(runBytes))).toEqual({
					record: run,
					canonical: runBytes,
					signature: SIGNATURE,
				});
				const spanBytes = buildSpanStatement(statement);
				expect(parseSpanStatement(signed(spanBytes))).toEqual({
					statement,
					canonical: spanBytes,
					signature: SIGNATURE,
				});
				const cardBytes = buildCameraCard(own);
				expect(parseCameraCard(signed(cardBytes))).toEqual({
					card: own,
					canonical: cardBytes,
					signature: SIGNATURE,
				});
			}),
		);
	});

	test('SY2 anything else is refused with a fault', () => {
		const parsers = [parseRunRecord, parseSpanStatement, parseCameraCard];
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
				for (const parse of parsers) {
					try {
						parse(noise);
					} catch (error) {
						expect(error).toBeInstanceOf(Fault);
					}
				}
			}),
		);
		const camera = 'a'.repeat(32) as CameraId;
		const short = signed(
			buildCameraCard({ camera, number: 1, sealedName: new Uint8Array(40), wallMs: 1 }),
		);
		for (let at = 0; at < short.length; at += 1)
			expect(() => parseCameraCard(short.subarray(0, at))).toThrow(Fault);
		expect(() => parseCameraCard(concatBytes(short, Uint8Array.of(0)))).toThrow('trailing');
	});

	test('SY3 layouts of docs/spec/sync.md, byte by byte', () => {
		const camera = '11'.repeat(16) as CameraId;
		const run = buildRunRecord({
			camera,
			runId: '22'.repeat(16) as RunId,
			runNo: 3,
			epoch: 4,
			mime: 'video/mp4',
			anchorUs: 1_800_000_000_123_456,
			lastSeq: 258,
			wallMs: 1_800_000_001_000,
			ended: 'stopped',
		});
		expect(hex(run)).toBe(
			'01010009' +
				'11'.repeat(16) +
				'22'.repeat(16) +
				'00000003' +
				'00000004' +
				'00066517289a6240' +
				'0000000000000102' +
				'000001a3185c53e8' +
				'766964656f2f6d7034',
		);
		const removal = buildSpanStatement({
			camera,
			startUs: 1,
			endUs: 2,
			atMs: 3,
			author: '33'.repeat(16) as DeviceId,
			holds: true,
		});
		expect(hex(removal)).toBe(
			'01010000' +
				'11'.repeat(16) +
				'0000000000000001' +
				'0000000000000002' +
				'0000000000000003' +
				'33'.repeat(16),
		);
		const own = buildCameraCard({ camera, number: 2, sealedName: Uint8Array.of(9), wallMs: 5 });
		expect(hex(own)).toBe('01020001' + '11'.repeat(16) + '0000000000000005' + '09');
	});

	test('SY4 an end that only a newer version knows is kept and signed as it came', () => {
		const bytes = signed(
			buildRunRecord({
				camera: '11'.repeat(16) as CameraId,
				runId: '22'.repeat(16) as RunId,
				runNo: 1,
				epoch: 1,
				mime: 'video/mp4',
				anchorUs: 1,
				lastSeq: 1,
				wallMs: 1,
				ended: null,
			}),
		);
		bytes[1] = 200;
		const { record, canonical } = parseRunRecord(bytes);
		expect(record.ended).toBe('newer:200');
		expect(buildRunRecord(record)).toEqual(canonical);
	});
});

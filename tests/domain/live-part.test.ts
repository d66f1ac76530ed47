import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import { beginsWithKey, buildLivePart, parseLivePart, type LivePart } from '#domain/live-part.ts';
import { buildPayload, parsePayload } from '#domain/payload.ts';

const bytes = (maxLength: number): fc.Arbitrary<Bytes> =>
	fc.uint8Array({ maxLength }).map((drawn) => Uint8Array.from(drawn));
const part: fc.Arbitrary<LivePart> = fc.record({
	codec: fc.stringMatching(/^[\x21-\x7e]{1,64}$/),
	width: fc.nat({ max: 0xffff }),
	height: fc.nat({ max: 0xffff }),
	frames: fc.array(
		fc.record({
			key: fc.boolean(),
			capturedUs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
			bytes: bytes(400),
		}),
		{ minLength: 1, maxLength: 12 },
	),
});
const one: LivePart = {
	...{ codec: 'avc1.42E01F', width: 1280, height: 720 },
	frames: [{ key: true, capturedUs: 1_800_000_000_000_000, bytes: Uint8Array.of(0, 0, 0, 1, 101) }],
};

describe('a live part', () => {
	it('LV7 parse is the inverse of build', () => {
		fc.assert(
			fc.property(part, (given) => {
				expect(parseLivePart(buildLivePart(given))).toEqual(given);
			}),
		);
	});

	it('LV7 lies in the layout byte by byte', () => {
		const built = buildLivePart(one);
		expect([...built.subarray(0, 3)]).toEqual([1, 1, 11]);
		expect(new TextDecoder().decode(built.subarray(3, 14))).toBe('avc1.42E01F');
		expect([...built.subarray(14, 19)]).toEqual([5, 0, 2, 208, 1]);
		expect(built.length).toBe(8 + 11 + 13 + 5);
		expect(beginsWithKey(one)).toBe(true);
	});

	it('EN2 any bytes, and any change of good ones, are a part or a Fault', () => {
		const good = buildLivePart(one);
		const changed = fc
			.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), fc.nat({ max: good.length }))
			.map(([at, value, length]) => {
				const copy = good.slice(0, Math.max(at + 1, length));
				copy[at] = value;
				return copy;
			});
		fc.assert(
			fc.property(fc.oneof(bytes(300), changed), (given) => {
				try {
					expect(parseLivePart(given).frames.length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(Fault);
				}
			}),
			{ numRuns: 3000 },
		);
	});

	it('LV7 what contradicts itself, or says nothing, is refused', () => {
		const lying = buildLivePart(one);
		lying[1] = 0;
		const later = buildLivePart(one);
		later[0] = 2;
		expect(() => parseLivePart(lying)).toThrow(expect.objectContaining({ kind: 'malformed' }));
		expect(() => parseLivePart(later)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
		for (const bad of [
			{ ...one, frames: [] },
			{ ...one, codec: 'two words' },
			{ ...one, codec: 'ü' },
			{ ...one, width: 70_000 },
		]) {
			expect(() => buildLivePart(bad)).toThrow(expect.objectContaining({ kind: 'malformed' }));
		}
	});

	it('EN10 its payload says codec 4 and is padded to 1 KiB', () => {
		const facts = { keyFrame: true, sound: false, timescale: 1_000_000, durationTicks: 0 };
		const payload = { ...facts, mediaTicks: 5, body: buildLivePart(one) };
		const plain = buildPayload('live', payload);
		expect([plain[0], plain.length]).toEqual([4, 1024]);
		expect(parsePayload('live', plain)).toEqual(payload);
		expect(() => parsePayload('fragment', plain)).toThrow(Fault);
	});
});

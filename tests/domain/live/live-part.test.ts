import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	beginsWithKey,
	buildLivePart,
	captureSpan,
	parseLivePart,
	type FragmentPart,
	type FramesPart,
	type LivePart,
	type SoundPart,
} from '#domain/live/live-part.ts';
import { buildPayload, parsePayload } from '#domain/footage/payload.ts';

const bytes = (maxLength: number): fc.Arbitrary<Bytes> =>
	fc.uint8Array({ maxLength }).map((drawn) => Uint8Array.from(drawn));
const time = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const short = fc.nat({ max: 0xffff_ffff });
const frames: fc.Arbitrary<FramesPart> = fc.record({
	kind: fc.constant('frames'),
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
const sound: fc.Arbitrary<SoundPart> = fc.record({
	kind: fc.constant('sound'),
	codec: fc.stringMatching(/^[\x21-\x7e]{1,64}$/),
	sampleRate: short,
	channels: fc.nat({ max: 255 }),
	packets: fc.array(fc.record({ capturedUs: time, durationUs: short, bytes: bytes(200) }), {
		minLength: 1,
		maxLength: 12,
	}),
});
const film: fc.Arbitrary<FragmentPart> = fc
	.record({
		kind: fc.constant('fragment' as const),
		at: fc.nat({ max: 20 }),
		of: fc.integer({ min: 1, max: 20 }),
		...{ capturedUs: time, mediaUs: time, durationUs: short },
		mime: fc.stringMatching(/^[\x20-\x7e]{1,128}$/),
		init: bytes(100),
		bytes: bytes(400),
	})
	.map((given) => ({ ...given, of: given.at + given.of }));
const part: fc.Arbitrary<LivePart> = fc.oneof(frames, sound, film);
const one: FramesPart = {
	kind: 'frames',
	...{ codec: 'avc1.42E01F', width: 1280, height: 720 },
	frames: [{ key: true, capturedUs: 1_800_000_000_000_000, bytes: Uint8Array.of(0, 0, 0, 1, 101) }],
};

const spoken: SoundPart = {
	...{ kind: 'sound', codec: 'opus', sampleRate: 48_000, channels: 1 },
	packets: [{ capturedUs: 1_800_000_000_000_000, durationUs: 20_000, bytes: Uint8Array.of(7, 8) }],
};
const filmed: FragmentPart = {
	...{ kind: 'fragment', at: 0, of: 2, capturedUs: 1_800_000_000_000_000 },
	...{ mediaUs: 5_000_000, durationUs: 1_000_000, mime: 'video/mp4; codecs="avc1.42E01F"' },
	...{ init: Uint8Array.of(1, 2, 3), bytes: Uint8Array.of(4, 5) },
};

describe('a live part', () => {
	it('LV7 parses to what was built', () => {
		fc.assert(
			fc.property(part, (given) => {
				expect(parseLivePart(buildLivePart(given))).toEqual(given);
			}),
		);
	});

	it('LV7 follows the layout byte by byte', () => {
		const built = buildLivePart(one);
		expect([...built.subarray(0, 3)]).toEqual([1, 1, 11]);
		expect(new TextDecoder().decode(built.subarray(3, 14))).toBe('avc1.42E01F');
		expect([...built.subarray(14, 19)]).toEqual([5, 0, 2, 208, 1]);
		expect(built.length).toBe(8 + 11 + 13 + 5);
		expect(beginsWithKey(one)).toBe(true);
	});

	it('LV15 sound and fragments follow their layouts, in version 2', () => {
		const heard = buildLivePart(spoken);
		expect([...heard.subarray(0, 3)]).toEqual([2, 1, 4]);
		expect(new TextDecoder().decode(heard.subarray(3, 7))).toBe('opus');
		expect([...heard.subarray(7, 13)]).toEqual([0, 0, 187, 128, 1, 1]);
		expect([...heard.subarray(-10)]).toEqual([0, 0, 78, 32, 0, 0, 0, 2, 7, 8]);
		const seen = buildLivePart(filmed);
		expect([...seen.subarray(0, 4)]).toEqual([2, 2, 0, 2]);
		expect([...seen.subarray(20, 25)]).toEqual([0, 15, 66, 64, 31]);
		expect([...seen.subarray(-9)]).toEqual([0, 0, 0, 3, 1, 2, 3, 4, 5]);
		expect([spoken, filmed, { ...filmed, at: 1 }].map(beginsWithKey)).toEqual([false, true, false]);
	});

	it('EN2 any bytes, and any change to valid ones, yield a part or a Fault', () => {
		const changed = fc
			.tuple(part, fc.nat(), fc.nat({ max: 255 }), fc.nat())
			.map(([given, where, value, length]) => {
				const good = buildLivePart(given);
				const at = where % good.length;
				const copy = good.slice(0, Math.max(at + 1, length % (good.length + 1)));
				copy[at] = value;
				return copy;
			});
		fc.assert(
			fc.property(fc.oneof(bytes(300), changed), (given) => {
				try {
					const parsed = parseLivePart(given);
					expect(captureSpan(parsed).lastUs).toBeGreaterThanOrEqual(0);
					if (parsed.kind === 'frames') expect(parsed.frames.length).toBeGreaterThan(0);
				} catch (error) {
					expect(error).toBeInstanceOf(Fault);
				}
			}),
			{ numRuns: 3000 },
		);
	});

	it('LV7 contradictory or empty parts are refused', () => {
		const lying = buildLivePart(one);
		lying[1] = 0;
		const later = buildLivePart(one);
		later[0] = 3;
		const other = buildLivePart(spoken);
		other[1] = 9;
		expect(() => parseLivePart(lying)).toThrow(expect.objectContaining({ kind: 'malformed' }));
		expect(() => parseLivePart(later)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
		expect(() => parseLivePart(other)).toThrow(expect.objectContaining({ kind: 'unsupported' }));
		for (const bad of [
			{ ...spoken, packets: [] },
			{ ...filmed, at: 2 },
			{ ...filmed, mime: 'video/ü' },
			{ ...one, frames: [] },
			{ ...one, codec: 'two words' },
			{ ...one, codec: 'ü' },
			{ ...one, width: 70_000 },
		]) {
			expect(() => buildLivePart(bad)).toThrow(expect.objectContaining({ kind: 'malformed' }));
		}
	});

	it('EN10 has a payload of codec 4, padded to 1 KiB', () => {
		const facts = { keyFrame: true, sound: false, timescale: 1_000_000, durationTicks: 0 };
		const payload = { ...facts, mediaTicks: 5, body: buildLivePart(one) };
		const plain = buildPayload('live', payload);
		expect([plain[0], plain.length]).toEqual([4, 1024]);
		expect(parsePayload('live', plain)).toEqual(payload);
		expect(() => parsePayload('fragment', plain)).toThrow(Fault);
	});
});

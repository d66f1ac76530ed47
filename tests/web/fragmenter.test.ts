import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fragmenter, type FragmenterOutput } from '#web/fragmenter.ts';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { initSectionOf, movieFragment } from '#domain/media/fmp4.ts';
import { avcConfig } from '#domain/media/h264.ts';

const config = avcConfig({
	sequence: [Uint8Array.of(0x67, 0x42, 0xe0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe8)],
	picture: [Uint8Array.of(0x68, 0xce, 0x3c, 0x80)],
});

/** A second of ten frames, each a NAL unit with a length prefix. */
const second = (at: number): Bytes =>
	movieFragment(
		at + 1,
		at * 1_000_000,
		Array.from({ length: 10 }, (_, n) => {
			const bytes = Uint8Array.of(0, 0, 0, 4, n === 0 ? 0x65 : 0x41, at & 255, n, 1);
			return { durationUs: 100_000, key: n === 0, bytes };
		}),
	);

test('RC3 each fragment gets a fresh parser: memory does not grow with their number', () => {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	const used = (): number => {
		collect();
		return process.memoryUsage().heapUsed;
	};
	const fragmenter = new Fragmenter(10);
	fragmenter.push(initSectionOf({ kind: 'avc', width: 1280, height: 720, config }));
	let fragments = 0;
	const feed = (count: number): void => {
		for (let left = count; left > 0; left -= 1) {
			const outputs = fragmenter.push(second(fragments));
			expect(outputs.at(-1)?.kind).toBe('fragment');
			fragments += 1;
		}
	};
	feed(50);
	const before = used();
	feed(400);
	// One parser for all would keep about 22 kB of each.
	expect(used() - before).toBeLessThan(400 * 5000);
});

const stream = concatBytes(
	initSectionOf({ kind: 'avc', width: 1280, height: 720, config }),
	...[0, 1, 2].map(second),
);

test('RC2 however the stream is chunked, it is the same init section and fragments', () => {
	const cut = (chunks: readonly Bytes[]): FragmenterOutput[] => {
		const fragmenter = new Fragmenter(10);
		return chunks.flatMap((chunk) => fragmenter.push(chunk));
	};
	const whole = cut([stream]);
	expect(whole.map(({ kind }) => kind)).toEqual(['init', 'fragment', 'fragment', 'fragment']);
	const fragments = whole.flatMap((one) => (one.kind === 'fragment' ? [one.fragment] : []));
	for (const [at, { bytes, ...times }] of fragments.entries()) {
		expect(bytes).toEqual(second(at));
		expect(times).toMatchObject({ keyFrame: true, sound: false, frames: 10 });
		expect(times.mediaTicks / times.timescale).toBe(at);
		expect(times.durationTicks / times.timescale).toBe(1);
	}
	fc.assert(
		fc.property(fc.array(fc.nat(stream.length), { maxLength: 30 }), (cuts) => {
			const ends = [...new Set([...cuts, stream.length])].toSorted((a, b) => a - b);
			const chunks = ends.map((end, at) => stream.slice(ends[at - 1] ?? 0, end));
			expect(cut(chunks)).toEqual(whole);
		}),
		{ numRuns: 40 },
	);
});

test('a box of an impossible size is refused at once, not waited for', () => {
	for (const size of [0, 7, 64 * 1024 * 1024 + 1, 0xffffffff]) {
		const damaged = stream.slice();
		new DataView(damaged.buffer).setUint32(0, size);
		expect(() => new Fragmenter(10).push(damaged)).toThrow(
			expect.objectContaining({ kind: 'malformed' }),
		);
	}
});

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Fragmenter } from '#browser/encoding/fragmenter.ts';
import type { Bytes } from '#domain/base/bytes.ts';
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

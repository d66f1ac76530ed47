import { expect, test } from 'vitest';
import { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import type { Encoder, EncoderSink } from '#ports/media/encoder.ts';
import { makePicture } from '../../fakes/peer-connections.ts';

/** An encoder whose sinks the test drives itself. */
function played() {
	const sinks: EncoderSink[] = [];
	const encoder: Encoder = {
		start: (_captured, _options, sink) => {
			sinks.push(sink);
			return { soundMissing: false, stop: () => Promise.resolve() };
		},
	};
	return { shared: new SharedEncoder(encoder), sinks };
}

const options = { bitsPerSecond: 1, frameRate: 1, keyFrameMs: 1000, sound: false };
const init = { bytes: Uint8Array.of(1), mime: 'video/mp4', anchorMs: 0 };
const fragment = (byte: number) => ({
	...{ bytes: Uint8Array.of(byte), mediaTicks: 0, timescale: 1, durationTicks: 1 },
	...{ keyFrame: true, sound: false, frames: 1 },
});
const silent: EncoderSink = {
	init: () => undefined,
	renewalNeeded: () => undefined,
	fragment: () => undefined,
	ended: () => undefined,
};

test('LV17 a picture stays recorded while one encoding takes over from another', () => {
	const { shared, sinks } = played();
	const picture = makePicture();
	expect(shared.isRecording(picture)).toBe(false);
	shared.start({ picture }, options, silent);
	shared.start({ picture }, options, silent);
	sinks[0]?.ended(null);
	expect(shared.isRecording(picture)).toBe(true);
	sinks[1]?.ended(null);
	expect(shared.isRecording(picture)).toBe(false);
});

test('LV17 listeners get copies, because the recorder may transfer its own buffers', () => {
	const { shared, sinks } = played();
	const picture = makePicture();
	const heard: number[] = [];
	let changes = 0;
	const off = shared.subscribe({
		fragment: (of, section, { bytes }) => {
			expect([of, section]).toEqual([picture, init]);
			heard.push(bytes[0] ?? 0);
			bytes.fill(99);
		},
		changed: () => (changes += 1),
	});
	const kept: number[] = [];
	shared.start({ picture }, options, {
		...silent,
		fragment: ({ bytes }) => kept.push(bytes[0] ?? 0),
	});
	sinks[0]?.fragment(fragment(1));
	sinks[0]?.init(init);
	sinks[0]?.fragment(fragment(2));
	off();
	sinks[0]?.fragment(fragment(3));
	sinks[0]?.ended(null);
	expect(heard).toEqual([2]);
	expect(kept).toEqual([1, 2, 3]);
	expect(changes).toBe(1);
});

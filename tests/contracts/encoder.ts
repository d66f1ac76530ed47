import { expect, test } from 'vitest';
import type { Fault } from '#domain/base/fault.ts';
import type { Captured } from '#ports/media/capture.ts';
import type { Encoder, EncoderSink, Encoding, Fragment } from '#ports/media/encoder.ts';

/** An encoder, a picture for it, and a way to let about a second pass. */
interface EncoderUnderTest {
	readonly encoder: Encoder;
	readonly captured: Captured;
	readonly second: () => void | Promise<void>;
}

const OPTIONS = { bitsPerSecond: 500_000, keyFrameMs: 1000, frameRate: 15, sound: false };

/** Everything an encoder reported, in order. */
class Reported implements EncoderSink {
	readonly calls: ('init' | 'fragment' | 'renewal' | 'ended')[] = [];
	readonly fragments: Fragment[] = [];
	fault: Fault | null | undefined;

	init(): void {
		this.calls.push('init');
	}
	fragment(fragment: Fragment): void {
		this.calls.push('fragment');
		this.fragments.push(fragment);
	}
	renewalNeeded(): void {
		this.calls.push('renewal');
	}
	ended(fault: Fault | null): void {
		this.calls.push('ended');
		this.fault = fault;
	}
}

export function encoderContract(make: () => Promise<EncoderUnderTest>): void {
	/** Starts one and waits for some fragments. */
	const running = async (count: number) => {
		const { encoder, captured, second } = await make();
		const sink = new Reported();
		const encoding = encoder.start(captured, OPTIONS, sink);
		const goOn = async (of: Reported, more: number) => {
			for (let left = 60; of.fragments.length < more && left > 0; left -= 1) await second();
			expect(of.fragments.length).toBeGreaterThanOrEqual(more);
		};
		await goOn(sink, count);
		return { encoder, captured, sink, encoding, goOn };
	};
	const stopped = async (encoding: Encoding, sink: Reported) => {
		await encoding.stop();
		expect([sink.calls.at(-1), sink.fault]).toEqual(['ended', null]);
	};

	test('RC2 one init section, then fragments in order of media time, and `ended` once and last', async () => {
		const { sink, encoding } = await running(3);
		await stopped(encoding, sink);
		await stopped(encoding, sink);
		expect(sink.calls.slice(0, 2)).toEqual(['init', 'fragment']);
		expect(sink.calls.filter((call) => call === 'init')).toHaveLength(1);
		expect(sink.calls.filter((call) => call === 'ended')).toHaveLength(1);
		let endS = -Infinity;
		for (const { mediaTicks, durationTicks, timescale, keyFrame, frames, bytes, sound } of [
			...sink.fragments,
		]) {
			expect([keyFrame, sound]).toEqual([true, false]);
			expect(Math.min(frames, durationTicks, bytes.length)).toBeGreaterThan(0);
			expect(mediaTicks / timescale).toBeGreaterThan(endS - 0.1);
			endS = (mediaTicks + durationTicks) / timescale;
		}
	});

	test('RC8 a successor starts before its predecessor stops, and neither hears of the other', async () => {
		const { encoder, captured, sink, encoding, goOn } = await running(2);
		const second = new Reported();
		const next = encoder.start(captured, OPTIONS, second);
		await stopped(encoding, sink);
		const count = sink.calls.length;
		await goOn(second, 2);
		await stopped(next, second);
		expect(sink.calls).toHaveLength(count);
		expect(second.calls[0]).toBe('init');
	});

	test('what was delivered may be transferred: no fragment shares its bytes with another', async () => {
		const { sink, encoding } = await running(3);
		await stopped(encoding, sink);
		expect(new Set(sink.fragments.map(({ bytes }) => bytes.buffer)).size).toBe(
			sink.fragments.length,
		);
	});
}

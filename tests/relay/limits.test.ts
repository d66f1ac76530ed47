import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backoff } from '#relay/backoff.ts';
import { Bucket } from '#relay/bucket.ts';
import { Gate, networkOf } from '#relay/gate.ts';

describe('a bucket', () => {
	test('gives what is in it at once, then what comes in', () => {
		const bucket = new Bucket({ perSecond: 60, atOnce: 240 }, 0);
		for (let one = 0; one < 240; one += 1) expect(bucket.take(1, 0)).toBe(true);
		expect(bucket.take(1, 0)).toBe(false);
		expect(bucket.take(1, 16)).toBe(false);
		expect(bucket.take(1, 17)).toBe(true);
	});

	test('never gives more than its rate allows, however the takes fall', () => {
		const takes = fc.array(fc.tuple(fc.nat(500), fc.nat(40)), { maxLength: 200 });
		fc.assert(
			fc.property(takes, (list) => {
				const bucket = new Bucket({ perSecond: 10, atOnce: 30 }, 0);
				let [nowMs, taken] = [0, 0];
				for (const [laterMs, amount] of list) {
					nowMs += laterMs;
					if (bucket.take(amount, nowMs)) taken += amount;
				}
				expect(taken).toBeLessThanOrEqual(30 + (nowMs / 1000) * 10 + 1e-6);
			}),
		);
	});
});

describe('RL7 the gate', () => {
	const limits = { socketsPerMinute: 60, socketsAtOnce: 200 };

	test('lets 60 a minute in, and more when time has gone by', () => {
		const gate = new Gate(limits);
		for (let one = 0; one < 60; one += 1) expect(gate.enter('10.0.0.1', 0)).toBe(true);
		expect(gate.enter('10.0.0.1', 0)).toBe(false);
		expect(gate.enter('10.0.0.2', 0)).toBe(true);
		expect(gate.enter('10.0.0.1', 1_001)).toBe(true);
	});

	test('holds 200 at a time', () => {
		const gate = new Gate(limits);
		let inside = 0;
		for (let nowMs = 0; nowMs < 600_000; nowMs += 1_500) if (gate.enter('a', nowMs)) inside += 1;
		expect(inside).toBe(200);
		gate.leave('a');
		expect(gate.enter('a', 700_000)).toBe(true);
	});

	test('refuses for a minute who keeps breaking limits, and forgets', () => {
		const gate = new Gate(limits);
		for (let one = 0; one < 4; one += 1) gate.offend('a', 0);
		expect(gate.enter('a', 59_000)).toBe(false);
		expect(gate.enter('a', 61_000)).toBe(true);
	});

	test.each([
		['192.168.1.5', '192.168.1.5'],
		['::ffff:192.168.1.5', '192.168.1.5'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
		['2001:db8:1:2::9', '2001:db8:1:2'],
		['2001:db8::1', '2001:db8:0:0'],
		['::1', '0:0:0:0'],
	])('%s counts as %s', (address, network) => {
		expect(networkOf(address)).toBe(network);
	});
});

test('RL1 a start after 0.2 s, doubling, at most 10 s, counted anew after a quiet minute', () => {
	const backoff = new Backoff();
	const waits = Array.from({ length: 8 }, () => backoff.nextMs(100));
	expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
	expect(backoff.nextMs(60_000)).toBe(200);
});

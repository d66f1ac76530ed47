import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backoff } from '#relay/process/backoff.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';
import { ConnectionLimiter } from '#relay/http/connection-limiter.ts';
import { SlidingWindowLimit } from '#relay/base/sliding-window-limit.ts';

describe('a bucket', () => {
	test('gives what is in it at once, then what comes in', () => {
		const bucket = new TokenBucket({ perSecond: 60, atOnce: 240 }, 0);
		for (let one = 0; one < 240; one += 1) expect(bucket.take(1, 0)).toBe(true);
		expect(bucket.take(1, 0)).toBe(false);
		expect(bucket.take(1, 16)).toBe(false);
		expect(bucket.take(1, 17)).toBe(true);
	});

	test('never gives more than its rate allows, however the takes fall', () => {
		const takes = fc.array(fc.tuple(fc.nat(500), fc.nat(40)), { maxLength: 200 });
		fc.assert(
			fc.property(takes, (list) => {
				const bucket = new TokenBucket({ perSecond: 10, atOnce: 30 }, 0);
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
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 60; one += 1) expect(limiter.enter('10.0.0.1', 0)).toBe(true);
		expect(limiter.enter('10.0.0.1', 0)).toBe(false);
		expect(limiter.enter('10.0.0.2', 0)).toBe(true);
		expect(limiter.enter('10.0.0.1', 1_001)).toBe(true);
	});

	test('holds 200 at a time', () => {
		const limiter = new ConnectionLimiter(limits);
		let inside = 0;
		for (let nowMs = 0; nowMs < 600_000; nowMs += 1_500) if (limiter.enter('a', nowMs)) inside += 1;
		expect(inside).toBe(200);
		limiter.leave('a');
		expect(limiter.enter('a', 700_000)).toBe(true);
	});

	test('refuses for a minute who keeps breaking limits, and forgets', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 4; one += 1) limiter.countViolation('a', 0);
		expect(limiter.enter('a', 59_000)).toBe(false);
		expect(limiter.enter('a', 61_000)).toBe(true);
	});

	test('gives the token of a proof back: a household that comes back at once is let in', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 150; one += 1) {
			expect(limiter.enter('10.0.0.1', 0)).toBe(true);
			limiter.proved('10.0.0.1');
		}
	});

	test('RL27 a guest of the local network does not lock the household out by IPv6', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 70; one += 1) limiter.enter('fd00:1:2:3::bad', 0);
		expect(limiter.enter('fd00:1:2:3::bad', 0)).toBe(false);
		expect(limiter.enter('fd00:1:2:3::c0de', 0)).toBe(true);
		// Whoever has a whole network of the internet is one, however many addresses it has.
		for (let one = 0; one < 60; one += 1) limiter.enter(`2001:db8:1:2::${one}`, 0);
		expect(limiter.enter('2001:db8:1:2::ffff', 0)).toBe(false);
	});

	test('remembers 10,000 addresses, however many come; never forgets one that has a socket', () => {
		const limiter = new ConnectionLimiter({ socketsPerMinute: 60, socketsAtOnce: 1 });
		expect(limiter.enter('10.0.0.1', 0)).toBe(true);
		for (let at = 0; at < 30_000; at += 1) {
			const address = `fd00::${at.toString(16)}`;
			limiter.enter(address, 0);
			limiter.leave(address);
		}
		expect(limiter.size).toBe(10_000);
		expect(limiter.enter('10.0.0.1', 0)).toBe(false);
	});
});

test('RL18 tries: never more in any stretch of time, however they fall', () => {
	const times = fc.array(fc.nat(200), { maxLength: 300 });
	fc.assert(
		fc.property(times, (list) => {
			const tries = new SlidingWindowLimit(10, 1_000);
			const taken: number[] = [];
			let nowMs = 0;
			for (const laterMs of list) {
				nowMs += laterMs;
				if (!tries.allows(nowMs)) continue;
				tries.count(nowMs);
				taken.push(nowMs);
			}
			for (const [at, fromMs] of taken.entries()) {
				const within = taken.slice(at).filter((ms) => ms - fromMs < 1_000);
				expect(within.length).toBeLessThanOrEqual(10);
			}
		}),
	);
});

test('RL1 a start after 0.2 s, doubling, at most 10 s, counted anew after a quiet minute', () => {
	const backoff = new Backoff();
	const waits = Array.from({ length: 8 }, () => backoff.nextMs(100));
	expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
	expect(backoff.nextMs(60_000)).toBe(200);
});

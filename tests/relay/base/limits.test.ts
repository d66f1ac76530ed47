import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Backoff } from '#relay/process/backoff.ts';
import { TokenBucket } from '#domain/base/token-bucket.ts';
import { ConnectionLimiter } from '#relay/http/connection-limiter.ts';
import { SlidingWindowLimit } from '#relay-core/sliding-window-limit.ts';

describe('a token bucket', () => {
	test('allows the burst at once, then the rate', () => {
		const bucket = new TokenBucket({ perSecond: 60, atOnce: 240 }, 0);
		for (let one = 0; one < 240; one += 1) expect(bucket.take(1, 0)).toBe(true);
		expect(bucket.take(1, 0)).toBe(false);
		expect(bucket.take(1, 16)).toBe(false);
		expect(bucket.take(1, 17)).toBe(true);
	});

	test('never exceeds rate and burst, whatever the order of takes', () => {
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

describe('RL7 the connection limiter', () => {
	const limits = { socketsPerMinute: 60, socketsAtOnce: 200 };

	test('admits 60 sockets at once, and more as time passes', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 60; one += 1) expect(limiter.enter('10.0.0.1', 0)).toBe(true);
		expect(limiter.enter('10.0.0.1', 0)).toBe(false);
		expect(limiter.enter('10.0.0.2', 0)).toBe(true);
		expect(limiter.enter('10.0.0.1', 1_001)).toBe(true);
	});

	test('admits 200 concurrent sockets', () => {
		const limiter = new ConnectionLimiter(limits);
		let inside = 0;
		for (let nowMs = 0; nowMs < 600_000; nowMs += 1_500) if (limiter.enter('a', nowMs)) inside += 1;
		expect(inside).toBe(200);
		limiter.leave('a');
		expect(limiter.enter('a', 700_000)).toBe(true);
	});

	test('refuses an address for a minute after repeated violations, then forgets it', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 4; one += 1) limiter.countViolation('a', 0);
		expect(limiter.enter('a', 59_000)).toBe(false);
		expect(limiter.enter('a', 61_000)).toBe(true);
	});

	test('refunds the token of an authenticated socket: a household that reconnects at once is admitted', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 150; one += 1) {
			expect(limiter.enter('10.0.0.1', 0)).toBe(true);
			limiter.proved('10.0.0.1');
		}
	});

	test('RL27 a guest in the local network cannot lock the household out with IPv6 addresses', () => {
		const limiter = new ConnectionLimiter(limits);
		for (let one = 0; one < 70; one += 1) limiter.enter('fd00:1:2:3::bad', 0);
		expect(limiter.enter('fd00:1:2:3::bad', 0)).toBe(false);
		expect(limiter.enter('fd00:1:2:3::c0de', 0)).toBe(true);
		// On the internet a whole /64 counts as one client.
		for (let one = 0; one < 60; one += 1) limiter.enter(`2001:db8:1:2::${one}`, 0);
		expect(limiter.enter('2001:db8:1:2::ffff', 0)).toBe(false);
	});

	test('remembers at most 10,000 addresses, and never forgets one with an open socket', () => {
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

test('RL18 tries never exceed the limit in any window, whatever their timing', () => {
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

test('RL1 restarts after 0.2 s, doubling to at most 10 s, reset after a quiet minute', () => {
	const backoff = new Backoff();
	const waits = Array.from({ length: 8 }, () => backoff.nextMs(100));
	expect(waits).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
	expect(backoff.nextMs(60_000)).toBe(200);
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Suspends the page until `untilMs`; then queued callbacks run in order. */
function standStill(untilMs: number): void {
	vi.setSystemTime(untilMs);
	vi.spyOn(performance, 'now').mockReturnValue(untilMs);
}

test('fires in time on a running page, and not after it was cancelled', () => {
	const [rings, never] = [vi.fn(), vi.fn()];
	startDeadlineTimer(3000, rings);
	const off = startDeadlineTimer(3000, never);
	vi.advanceTimersByTime(2990);
	expect(rings).not.toHaveBeenCalled();
	off();
	vi.advanceTimersByTime(20);
	expect(rings).toHaveBeenCalledOnce();
	expect(never).not.toHaveBeenCalled();
});

test('after a suspension queued events run first', () => {
	const rings = vi.fn();
	const off = startDeadlineTimer(3000, rings);
	setTimeout(off, 3010);
	standStill(performance.now() + 5000);
	vi.advanceTimersByTime(10_000);
	expect(rings).not.toHaveBeenCalled();
});

test('and it fires when none cancelled it', () => {
	const rings = vi.fn();
	startDeadlineTimer(3000, rings);
	standStill(performance.now() + 5000);
	vi.advanceTimersByTime(3000);
	expect(rings).not.toHaveBeenCalled();
	vi.advanceTimersByTime(1000);
	expect(rings).toHaveBeenCalledOnce();
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDeadlineTimer } from '#browser/device/deadline-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The page stands still until `untilMs`, then does what has waited in that order. */
function standStill(untilMs: number): void {
	vi.setSystemTime(untilMs);
	vi.spyOn(performance, 'now').mockReturnValue(untilMs);
}

test('rings in time on a page that runs, and not when it was called off', () => {
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

test('a page that stood still hears first what piled up', () => {
	const rings = vi.fn();
	const off = startDeadlineTimer(3000, rings);
	setTimeout(off, 3010);
	standStill(performance.now() + 5000);
	vi.advanceTimersByTime(10_000);
	expect(rings).not.toHaveBeenCalled();
});

test('and rings when nothing had', () => {
	const rings = vi.fn();
	startDeadlineTimer(3000, rings);
	standStill(performance.now() + 5000);
	vi.advanceTimersByTime(3000);
	expect(rings).not.toHaveBeenCalled();
	vi.advanceTimersByTime(1000);
	expect(rings).toHaveBeenCalledOnce();
});

import { expect, test } from 'vitest';
import { GuardMode, HOLD_TO_LEAVE_MS } from '#state/recording/guard-mode.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';

const BADGE = { width: 80, height: 30 };
const SCREEN = { width: 360, height: 800 };

function entered() {
	const clock = new ManualClock();
	const guard = new GuardMode(clock);
	guard.enter();
	return { clock, guard };
}

test('GM1 the screen goes black ten seconds after it was last touched', () => {
	const { clock, guard } = entered();
	clock.advance(9999);
	expect(guard.dark).toBe(false);
	expect(guard.wake()).toBe(false);
	clock.advance(9999);
	expect(guard.dark).toBe(false);
	clock.advance(1);
	expect([guard.on, guard.dark]).toEqual([true, true]);
});

test('GM2 the badge moves every minute, and only in guard mode', () => {
	const { clock, guard } = entered();
	const places = [guard.place(SCREEN, BADGE)];
	for (let minute = 0; minute < 3; minute += 1) {
		clock.advance(60_000);
		places.push(guard.place(SCREEN, BADGE));
	}
	expect(new Set(places.map(({ x, y }) => `${String(x)} ${String(y)}`)).size).toBe(4);
	guard.leave();
	clock.advance(60_000);
	expect(guard.place(SCREEN, BADGE)).toEqual(places.at(-1));
	expect(clock.waiting).toBe(0);
});

test('GM5 a touch in the dark only wakes; holding leaves, letting go earlier does not', () => {
	const { clock, guard } = entered();
	clock.advance(10_000);
	expect(guard.wake()).toBe(true);
	guard.hold();
	clock.advance(HOLD_TO_LEAVE_MS - 1);
	guard.release();
	clock.advance(HOLD_TO_LEAVE_MS);
	expect([guard.on, guard.holding]).toEqual([true, false]);
	guard.hold();
	guard.hold();
	clock.advance(HOLD_TO_LEAVE_MS);
	expect([guard.on, guard.dark, guard.holding]).toEqual([false, false, false]);
	expect(clock.waiting).toBe(0);
});

test('the screen stays lit while the button is held', () => {
	const { clock, guard } = entered();
	clock.advance(9000);
	guard.hold();
	clock.advance(1000);
	expect([guard.on, guard.dark]).toEqual([true, false]);
	guard.release();
	clock.advance(10_000);
	expect(guard.dark).toBe(true);
});

import { expect, test } from 'vitest';
import type { Session } from '#state/app/session.svelte.ts';
import { LeaveGuard } from '#state/app/leave-guard.svelte.ts';

test('KT18 what is not finished is held until they say so, and asked about anew after that', () => {
	const session = { unfinished: null } as unknown as Session;
	let made = false;
	let left = 0;
	const unfinished = new LeaveGuard(() => made);
	const off = unfinished.hold(session);
	expect(session.leaveGuard?.loses).toBe(false);
	made = true;
	expect(session.leaveGuard?.loses).toBe(true);
	unfinished.ask(() => (left += 1));
	expect(unfinished.asks).toBe(true);
	unfinished.stay();
	expect([unfinished.asks, unfinished.loses, left]).toEqual([false, true, 0]);
	unfinished.ask(() => (left += 1));
	unfinished.leave();
	// The way they leave by is not asked about once more.
	expect([unfinished.asks, unfinished.loses, left]).toEqual([false, false, 1]);
	unfinished.stay();
	expect(unfinished.loses).toBe(true);
	const other = new LeaveGuard(() => true);
	other.hold(session);
	off();
	expect(session.leaveGuard).toBe(other);
});

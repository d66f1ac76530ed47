import { expect, test } from 'vitest';
import type { Session } from '#state/app/session.svelte.ts';
import { LeaveGuard } from '#state/app/leave-guard.svelte.ts';

test('KT18 leaving unfinished work waits for a confirmation, and asks again the next time', () => {
	const session = { leaveGuard: null } as unknown as Session;
	let made = false;
	let left = 0;
	const leaveGuard = new LeaveGuard(() => made);
	const off = leaveGuard.hold(session);
	expect(session.leaveGuard?.loses).toBe(false);
	made = true;
	expect(session.leaveGuard?.loses).toBe(true);
	leaveGuard.ask(() => (left += 1));
	expect(leaveGuard.asks).toBe(true);
	leaveGuard.stay();
	expect([leaveGuard.asks, leaveGuard.loses, left]).toEqual([false, true, 0]);
	leaveGuard.ask(() => (left += 1));
	leaveGuard.leave();
	// The confirmed navigation is not asked about again.
	expect([leaveGuard.asks, leaveGuard.loses, left]).toEqual([false, false, 1]);
	leaveGuard.stay();
	expect(leaveGuard.loses).toBe(true);
	const other = new LeaveGuard(() => true);
	other.hold(session);
	off();
	expect(session.leaveGuard).toBe(other);
});

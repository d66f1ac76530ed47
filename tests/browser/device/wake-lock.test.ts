import { beforeEach, expect, test, vi } from 'vitest';
import { BrowserWakeLock } from '#browser/device/wake-lock.ts';
import { until } from '../../support/until.ts';

class Sentinel {
	released = false;
	release = (): Promise<void> => {
		this.released = true;
		return Promise.resolve();
	};
}

let page: EventTarget & { hidden: boolean };
let locks: Sentinel[];
let refuses: boolean;
beforeEach(() => {
	page = Object.assign(new EventTarget(), { hidden: false });
	[locks, refuses] = [[], false];
	const request = (): Promise<Sentinel> => {
		if (refuses) return Promise.reject(new DOMException('low battery', 'NotAllowedError'));
		locks.push(new Sentinel());
		return Promise.resolve(locks.at(-1)!);
	};
	vi.stubGlobal('document', page);
	vi.stubGlobal('navigator', { wakeLock: { request } });
	return () => vi.unstubAllGlobals();
});

function turn(hidden: boolean): void {
	page.hidden = hidden;
	// As a browser does: a hidden page loses its lock.
	if (hidden) for (const lock of locks) lock.released = true;
	page.dispatchEvent(new Event('visibilitychange'));
}

test('GM7 the wake lock is requested again whenever the page becomes visible', async () => {
	const awake = new BrowserWakeLock();
	awake.setWanted(true);
	await until(() => awake.state === 'held');
	for (const count of [2, 3]) {
		turn(true);
		turn(false);
		await until(() => locks.length === count);
		expect(awake.state).toBe('held');
	}
	awake.setWanted(false);
	await until(() => awake.state === 'unwanted');
	expect(locks.every(({ released }) => released)).toBe(true);
	turn(true);
	turn(false);
	awake.setWanted(true);
	await until(() => awake.state === 'held');
	expect(locks).toHaveLength(4);
});

test('GM7 a refusal is reported, and tried again when the page is visible', async () => {
	refuses = true;
	const awake = new BrowserWakeLock();
	const states: string[] = [];
	awake.on(() => states.push(awake.state));
	awake.setWanted(true);
	await until(() => awake.state === 'refused');
	refuses = false;
	turn(true);
	turn(false);
	await until(() => awake.state === 'held');
	expect(states).toEqual(['refused', 'held']);
});

test('GM7 a browser without wake locks is reported', async () => {
	vi.stubGlobal('navigator', {});
	const awake = new BrowserWakeLock();
	awake.setWanted(true);
	await until(() => awake.state === 'missing');
});

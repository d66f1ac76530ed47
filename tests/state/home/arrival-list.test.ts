import { beforeEach, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { PendingArrival } from '#engine/members/arrivals.ts';
import { ArrivalList } from '#state/home/arrival-list.svelte.ts';
import type { Engine } from '#state/app/engine.ts';
import { ManualClock } from '../../fakes/clock.ts';

const [PHONE, LAPTOP] = ['01'.repeat(16), '02'.repeat(16)] as [DeviceId, DeviceId];
const MINUTE = 60_000;

let clock: ManualClock;
let list: PendingArrival[];
let dismiss: (device: DeviceId) => Promise<void>;
const awaited = (device: DeviceId, minutes: number): PendingArrival => ({
	...{ device, name: 'Phone', takenBackMs: null },
	untilMs: clock.wallMs() + minutes * MINUTE,
});

beforeEach(() => {
	clock = new ManualClock();
	list = [];
	dismiss = () => Promise.resolve();
});

function arrivals(kind = 'connected', devices = 2): ArrivalList {
	const off = () => () => undefined;
	const engine = {
		...{ clock, messenger: { state: { kind }, on: off } },
		homeRoster: { roster: { devices: { size: devices } } },
		arrivals: { list, on: off, dismiss: (device: DeviceId) => dismiss(device) },
	};
	return new ArrivalList(engine as unknown as Engine);
}

test('PR26 a device is late from the end of its time on', () => {
	list = [awaited(PHONE, 10)];
	const early = arrivals();
	expect(early.isLate(list[0]!)).toBe(false);
	clock.advance(10 * MINUTE - 1);
	expect(arrivals().isLate(list[0]!)).toBe(false);
	clock.advance(1);
	expect(arrivals().isLate(list[0]!)).toBe(true);
});

test('PR26 PR27 a device that was taken back is on the list, but is not awaited', () => {
	const takenBack = { ...awaited(LAPTOP, -1), takenBackMs: clock.wallMs() };
	list = [awaited(PHONE, 10), takenBack];
	const known = arrivals();
	expect(known.list).toHaveLength(2);
	expect(known.of(PHONE)).toBe(list[0]);
	expect(known.of(LAPTOP)).toBe(null);
	expect(known.of('03'.repeat(16) as DeviceId)).toBe(null);
});

test('apart is who has no relay, though others belong to the home', () => {
	expect(arrivals('none').apart).toBe(true);
	expect(arrivals('none', 1).apart).toBe(false);
	// A relay that is away may come back.
	expect(arrivals('away').apart).toBe(false);
});

test('PR27 a notice is dismissed by device; a vault that refuses leaves it for another time', async () => {
	const dismissed: DeviceId[] = [];
	dismiss = (device) => {
		dismissed.push(device);
		return Promise.reject(new Fault('unavailable', 'the database did not answer'));
	};
	await arrivals().dismiss(LAPTOP);
	expect(dismissed).toEqual([LAPTOP]);
	// A mistake in the program is none of the vault's.
	dismiss = () => Promise.reject(new TypeError('no such thing'));
	await expect(arrivals().dismiss(LAPTOP)).rejects.toThrow(TypeError);
});

import type { DeviceChange } from '#engine/home/device-change.ts';
import { expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { Fault } from '#domain/base/fault.ts';
import { LocalCameras } from '#engine/home/local-cameras.ts';
import type { LocalDeviceState } from '#engine/home/local-device.ts';

const idOf = (number: number, of = 'a') => of.repeat(31) + number.toString(16);

function ready(numbers: readonly number[], of = 'a'): LocalDeviceState {
	const cameras = numbers.map((number) => ({
		...{ id: idOf(number, of) as CameraId, number, name: null },
	}));
	return {
		kind: 'ready',
		homeId: '' as never,
		deviceId: '' as never,
		strength: 'sealed',
		cameras,
		removed: [],
	};
}

function world() {
	let state: LocalDeviceState = { kind: 'new' };
	let tell: (change: DeviceChange) => void = () => undefined;
	const log: string[] = [];
	const localDevice = {
		get state() {
			return state;
		},
		on: (listener: (change: DeviceChange) => void) => {
			tell = listener;
			return () => undefined;
		},
	};
	const cameras = new LocalCameras(localDevice, (number) => {
		log.push(`made ${number}`);
		return { number, dispose: () => void log.push(`disposed ${number}`) };
	});
	cameras.on(() => log.push('told'));
	cameras.begin();
	const become = (next: LocalDeviceState): void => {
		state = next;
		tell('identity');
	};
	return { cameras, log, become };
}

test('RC37 one of each is made for each camera, and disposed when it goes', () => {
	const { cameras, log, become } = world();
	expect(cameras.all).toEqual([]);
	become(ready([1]));
	become(ready([1, 3]));
	const [first, third] = cameras.all;
	expect(cameras.of(idOf(3) as CameraId)).toBe(third);
	become(ready([1]));
	expect(cameras.all).toEqual([first]);
	expect(cameras.of(idOf(3) as CameraId)).toBeUndefined();
	expect(log).toEqual(['made 1', 'told', 'made 3', 'told', 'disposed 3', 'told']);
});

test('RC37 GO5 they outlive locked and unavailable keys, and a new identity', () => {
	const { cameras, log, become } = world();
	become(ready([1, 2]));
	const before = cameras.all;
	become({ kind: 'unavailable', fault: new Fault('timeout', 'no answer') });
	expect([cameras.all, cameras.idOf(1)]).toEqual([before, null]);
	become({ kind: 'locked', missing: [], bytes: 1 });
	become(ready([1, 2], 'b'));
	expect(cameras.all).toEqual(before);
	expect(cameras.idOf(2)).toBe(idOf(2, 'b'));
	expect(log).toEqual(['made 1', 'made 2', 'told']);
});

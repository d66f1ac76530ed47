import { describe, expect, test, vi } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { Member } from '#engine/members/member-list.ts';
import type { SavedCopyControls } from '#engine/sync/marks/saved-copies.ts';
import { Devices } from '#state/home/devices.svelte.ts';

const DEVICE = 'd'.repeat(32) as DeviceId;
const member = { device: DEVICE, name: 'Hall' } as Member;
const copyOf = (id: string) => {
	return { camera: id.repeat(32) as CameraId, bytes: 5, startUs: 1, endUs: 2 };
};
const COPIES = [copyOf('a'), copyOf('b')];

function world({ relay = 'connected' } = {}) {
	const done: string[] = [];
	const copies = {
		of: vi.fn<SavedCopyControls['of']>(() => Promise.resolve(COPIES)),
		removeAll: vi.fn<SavedCopyControls['removeAll']>((camera, tell) => {
			tell(0.5);
			done.push(camera[0]!);
			return Promise.resolve();
		}),
	};
	const silent = { on: () => () => undefined };
	const devices = new Devices({
		...{ cameraDirectory: silent, lastSeen: silent },
		messenger: { ...silent, state: { kind: relay } },
		members: {
			...silent,
			revoke: (_: DeviceId, tell: (proof: object) => void) => {
				done.push('revoked');
				tell({ atMs: 0, relayMs: 1, cameras: [] });
				return Promise.resolve();
			},
		},
		savedCopies: () => Promise.resolve(copies),
	} as never);
	return { devices, copies, done };
}

describe('SY43 a device is removed', () => {
	test('what it saved is looked up before; it stays unless somebody says otherwise', async () => {
		const { devices, done } = world();
		const looking = devices.lookAtSaved(DEVICE);
		expect(devices.saved).toEqual({ device: DEVICE, state: 'asking', copies: [] });
		await looking;
		expect(devices.saved).toEqual({ device: DEVICE, state: 'known', copies: COPIES });
		await devices.revoke(member);
		expect(done).toEqual(['revoked']);
		expect(devices.gone).toMatchObject([{ device: DEVICE, removal: null }]);
	});

	test('it is out before anything is deleted, so that it sends nothing more', async () => {
		const { devices, done } = world();
		await devices.revoke(member, COPIES);
		expect(done).toEqual(['revoked', 'a', 'b']);
		const [gone] = devices.gone;
		expect(gone?.removal).toMatchObject({ state: 'deleted', done: 1, fault: null });
	});

	test('what fails is named, and can be tried again', async () => {
		const { devices, copies } = world();
		copies.removeAll.mockRejectedValueOnce(new Fault('offline', 'the relay is away'));
		await devices.revoke(member, COPIES);
		const removal = devices.gone[0]!.removal!;
		expect([removal.state, removal.fault?.kind]).toEqual(['failed', 'offline']);
		await removal.begin();
		expect([removal.state, removal.fault]).toEqual(['deleted', null]);
	});

	test('a relay that does not answer is no reason to ask nothing, a home without one is', async () => {
		const { devices, copies } = world();
		copies.of.mockRejectedValueOnce(new Fault('offline', 'the relay is away'));
		await devices.lookAtSaved(DEVICE);
		expect(devices.saved?.state).toBe('unknown');
		const alone = world({ relay: 'none' });
		await alone.devices.lookAtSaved(DEVICE);
		expect(alone.devices.saved).toBeNull();
	});
});

import { beforeEach, describe, expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import { LastPictures } from '#engine/live/viewer/last-pictures.ts';
import type { MembersChange } from '#engine/members/member-list.ts';
import type { MessengerChange, RelayConnectionState } from '#engine/messaging/messenger.ts';
import { MEMBERS, WATCHED } from '../../gallery/home.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryLastPictureStore } from '../../fakes/last-picture-store.ts';

const JPEG = new Uint8Array([0xff, 0xd8, 1]);
const YARD = 'dd'.repeat(16) as CameraId;
const { id: HALL, device: KITCHEN } = WATCHED;

let clock: ManualClock;
let store: MemoryLastPictureStore;
let cameras: readonly WatchedCamera[];
let members: typeof MEMBERS;
let state: RelayConnectionState;
const listeners = {
	members: [] as ((c: MembersChange) => void)[],
	directory: [] as (() => void)[],
};
let connection: (change: MessengerChange) => void;

function page(): LastPictures {
	const off = () => undefined;
	return new LastPictures({
		...{ clock, store },
		members: {
			get list() {
				return members;
			},
			on: (listener) => {
				listeners.members.push(listener);
				return off;
			},
		},
		messenger: {
			get state() {
				return state;
			},
			on: (listener) => {
				connection = listener;
				return off;
			},
		},
		cameraDirectory: {
			get cameras() {
				return cameras;
			},
			on: (listener) => {
				listeners.directory.push(listener);
				return off;
			},
		},
	});
}

const tellMembers = () => {
	for (const tell of listeners.members) tell('members');
};

beforeEach(() => {
	clock = new ManualClock();
	store = new MemoryLastPictureStore();
	cameras = [WATCHED];
	members = MEMBERS;
	state = { kind: 'connected', origin: '' };
	listeners.members = [];
	listeners.directory = [];
});

describe('LV45 the last picture of a camera', () => {
	test('is kept with the time of its capture, and found after a reload', async () => {
		await page().keep(HALL, JPEG, 700);
		const found = { camera: HALL, device: KITCHEN, atMs: clock.wallMs() - 700, jpeg: JPEG };
		expect(await page().find(HALL)).toEqual(found);
		expect(await page().find(YARD)).toBeNull();
	});

	test('is due at once, and then every 30 s', async () => {
		const pictures = page();
		expect(pictures.isDue(HALL)).toBe(true);
		await pictures.keep(HALL, JPEG, 0);
		expect(pictures.isDue(HALL)).toBe(false);
		clock.advance(29_000);
		expect(pictures.isDue(HALL)).toBe(false);
		clock.advance(1000);
		expect(pictures.isDue(HALL)).toBe(true);
	});

	test('is not kept of a camera of this device, of an unknown one, or over 20 kB', async () => {
		const pictures = page();
		await pictures.keep(YARD, JPEG, 0);
		await pictures.keep(HALL, new Uint8Array(20_001), 0);
		cameras = [{ ...WATCHED, own: true }];
		await pictures.keep(HALL, JPEG, 0);
		expect(store.writes).toBe(0);
	});

	test('is deleted when its device leaves the home, not before the roster is read', async () => {
		const pictures = page();
		await pictures.keep(HALL, JPEG, 0);
		members = [];
		cameras = [];
		tellMembers();
		expect(store.kept.size).toBe(1);
		members = MEMBERS.filter(({ device }) => device !== KITCHEN);
		tellMembers();
		expect(store.kept.size).toBe(0);
		expect(await pictures.find(HALL)).toBeNull();
	});

	test('is deleted when its device reports that it no longer has that camera', async () => {
		await page().keep(HALL, JPEG, 0);
		// It has not reported yet.
		cameras = [{ ...WATCHED, state: null }];
		for (const tell of listeners.directory) tell();
		expect(store.kept.size).toBe(1);
		cameras = [{ ...WATCHED, id: YARD }];
		for (const tell of listeners.directory) tell();
		expect(store.kept.size).toBe(0);
	});

	test('is deleted with all others when this device is removed', async () => {
		const pictures = page();
		await pictures.keep(HALL, JPEG, 0);
		state = { kind: 'refused', origin: '', why: 'not-a-member' };
		connection('connection');
		expect(store.kept.size).toBe(0);
		await pictures.keep(HALL, JPEG, 0);
		expect(store.kept.size).toBe(0);
		expect(await pictures.find(HALL)).toBeNull();
	});
});

test('LV45 a store that fails costs nothing but the time after a reload', async () => {
	const pictures = page();
	const { Fault } = await import('#domain/base/fault.ts');
	store.write = () => Promise.reject(new Fault('quota', 'full'));
	store.keepOnly = () => Promise.reject(new Fault('timeout', 'late'));
	await pictures.keep(HALL, JPEG, 0);
	expect((await pictures.find(HALL))?.device).toBe(KITCHEN satisfies DeviceId);
	tellMembers();
	expect(await pictures.find(HALL)).not.toBeNull();
});

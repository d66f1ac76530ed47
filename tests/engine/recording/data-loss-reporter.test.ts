import { beforeEach, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import type { FaultSource } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { DataLossReporter } from '#engine/recording/data-loss-reporter.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import type { VaultReading } from '#ports/keys/vault.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryPersistence } from '../../fakes/storage.ts';
import { FakeVault } from '../../fakes/vault.ts';

/** A vault whose database can be deleted. */
class DeletedVault extends FakeVault {
	deleted = false;
	/** Its content is still in memory. */
	remembered = true;

	override async read(): Promise<VaultReading> {
		return this.deleted ? { kind: 'empty' } : super.read();
	}

	override async restore(): Promise<'there' | 'put back' | 'lost'> {
		if (!this.deleted) return super.restore();
		this.deleted = false;
		if (this.remembered) return 'put back';
		await this.clear();
		return 'lost';
	}
}

let clock: ManualClock;
let vault: DeletedVault;
let localDevice: LocalDevice;
let origin: MemoryPersistence;
let noted: string[];
let state: RecorderState;
let clear: (what: FaultSource) => void;
let dataLoss: DataLossReporter;
let camera: CameraId;
/** How often the settings were read, which restores them. */
let settingsRead: number;

const recording = { kind: 'recording', view: {}, saved: {}, notes: [] } as unknown as RecorderState;

const recorder = {
	get state() {
		return state;
	},
	get camera() {
		return camera;
	},
};

function makeLosses(): DataLossReporter {
	const made = new DataLossReporter({
		...{ clock, localDevice, origin },
		readPreferences: () => {
			settingsRead += 1;
			return Promise.resolve();
		},
		clearing: {
			on: (listener) => {
				clear = listener;
				return () => undefined;
			},
		},
		recorders: () => [recorder],
		eventLog: { add: (_, kind) => void noted.push(kind) },
		footage: () => 5_000_000,
	});
	made.begin();
	return made;
}

beforeEach(async () => {
	clock = new ManualClock();
	vault = new DeletedVault();
	origin = new MemoryPersistence();
	noted = [];
	settingsRead = 0;
	state = recording;
	const segments = new MemorySegmentStore();
	localDevice = new LocalDevice({ crypto: new WebCrypto(), vault, segments, clock });
	const found = await localDevice.createCamera();
	if (found.kind !== 'ready' || !found.cameras[0]) throw new Error('no camera');
	camera = found.cameras[0].id;
	dataLoss = makeLosses();
});

const device = () => (localDevice.state.kind === 'ready' ? localDevice.state.deviceId : null);

test('GO4 reports deletions within a minute as one, until dismissed, also on the next page', async () => {
	clear('keys');
	clear('footage');
	clear('settings');
	clear('settings');
	await expect.poll(() => dataLoss.cleared?.what).toEqual(['keys', 'footage', 'settings']);
	expect(dataLoss.cleared).toMatchObject({ bytes: 5 * 2 ** 20, recorded: true, anew: false });
	expect(makeLosses().cleared).toEqual(dataLoss.cleared);
	dataLoss.forget();
	expect(dataLoss.cleared).toBeNull();
	expect(makeLosses().cleared).toBeNull();
});

test('GO4 logs an event once recording works again', () => {
	state = { kind: 'blind', why: 'store', fault: null, sinceMs: 0, view: null };
	clear('footage');
	dataLoss.log(recorder);
	expect(noted).toEqual([]);
	state = recording;
	dataLoss.log(recorder);
	dataLoss.log(recorder);
	expect(noted).toEqual(['cleared']);
});

test('GO5 keys deleted while recording are stored again, and the device stays the same', async () => {
	const before = device();
	vault.deleted = true;
	clear('keys');
	await expect.poll(() => vault.deleted).toBe(false);
	await localDevice.beginRun(camera, { mime: 'video/mp4', anchorUs: 0 });
	expect(device()).toBe(before);
	expect(dataLoss.cleared).toMatchObject({ anew: false });
});

test('GO5 settings are restored at once when a database is missed, and checked every 15 s', () => {
	clear('footage');
	expect(settingsRead).toBe(1);
	clock.advance(15_000);
	expect(settingsRead).toBe(2);
	state = { kind: 'off', fault: null };
	clear('settings');
	clock.advance(60_000);
	expect(settingsRead).toBe(2);
});

test('GO5 finds an unreported deletion within 15 s', async () => {
	vault.deleted = true;
	clock.advance(15_000);
	await expect.poll(() => vault.deleted).toBe(false);
});

test('GO5 creates new keys if the old ones are not in memory, and reports it', async () => {
	const before = device();
	vault.deleted = true;
	vault.remembered = false;
	clear('keys');
	await expect.poll(() => dataLoss.cleared?.anew).toBe(true);
	expect(device()).not.toBeNull();
	expect(device()).not.toBe(before);
});

test('GO5 deleted keys stay deleted if nothing is recording', async () => {
	state = { kind: 'off', fault: null };
	vault.deleted = true;
	clear('keys');
	clock.advance(60_000);
	await localDevice.refresh();
	expect(vault.deleted).toBe(true);
	expect(localDevice.state).toEqual({ kind: 'new' });
	expect(dataLoss.cleared).toMatchObject({ recorded: false });
});

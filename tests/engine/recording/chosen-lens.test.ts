import { beforeEach, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { PROFILES } from '#domain/recording/profile.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { Recorder } from '#engine/recording/recorder.ts';
import type { LensView } from '#engine/recording/recorder-controls.ts';
import type { Lens } from '#ports/media/capture.ts';
import { FakeCapture } from '../../fakes/capture.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeEncoder } from '../../fakes/encoder.ts';
import { MemoryCameraPreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { retentionWith } from '../../fakes/storage.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

const [, standard] = PROFILES;
const lens = (id: string, label: string): Lens => ({ id, label, facing: 'unknown' });
const DOOR = lens('door-1', 'Door camera');
const LAPTOP = lens('laptop', 'Built-in camera');
const choice = { lensId: DOOR.id, profile: standard, sound: false };

let clock: ManualClock;
let capture: FakeCapture;
let encoder: FakeEncoder;
let segments: MemorySegmentStore;
let preferences: MemoryCameraPreferences;
let recorder: Recorder;
let camera: CameraId;

beforeEach(async () => {
	clock = new ManualClock();
	capture = new FakeCapture();
	capture.plugged = [LAPTOP, DOOR];
	encoder = new FakeEncoder(() => clock.monotonicMs());
	segments = new MemorySegmentStore();
	preferences = new MemoryCameraPreferences();
	const localDevice = new LocalDevice({
		crypto: new WebCrypto(),
		vault: new MemoryVault(),
		segments,
		clock,
	});
	const state = await localDevice.createCamera();
	if (state.kind !== 'ready' || !state.cameras[0]) throw new Error('no camera');
	camera = state.cameras[0].id;
	recorder = new Recorder({
		...{ clock, capture, encoder, segments, preferences },
		tenure: new MemoryCameraLock(new Set()),
		retention: retentionWith(segments, () => Infinity),
		beginRun: (of, given) => localDevice.beginRun(of, given),
		camera: () => camera,
	});
	await recorder.open(choice);
});

const until = (what: () => boolean | Promise<boolean>) =>
	expect.poll(what, { interval: 2, timeout: 30_000 }).toBe(true);

const saved = async () => (await segments.runs(camera)).reduce((sum, run) => sum + run.lastSeq, 0);

/** `count` seconds with frames and fragments. */
async function record(count: number): Promise<void> {
	for (let n = 0; n < count; n++) {
		const before = await saved();
		capture.current.delivered += 15;
		clock.advance(1000);
		await recorder.open(choice);
		encoder.current.fragment();
		await until(async () => (await saved()) > before);
	}
	await recorder.open(choice);
}

const view = (): LensView | null => ('view' in recorder.state ? recorder.state.view : null);
const inUse = () => [view()?.label, view()?.instead ?? null];

async function unplugDoor(): Promise<void> {
	capture.plugged = [LAPTOP];
	capture.current.tell('ended');
	await recorder.open(choice);
	expect(recorder.state).toMatchObject({ kind: 'blind', why: 'unplugged' });
	clock.advance(500);
	await recorder.open(choice);
	await record(1);
}

test('RC33 shows that another lens is in use, and returns to the chosen one when it is plugged in', async () => {
	await recorder.start();
	await record(2);
	expect(inUse()).toEqual(['Door camera', null]);
	await unplugDoor();
	expect(recorder.state.kind).toBe('recording');
	expect(inUse()).toEqual(['Built-in camera', 'Door camera']);
	await record(3);
	expect(inUse()).toEqual(['Built-in camera', 'Door camera']);
	const other = capture.current;
	capture.plugged = [LAPTOP, DOOR];
	capture.plugIn();
	await recorder.open(choice);
	await record(1);
	expect(inUse()).toEqual(['Door camera', null]);
	expect(other.closed).toBe(true);
	expect((await preferences.read()).lensId).toBe(DOOR.id);
	await recorder.stop();
	const ended = (await segments.runs(camera)).map((run) => run.ended);
	expect(ended).toEqual(['unplugged', 'changed', 'stopped']);
});

test('RC31 a lens that takes 7 s for its first frame records, one that takes 20 s at the second attempt', async () => {
	/** Lets `lagS` seconds pass without frames, with a watchdog check every second. */
	const wait = async (lagS: number): Promise<void> => {
		for (let second = 1; second <= lagS; second += 1) {
			clock.advance(1000);
			await recorder.open(choice);
		}
	};
	await recorder.start();
	await wait(7);
	expect(recorder.state.kind).toBe('starting');
	await record(1);
	await recorder.stop();
	await recorder.close();
	await recorder.open(choice);
	await recorder.start();
	await wait(16);
	expect(recorder.state).toMatchObject({
		...{ kind: 'blind', why: 'stalled' },
		fault: { kind: 'timeout', source: 'camera' },
	});
	await wait(20);
	await record(1);
	expect(recorder.state.kind).toBe('recording');
});

test('RC33 polling finds a returned lens within 15 s and backs off if it does not open', async () => {
	await recorder.start();
	await record(1);
	await unplugDoor();
	capture.plugged = [LAPTOP, DOOR];
	capture.failures.push(new Fault('unreadable', 'not yet'));
	const opened = capture.opened.length;
	await record(16);
	expect(capture.failures).toEqual([]);
	expect(inUse()).toEqual(['Built-in camera', 'Door camera']);
	expect(capture.opened).toHaveLength(opened);
	await record(31);
	expect(inUse()).toEqual(['Door camera', null]);
});

test('RC33 a preview returns to the chosen lens, too', async () => {
	capture.plugged = [LAPTOP];
	capture.current.tell('ended');
	await recorder.close();
	await recorder.open(choice);
	expect(inUse()).toEqual(['Built-in camera', 'Door camera']);
	capture.plugged = [LAPTOP, DOOR];
	capture.plugIn();
	await recorder.open(choice);
	expect(inUse()).toEqual(['Door camera', null]);
});

test('RC34 recognizes the chosen lens by name if its id changed, and by id if its name did', async () => {
	await recorder.close();
	capture.plugged = [LAPTOP, lens('door-2', 'Door camera')];
	await recorder.open(choice);
	expect(inUse()).toEqual(['Door camera', null]);
	expect(await preferences.read()).toMatchObject({ lensId: 'door-2', lensLabel: 'Door camera' });
	await recorder.close();
	capture.plugged = [LAPTOP, lens('door-2', 'Door camera (USB)')];
	await recorder.open({ ...choice, lensId: 'door-2' });
	expect(inUse()).toEqual(['Door camera (USB)', null]);
	expect(await preferences.read()).toMatchObject({ lensLabel: 'Door camera (USB)' });
});

test('RC33 uses a microphone that is plugged in later', async () => {
	capture.heard = false;
	await recorder.change({ ...choice, sound: true });
	await recorder.start();
	await record(1);
	expect(recorder.state).toMatchObject({ notes: ['sound-missing'] });
	const lenses = capture.opened.length;
	await record(20);
	expect(capture.opened).toHaveLength(lenses);
	capture.heard = true;
	capture.plugIn();
	await recorder.open(choice);
	await record(1);
	expect(recorder.state).toMatchObject({ notes: [], view: { sound: true } });
});

test('RC36 permission granted later starts the preview, and recording if armed', async () => {
	await recorder.close();
	capture.failures.push(new Fault('system', 'not this browser', undefined, 'camera'));
	await recorder.open(choice);
	expect(recorder.state).toMatchObject({ kind: 'off', fault: { kind: 'system' } });
	capture.plugIn();
	await recorder.start();
	await record(1);
	capture.failures.push(new Fault('system', 'not this browser', undefined, 'camera'));
	capture.current.tell('denied');
	await recorder.open(choice);
	clock.advance(500);
	await recorder.open(choice);
	expect(recorder.state).toMatchObject({ kind: 'blind', why: 'denied', fault: { kind: 'system' } });
	capture.plugIn();
	await recorder.open(choice);
	await record(1);
});

test('RC36 plugging in a lens does not open a camera that is neither armed nor shown', async () => {
	await recorder.close();
	const { length } = capture.opened;
	capture.plugIn();
	await recorder.close();
	expect(capture.opened).toHaveLength(length);
	expect(recorder.state).toEqual({ kind: 'off', fault: null });
});

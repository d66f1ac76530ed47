import { beforeEach, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { TEST_PICTURE } from '#domain/media/lens.ts';
import { Recorder } from '#engine/recording/recorder.ts';
import { CameraChoices, ensureCamera } from '#state/recording/camera-choices.svelte.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';
import { FakeCapture } from '../../fakes/capture.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeEncoder } from '../../fakes/encoder.ts';
import { MemoryCameraPreferences, MemoryDevicePreferences } from '../../fakes/preference-store.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { retentionWith } from '../../fakes/storage.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

const camera = 'ab'.repeat(16) as CameraId;
let capture: FakeCapture;
let preferences: MemoryCameraPreferences;
let engine: Engine;
let parts: LocalCamera;
/** A device without a camera. */
let localDevice: { state: unknown; createCamera: () => Promise<void> };
let recorder: Recorder;

beforeEach(() => {
	const clock = new ManualClock();
	const segments = new MemorySegmentStore();
	capture = new FakeCapture();
	preferences = new MemoryCameraPreferences();
	localDevice = {
		state: { kind: 'new' },
		createCamera: () => {
			localDevice.state = { kind: 'ready', cameras: [{ id: camera, name: null }] };
			return Promise.resolve();
		},
	};
	recorder = new Recorder({
		...{ clock, capture, segments, preferences },
		encoder: new FakeEncoder(() => clock.monotonicMs()),
		tenure: new MemoryCameraLock(new Set()),
		retention: retentionWith(segments, () => Infinity),
		beginRun: () => Promise.reject(new Fault('unavailable', 'no device')),
		camera: () => camera,
	});
	parts = { recorder, preferences } as unknown as LocalCamera;
	engine = {
		...{ capture, localDevice },
		preferences: new MemoryDevicePreferences(),
	} as unknown as Engine;
});

/** What the page does when it is opened. */
async function visit(choices: CameraChoices): Promise<void> {
	if (await ensureCamera(engine)) await choices.open();
}

/** What the page does when it is left. */
async function leave(choices: CameraChoices): Promise<void> {
	choices.close();
	await recorder.close();
}

const open = (): number => capture.opened.filter(({ closed }) => !closed).length;

/** Blocks a method until it is released. */
function held<T extends object>(of: T, step: keyof T & string) {
	const [reached, gate] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
	const real = (of[step] as (...given: unknown[]) => unknown).bind(of);
	Reflect.set(of, step, async (...given: unknown[]) => {
		reached.resolve(null);
		await gate.promise;
		return real(...given);
	});
	return { reached: reached.promise, release: () => gate.resolve(null) };
}

test.each([
	['the choice is being read', () => held(preferences, 'read')],
	['the camera is being created', () => held(localDevice, 'createCamera')],
	['the lens is opening', () => held(capture, 'open')],
	['the lenses are being listed', () => held(capture, 'lenses')],
] as const)('RC22 leaving while %s leaves no open lens and no listener', async (_, hold) => {
	const listeners = capture.listeners;
	const { reached, release } = hold();
	const choices = new CameraChoices(engine, parts);
	const opening = visit(choices);
	await reached;
	const left = leave(choices);
	release();
	await Promise.all([opening, left]);
	expect([open(), recorder.state]).toEqual([0, { kind: 'off', fault: null }]);
	expect(capture.listeners).toBe(listeners);
});

test('RC22 leaving and returning while the lens opens results in one open lens', async () => {
	const { reached, release } = held(capture, 'open');
	const first = new CameraChoices(engine, parts);
	const opening = first.open();
	await reached;
	const left = leave(first);
	const second = new CameraChoices(engine, parts).open();
	release();
	await Promise.all([opening, left, second]);
	expect([open(), recorder.state.kind]).toEqual([1, 'preview']);
});

test('KT12 a device that cannot become a camera yet opens no lens', async () => {
	localDevice.createCamera = () => {
		localDevice.state = { kind: 'ready', cameras: [] };
		return Promise.resolve();
	};
	await visit(new CameraChoices(engine, parts));
	expect([capture.opened.length, recorder.state.kind]).toEqual([0, 'off']);
});

test('RC23 the test picture is offered if no lens is available, chosen by a person and remembered', async () => {
	const lenses = capture.lenses.bind(capture);
	capture.lenses = () => Promise.resolve([]);
	// The settings page opens no lens, so it cannot know that there is none.
	const settings = new CameraChoices(engine, parts);
	await settings.read();
	await settings.look();
	expect(settings.offersTestPicture).toBe(false);
	capture.failures.push(new Fault('not-found', 'no camera'));
	const choices = new CameraChoices(engine, parts);
	await choices.open();
	expect([open(), choices.offersTestPicture, choices.onTestPicture]).toEqual([0, true, false]);
	await choices.useTestPicture(true);
	expect([open(), choices.onTestPicture]).toEqual([1, true]);
	expect((await preferences.read()).lensId).toBe(TEST_PICTURE);
	await leave(choices);

	// The choice persists although a lens exists by now; the person switches back.
	capture.lenses = lenses;
	const later = new CameraChoices(engine, parts);
	await later.open();
	expect([later.onTestPicture, later.offersTestPicture]).toEqual([true, true]);
	await later.useTestPicture(false);
	expect([later.onTestPicture, later.offersTestPicture]).toEqual([false, false]);
	expect((await preferences.read()).lensId).toBe(null);
});

test('a running preview is not restarted', async () => {
	await new CameraChoices(engine, parts).open();
	await new CameraChoices(engine, parts).open();
	expect(capture.opened).toHaveLength(1);
});

test('leaving the page removes its listener, and recording goes on', async () => {
	const listeners = capture.listeners;
	const choices = new CameraChoices(engine, parts);
	await choices.open();
	expect(capture.listeners).toBe(listeners + 1);
	await recorder.start();
	await leave(choices);
	expect([open(), recorder.state.kind, capture.listeners]).toEqual([1, 'starting', listeners]);
});

test('RC22 choosing another lens retries after a failure, but not after leaving or from settings', async () => {
	capture.failures.push(new Fault('conflict', 'in use'));
	const choices = new CameraChoices(engine, parts);
	await choices.open();
	expect([open(), recorder.state.kind]).toEqual([0, 'off']);
	choices.lensId = 'lens-2';
	await choices.change();
	expect(open()).toBe(1);
	const { release } = held(preferences, 'write');
	choices.profile = 'low';
	const changing = choices.change();
	const left = leave(choices);
	release();
	await Promise.all([changing, left]);
	const settings = new CameraChoices(engine, parts);
	await settings.read();
	settings.sound = true;
	await settings.change();
	expect([open(), recorder.state.kind]).toEqual([0, 'off']);
	expect(await preferences.read()).toMatchObject({ profile: 'low', sound: true });
});

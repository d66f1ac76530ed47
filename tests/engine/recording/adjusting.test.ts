import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { PROFILES } from '#domain/recording/profile.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { CommandExecutor, type ExecutorTools } from '#engine/live/host/command-executor.ts';
import type { Recorder } from '#engine/recording/recorder.ts';
import type { FakeCapture } from '../../fakes/capture.ts';
import type { FakeEncoder } from '../../fakes/encoder.ts';
import type { MemoryCameraPreferences } from '../../fakes/preference-store.ts';
import type { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { RecorderWorld, untilSo } from './recorder-world.ts';

const [low, standard] = PROFILES;
const choice = { lensId: null, profile: standard, sound: false };

let world: RecorderWorld;
let capture: FakeCapture;
let encoder: FakeEncoder;
let segments: MemorySegmentStore;
let preferences: MemoryCameraPreferences;

beforeEach(async () => {
	world = await RecorderWorld.make(choice);
	({ capture, encoder, segments, preferences } = world);
});

const camera = () => world.camera;

const record = (recorder: Recorder, count: number) => world.record(recorder, count);

const makeRecorder = () => world.makeRecorder();

const recording = () => world.recording(makeRecorder());

describe('another size or frame rate of the same lens', () => {
	test('SR8 RC21 requests another quality from the open lens', async () => {
		const recorder = await recording();
		await recorder.change({ ...choice, profile: low });
		expect(capture.opened).toHaveLength(1);
		expect(capture.current).toMatchObject({ height: 360, frameRate: 10, closed: false });
		expect(encoder.encodings.map(({ stopped }) => stopped)).toEqual([true, false]);
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low' });
		await record(recorder, 1);
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['changed', null]);
	});

	test('SR8 SR12 a lower frame rate keeps the lens open, replaces the run in one task, keeps the choice', async () => {
		const recorder = await recording();
		const lens = capture.current;
		const before = encoder.current;
		expect(recorder.encodingStats).toMatchObject({ delivered: 30, recorded: 30, frameRate: 15 });
		await recorder.degrade(1);
		expect(capture.opened).toEqual([lens]);
		expect(lens.frameRate).toBe(8);
		expect(before.stopped).toBe(true);
		expect(encoder.current.options).toMatchObject({ frameRate: 8, bitsPerSecond: 1_150_000 });
		expect(recorder.state.kind).toBe('recording');
		await record(recorder, 1);
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['changed', null]);
		expect((await preferences.read()).profile).toBe('standard');
		expect(recorder.chosenProfile).toBe(standard);
		expect(recorder.encodingStats).toMatchObject({ recorded: 8, frameRate: 8 });
		await recorder.degrade(0);
		expect(lens.frameRate).toBe(15);
		expect(encoder.current.options).toMatchObject({ frameRate: 15, bitsPerSecond: 1_500_000 });
	});

	test('SR8 another size keeps the lens open, and no run has two sizes', async () => {
		const recorder = await recording();
		await recorder.degrade(2);
		const lens = capture.current;
		const before = encoder.current;
		const adjust = lens.adjust.bind(lens);
		const running: boolean[] = [];
		lens.adjust = (format) => {
			running.push(!before.stopped);
			return adjust(format);
		};
		await recorder.degrade(3);
		expect(running).toEqual([false]);
		expect(capture.opened).toEqual([lens]);
		expect(lens).toMatchObject({ width: 640, height: 360, frameRate: 5, closed: false });
		expect(recorder.state.kind).toBe('recording');
		await record(recorder, 1);
		expect((await preferences.read()).profile).toBe('standard');
		// Repeating the same step changes nothing.
		const runs = encoder.encodings.length;
		await recorder.degrade(3);
		expect(encoder.encodings).toHaveLength(runs);
	});

	test('SR5 a lens that returns stays on the same step, and a new choice is degraded as well', async () => {
		const recorder = await recording();
		await recorder.degrade(1);
		capture.current.tell('ended');
		await untilSo(() => recorder.state.kind === 'blind');
		await recorder.retry();
		expect(capture.current).toMatchObject({ height: 720, frameRate: 8 });
		await record(recorder, 1);
		await recorder.change({ ...choice, profile: low });
		expect(capture.current).toMatchObject({ height: 360, frameRate: 5 });
		expect((await preferences.read()).profile).toBe('low');
	});

	test('LV13 stopping closes the lens unless a screen shows its picture', async () => {
		const recorder = await recording();
		await recorder.close();
		expect(recorder.state.kind).toBe('recording');
		await recorder.stop();
		expect([recorder.state.kind, capture.current.closed]).toEqual(['off', true]);
		await recorder.open(choice);
		await recorder.start();
		await recorder.stop();
		expect([recorder.state.kind, capture.current.closed]).toEqual(['preview', false]);
	});

	test('SR9 after stopping, the lens has the chosen format again', async () => {
		const recorder = await recording();
		await recorder.degrade(1);
		await recorder.stop();
		await recorder.degrade(0);
		expect(capture.current.frameRate).toBe(15);
		expect(recorder.state.kind).toBe('preview');
		await recorder.degrade(3);
		expect(capture.current.height).toBe(360);
		expect(recorder.state.kind).toBe('preview');
	});
});

describe('LV13 RC22 a closed lens', () => {
	/** Executes commands as another device sends them. */
	function executorOf(recorder: Recorder) {
		const { torch, siren } = {} as ExecutorTools;
		const scheduler = { start: () => recorder.start(), stop: () => recorder.stop() };
		const tools = { capture, recorder, scheduler, preferences, torch, siren };
		const executor = new CommandExecutor({ ...tools, guarding: new GuardModeSwitch() });
		return (name: 'quality' | 'lens' | 'restart' | 'start', value: string | null = null) =>
			executor.execute(name, value, 'ab'.repeat(16) as DeviceId);
	}

	test('only the start command opens it, with the settings of earlier commands', async () => {
		const recorder = makeRecorder();
		const execute = executorOf(recorder);
		await execute('quality', 'low');
		await execute('restart');
		expect([recorder.state, capture.opened]).toEqual([{ kind: 'off', fault: null }, []]);
		expect(await preferences.read()).toMatchObject({ armed: false, profile: 'low' });
		await execute('start');
		expect(capture.current.height).toBe(low.height);
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low' });
	});

	test('a command does not retry a lens that failed to open, but its setting is stored', async () => {
		const recorder = makeRecorder();
		capture.failures.push(new Fault('denied', 'no'));
		await recorder.open(choice);
		await executorOf(recorder)('lens', 'lens-2');
		expect([recorder.state.kind, capture.opened]).toEqual(['off', []]);
		expect((await preferences.read()).lensId).toBe('lens-2');
	});

	test('a command that arrives while the page is being left does not open it', async () => {
		const recorder = makeRecorder();
		const opens = recorder.open(choice);
		const closes = recorder.close();
		await Promise.all([opens, closes, executorOf(recorder)('quality', 'low')]);
		expect(recorder.state.kind).toBe('off');
		expect(capture.opened.every(({ closed }) => closed)).toBe(true);
	});

	test('start records with what was chosen on another page meanwhile', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		await recorder.close();
		await preferences.write({ profile: 'low', sound: true });
		await recorder.start();
		expect(capture.current).toMatchObject({ height: low.height, sound: true });
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low', sound: true });
	});

	test('a lens in preview changes at once', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		await executorOf(recorder)('quality', 'low');
		expect(recorder.state.kind).toBe('preview');
		expect(capture.current).toMatchObject({ height: low.height, closed: false });
	});
});

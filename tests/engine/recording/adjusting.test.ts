import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { PROFILES } from '#domain/recording/profile.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { CommandExecutor, type ExecutorTools } from '#engine/live/host/command-executor.ts';
import type { Recorder } from '#engine/recording/recorder.ts';
import type { FakeCapture } from '../../fakes/capture.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeEncoder } from '../../fakes/encoder.ts';
import type { MemoryPreferenceStore } from '../../fakes/preference-store.ts';
import type { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { RecorderWorld, untilSo } from './recorder-world.ts';

const [low, standard] = PROFILES;
const choice = { lensId: null, profile: standard, sound: false };

let world: RecorderWorld;
let clock: ManualClock;
let capture: FakeCapture;
let encoder: FakeEncoder;
let segments: MemorySegmentStore;
let preferences: MemoryPreferenceStore;

beforeEach(async () => {
	world = await RecorderWorld.make(choice);
	({ clock, capture, encoder, segments, preferences } = world);
});

const camera = () => world.camera;

const record = (recorder: Recorder, count: number) => world.record(recorder, count);

const makeRecorder = () => world.makeRecorder();

const recording = () => world.recording(makeRecorder());

describe('another size or rate of the same lens', () => {
	test('SR8 RC21 another quality: the same lens, asked for it', async () => {
		const recorder = await recording();
		await recorder.change({ ...choice, profile: low });
		expect(capture.opened).toHaveLength(1);
		expect(capture.current).toMatchObject({ height: 360, frameRate: 10, closed: false });
		expect(encoder.encodings.map(({ stopped }) => stopped)).toEqual([true, false]);
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low' });
		await record(recorder, 1);
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['changed', null]);
	});

	test('SR8 SR12 fewer pictures: the lens stays open, the run is replaced in one task, the choice stays', async () => {
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

	test('SR8 another size: the same lens, and no run of two sizes', async () => {
		const recorder = await recording();
		await recorder.degrade(2);
		const lens = capture.current;
		const before = encoder.current;
		const adjust = lens.adjust.bind(lens);
		const running: boolean[] = [];
		lens.adjust = (wish) => {
			running.push(!before.stopped);
			return adjust(wish);
		};
		await recorder.degrade(3);
		expect(running).toEqual([false]);
		expect(capture.opened).toEqual([lens]);
		expect(lens).toMatchObject({ width: 640, height: 360, frameRate: 5, closed: false });
		expect(recorder.state.kind).toBe('recording');
		await record(recorder, 1);
		expect((await preferences.read()).profile).toBe('standard');
		// The same step again changes nothing.
		const runs = encoder.encodings.length;
		await recorder.degrade(3);
		expect(encoder.encodings).toHaveLength(runs);
	});

	test('SR5 a lens that goes away comes back on the same step; what a person chooses is spared alike', async () => {
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

	test('LV13 stopped while no screen shows its picture: the lens closes, else it stays open', async () => {
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

	test('SR9 after the stop the lens is as chosen again', async () => {
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

describe('LV13 RC22 a lens that is closed', () => {
	/** As another device gives them. */
	function ordersTo(recorder: Recorder) {
		const { torch, siren } = {} as ExecutorTools;
		const scheduler = { start: () => recorder.start(), stop: () => recorder.stop() };
		const tools = { clock, capture, recorder, scheduler, preferences, torch, siren };
		const orders = new CommandExecutor(
			{ ...tools, guarding: new GuardModeSwitch() },
			() => undefined,
		);
		return (name: 'quality' | 'lens' | 'restart' | 'start', value: string | null = null) =>
			orders.execute(name, value, 'ab'.repeat(16) as DeviceId);
	}

	test('no order but start switches it on, and start keeps to what was ordered', async () => {
		const recorder = makeRecorder();
		const order = ordersTo(recorder);
		await order('quality', 'low');
		await order('restart');
		expect([recorder.state, capture.opened]).toEqual([{ kind: 'off', fault: null }, []]);
		expect(await preferences.read()).toMatchObject({ armed: false, profile: 'low' });
		await order('start');
		expect(capture.current.height).toBe(low.height);
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low' });
	});

	test('one that could not be opened is not tried again, and the order is done', async () => {
		const recorder = makeRecorder();
		capture.failures.push(new Fault('denied', 'no'));
		await recorder.open(choice);
		await ordersTo(recorder)('lens', 'lens-2');
		expect([recorder.state.kind, capture.opened]).toEqual(['off', []]);
		expect((await preferences.read()).lensId).toBe('lens-2');
	});

	test('an order that comes while the page is being left opens it for nobody', async () => {
		const recorder = makeRecorder();
		const opens = recorder.open(choice);
		const closes = recorder.close();
		await Promise.all([opens, closes, ordersTo(recorder)('quality', 'low')]);
		expect(recorder.state.kind).toBe('off');
		expect(capture.opened.every(({ closed }) => closed)).toBe(true);
	});

	test('what was chosen on another page meanwhile is what start records with', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		await recorder.close();
		await preferences.write({ profile: 'low', sound: true });
		await recorder.start();
		expect(capture.current).toMatchObject({ height: low.height, sound: true });
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low', sound: true });
	});

	test('one whose picture is on changes at once', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		await ordersTo(recorder)('quality', 'low');
		expect(recorder.state.kind).toBe('preview');
		expect(capture.current).toMatchObject({ height: low.height, closed: false });
	});
});

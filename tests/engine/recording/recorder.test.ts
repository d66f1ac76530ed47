import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import { PROFILES } from '#domain/recording/profile.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Repair } from '#domain/recording/watchdog.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { Recorder } from '#engine/recording/recorder.ts';
import type { RecorderTools } from '#engine/recording/recorder-controls.ts';
import type { FakeCapture } from '../../fakes/capture.ts';
import type { ManualClock } from '../../fakes/clock.ts';
import type { FakeEncoder } from '../../fakes/encoder.ts';
import type { MemoryCameraPreferences } from '../../fakes/preference-store.ts';
import type { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { retentionWith } from '../../fakes/storage.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';
import { RecorderWorld, untilSo } from './recorder-world.ts';

const [low, standard] = PROFILES;
const choice = { lensId: null, profile: standard, sound: false };

let world: RecorderWorld;
let clock: ManualClock;
let capture: FakeCapture;
let encoder: FakeEncoder;
let segments: MemorySegmentStore;
let preferences: MemoryCameraPreferences;
let taken: Set<CameraId>;
let localDevice: LocalDevice;
let budget: number;
let repairs: Repair[];
let reloads: boolean;

function makeRecorder(rotateMs?: number): Recorder {
	const tools: Partial<RecorderTools> = {
		tenure: new MemoryCameraLock(taken),
		retention: retentionWith(segments, () => budget),
		prepareRepair: (_, repair) => {
			repairs.push(repair);
			return Promise.resolve(reloads ? 'reloading' : null);
		},
	};
	return world.makeRecorder(tools, rotateMs);
}

const camera = () => world.camera;

const record = (recorder: Recorder, count: number) => world.record(recorder, count);

beforeEach(async () => {
	world = await RecorderWorld.make(choice);
	({ clock, capture, encoder, segments, preferences, localDevice } = world);
	taken = new Set();
	budget = Infinity;
	repairs = [];
	reloads = false;
});

const recording = () => world.recording(makeRecorder());

describe('recording', () => {
	test('RC9 from preview to stop there is one run with its segments in order, closed as stopped', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		expect(recorder.state.kind).toBe('preview');
		await recorder.start();
		expect(recorder.state.kind).toBe('starting');
		expect(await segments.runs(camera())).toEqual([]);
		await record(recorder, 3);
		expect(recorder.state).toMatchObject({ kind: 'recording', saved: { segments: 3 } });
		await recorder.stop();
		expect(recorder.state.kind).toBe('preview');
		const runs = await segments.runs(camera());
		expect(runs).toMatchObject([{ runNo: 1, lastSeq: 3, ended: 'stopped' }]);
	});

	test('RC9 an encoding without a frame leaves nothing behind', async () => {
		const recorder = makeRecorder();
		await recorder.open(choice);
		await recorder.start();
		await recorder.stop();
		expect(await segments.runs(camera())).toEqual([]);
	});

	test('RC17 stores start, stop and the choice', async () => {
		const recorder = makeRecorder();
		await recorder.open({ ...choice, profile: low, sound: true });
		await recorder.start();
		expect(await preferences.read()).toMatchObject({ armed: true, profile: 'low', sound: true });
		await recorder.stop();
		expect((await preferences.read()).armed).toBe(false);
	});

	test('RC12 RC17 after a kill it resumes by itself and closes the open run as interrupted', async () => {
		await recording();
		taken.clear(); // The tab died, which released its lock.
		const next = makeRecorder();
		expect(await next.resume()).toBe(true);
		await record(next, 1);
		const runs = await segments.runs(camera());
		expect(runs.map(({ ended }) => ended)).toEqual(['interrupted', null]);
		expect(runs[1]?.startUs).toBeGreaterThanOrEqual(runs[0]?.endUs ?? Infinity);
	});

	test('RC17 a stopped camera stays stopped', async () => {
		const recorder = await recording();
		await recorder.stop();
		expect(await makeRecorder().resume()).toBe(false);
	});

	test('RC18 a second tab reports the first and touches nothing', async () => {
		await recording();
		const second = makeRecorder();
		await second.open(choice);
		expect(second.state.kind).toBe('elsewhere');
		await second.start();
		expect(second.state.kind).toBe('elsewhere');
		expect((await segments.runs(camera()))[0]?.ended).toBe(null);
	});
});

describe('replacing', () => {
	test('RC10 sound: the new encoding starts before the old one stops', async () => {
		const recorder = await recording();
		await recorder.change({ ...choice, sound: true });
		expect(encoder.encodings).toHaveLength(2);
		expect(encoder.encodings[0]?.stopped).toBe(true);
		expect(capture.opened[0]?.closed).toBe(true);
		await record(recorder, 1);
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['changed', null]);
	});

	test('RC10 closes the old lens first if only one can be open', async () => {
		const recorder = await recording();
		capture.failures.push(new Fault('conflict', 'in use'));
		await recorder.change({ ...choice, lensId: 'lens-1' });
		await record(recorder, 1);
		expect(recorder.state.kind).toBe('recording');
	});

	test('CW4 RC11 setting the clock ends the run, and the next one has the new time', async () => {
		const recorder = await recording();
		clock.step(-3_600_000);
		capture.current.delivered++;
		clock.advance(1000);
		await untilSo(() => encoder.encodings.length === 2);
		await record(recorder, 1);
		const [before, after] = await segments.runs(camera());
		expect(before?.ended).toBe('clock-step');
		expect(after?.startUs).toBeLessThan(before?.startUs ?? 0);
		expect(after?.runNo).toBeGreaterThan(before?.runNo ?? Infinity);
	});

	test('RC11 rotates a run that is due without a gap', async () => {
		const recorder = makeRecorder(5000);
		await recorder.open(choice);
		await recorder.start();
		await record(recorder, 7);
		expect(encoder.encodings).toHaveLength(2);
		await recorder.stop();
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual([
			'rotated',
			'stopped',
		]);
	});
});

describe('failures', () => {
	test('a refused camera is a state with its fault, and opens once permission is granted', async () => {
		capture.failures.push(new Fault('denied', 'no'));
		const recorder = makeRecorder();
		await recorder.open(choice);
		expect(recorder.state).toMatchObject({ kind: 'off', fault: { kind: 'denied' } });
		await recorder.open(choice);
		expect(recorder.state.kind).toBe('preview');
	});

	test('RC16 WD2 unplugging makes it blind with that reason; plugging in resumes recording', async () => {
		const recorder = await recording();
		capture.failures.push(new Fault('not-found', 'gone'), new Fault('not-found', 'gone'));
		capture.current.tell('ended');
		await untilSo(() => recorder.state.kind === 'blind');
		expect(recorder.state).toMatchObject({ kind: 'blind', why: 'unplugged' });
		clock.advance(600);
		await recorder.open(choice);
		expect(recorder.state.kind).toBe('blind');
		capture.failures.length = 0;
		capture.plugIn();
		await untilSo(() => encoder.encodings.length === 2);
		await record(recorder, 1);
		expect(recorder.state.kind).toBe('recording');
		expect((await segments.runs(camera()))[0]?.ended).toBe('unplugged');
	});

	test('RC16 withdrawn permission is reported as denied', async () => {
		const recorder = await recording();
		capture.failures.push(new Fault('denied', 'no'));
		capture.current.tell('denied');
		await untilSo(() => recorder.state.kind === 'blind');
		expect(recorder.state).toMatchObject({ why: 'denied' });
		expect((await segments.runs(camera()))[0]?.ended).toBe('denied');
	});

	test('RC15 reopens the lens when frames stall', async () => {
		const recorder = await recording();
		for (let second = 0; second < 7; second++) {
			clock.advance(1000);
			await recorder.open(choice);
		}
		expect((await segments.runs(camera()))[0]?.ended).toBe('stalled');
		await untilSo(() => capture.opened.length >= 2);
		await record(recorder, 1);
		expect(recorder.state.kind).toBe('recording');
	});

	test('RC15 restarts the encoder on the same lens when only fragments stall', async () => {
		const recorder = await recording();
		for (let second = 0; second < 10; second++) {
			capture.current.delivered += 15;
			clock.advance(1000);
			await recorder.open(choice);
		}
		await untilSo(() => encoder.encodings.length === 2);
		expect(capture.opened).toHaveLength(1);
		await record(recorder, 1);
		expect((await segments.runs(camera()))[0]?.ended).toBe('stalled');
	});

	test('replaces an encoder that fails', async () => {
		const recorder = await recording();
		encoder.current.fail(new Fault('unavailable', 'broken'));
		await untilSo(() => recorder.state.kind === 'blind');
		clock.advance(1000);
		await untilSo(() => encoder.encodings.length === 2);
		await record(recorder, 1);
		expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['failed', null]);
	});

	test('WD3 repeated failures recreate recorder, then lens, then page; a saved segment resets the count', async () => {
		const recorder = await recording();
		let updates = 0;
		recorder.on(() => (updates += 1));
		const fail = async (row: number) => {
			const updatesBefore = updates;
			const before = encoder.encodings.length;
			encoder.current.fail(new Fault('unavailable', 'broken'));
			await untilSo(() => updates > updatesBefore && recorder.state.kind === 'blind');
			clock.advance(10_000);
			await untilSo(() => repairs.length === row);
			if (!reloads) await untilSo(() => encoder.encodings.length === before + 1);
		};
		for (const row of [1, 2, 3, 4, 5]) await fail(row);
		reloads = true;
		await fail(6);
		expect(repairs).toEqual(['recorder', 'lens', 'lens', 'lens', 'lens', 'page']);
		expect(capture.opened).toHaveLength(5);
		// If the page had not reloaded, there would be another attempt.
		reloads = false;
		clock.advance(10_000);
		await untilSo(() => capture.opened.length === 6);
		await record(recorder, 1);
		await fail(8);
		expect(repairs.at(-1)).toBe('recorder');
	});

	test('GO1 retries at once on request; GO2 showing a preview does not clear the armed state', async () => {
		const recorder = await recording();
		capture.current.tell('denied');
		await untilSo(() => recorder.state.kind === 'blind');
		const opened = capture.opened.length;
		await recorder.retry();
		expect(capture.opened).toHaveLength(opened + 1);
		await record(recorder, 1);
		expect(recorder.state.kind).toBe('recording');
		const other = makeRecorder();
		taken.clear();
		await other.open(choice);
		expect(other.state.kind).toBe('preview');
		expect((await preferences.read()).armed).toBe(true);
	});

	test('RC13 writes the same segment again when the store does not answer, and none is missing', async () => {
		const recorder = await recording();
		segments.failures.push(new Fault('timeout', 'slow'));
		const before = await world.saved();
		capture.current.delivered += 15;
		encoder.current.fragment();
		await untilSo(() => segments.failures.length === 0);
		clock.advance(1000);
		await untilSo(async () => (await world.saved()) > before);
		expect(await world.saved()).toBe(before + 1);
		expect(recorder.state.kind).toBe('recording');
	});

	test('RC13 a full store with nothing to evict ends the run with quota, visibly, and it retries', async () => {
		const recorder = await recording();
		segments.roomBytes = 0;
		capture.current.delivered += 15;
		encoder.current.fragment();
		await untilSo(() => recorder.state.kind === 'blind');
		expect(recorder.state).toMatchObject({ why: 'quota', fault: { kind: 'quota' } });
		segments.roomBytes = Infinity;
		clock.advance(1000);
		await untilSo(() => encoder.encodings.length === 2);
		await record(recorder, 1);
		expect(recorder.state.kind).toBe('recording');
	});

	test('RC13 RC17 a camera killed with a full store evicts the oldest footage and goes on', async () => {
		await record(await recording(), 60);
		const before = await segments.runs(camera());
		// The browser refuses every write until something is evicted.
		let full = true;
		const refused = () => Promise.reject(new Fault('quota', 'no room'));
		const [close, evict] = [segments.close.bind(segments), segments.evict.bind(segments)];
		segments.close = (...given) => (full ? refused() : close(...given));
		segments.evict = async (...given) => {
			const evicted = await evict(...given);
			full = false;
			return evicted;
		};
		taken.clear();
		const again = makeRecorder();
		expect(await again.resume()).toBe(true);
		const [beginRun, write] = [
			localDevice.beginRun.bind(localDevice),
			preferences.write.bind(preferences),
		];
		full = true;
		localDevice.beginRun = (...given) => (full ? refused() : beginRun(...given));
		preferences.write = (change) => (full ? refused() : write(change));
		capture.current.delivered += 15;
		clock.advance(1000);
		encoder.current.fragment();
		await untilSo(() => again.state.kind === 'recording');
		const runs = await segments.runs(camera());
		expect(runs.at(-1)).toMatchObject({ runNo: before[0]!.runNo + 1, ended: null });
		expect(runs.slice(0, -1).every(({ ended }) => ended === 'interrupted')).toBe(true);
	});

	test('RC14 the queue for a store that never answers is limited, and then it is reported', async () => {
		const recorder = await recording();
		segments.append = () => new Promise(() => undefined);
		for (let n = 0; n < 40; n++) encoder.current.fragment();
		expect(encoder.current.stopped).toBe(true);
		await untilSo(() => recorder.state.kind === 'blind');
		expect(recorder.state).toMatchObject({ why: 'store', fault: { kind: 'timeout' } });
	});

	test('RC19 no method throws, whatever fails', async () => {
		const recorder = makeRecorder();
		segments.runs = () => Promise.reject(new Error('a bug'));
		await recorder.open(choice);
		await recorder.start();
		expect(recorder.state).toMatchObject({ fault: { kind: 'internal' } });
		await recorder.stop();
		await recorder.close();
	});
});

import { beforeEach, expect, test } from 'vitest';
import { PROFILES } from '#domain/recording/profile.ts';
import type { Hole } from '#domain/footage/run.ts';
import type { EventLog } from '#engine/recording/event-log.ts';
import type { Recorder } from '#engine/recording/recorder.ts';
import { StallLog } from '#engine/recording/stall-log.ts';
import type { FakeEncoder } from '../../fakes/encoder.ts';
import type { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { RecorderWorld } from './recorder-world.ts';

const [, standard] = PROFILES;
const choice = { lensId: null, profile: standard, sound: false };

let world: RecorderWorld;
let encoder: FakeEncoder;
let segments: MemorySegmentStore;
let stalls: Hole[];

beforeEach(async () => {
	stalls = [];
	world = await RecorderWorld.make(choice);
	({ encoder, segments } = world);
});

const camera = () => world.camera;

const record = (recorder: Recorder, count: number) => world.record(recorder, count);

const makeRecorder = () => world.makeRecorder({ stalled: (_, hole) => stalls.push(hole) });

const recording = () => world.recording(makeRecorder());

test('RC27 another frame size starts a new run without losing a frame', async () => {
	const recorder = await recording();
	await record(recorder, 3);
	encoder.current.turn();
	await record(recorder, 2);
	await recorder.stop();
	expect(encoder.encodings).toHaveLength(1);
	const runs = await segments.runs(camera());
	expect(runs.map(({ lastSeq, ended }) => [lastSeq, ended])).toEqual([
		[5, 'rotated'],
		[2, 'stopped'],
	]);
	const [first, second] = runs;
	expect(second?.anchorUs).toBe(first?.anchorUs);
	expect(second?.startUs).toBe(first?.endUs);
	expect(second?.runId).not.toBe(first?.runId);
});

test('RC26 an encoding that needs renewal goes on until the next one replaces it', async () => {
	const recorder = await recording();
	await record(recorder, 2);
	const first = encoder.current;
	first.needRenewal();
	await record(recorder, 1);
	expect(encoder.encodings).toHaveLength(2);
	expect(first.stopped).toBe(true);
	expect(recorder.state.kind).toBe('recording');
	// Events of a replaced encoding are ignored.
	first.needRenewal();
	await record(recorder, 1);
	expect(encoder.encodings).toHaveLength(2);
	await recorder.stop();
	expect((await segments.runs(camera())).map(({ ended }) => ended)).toEqual(['rotated', 'stopped']);
});

test('RC30 a pause becomes a hole with the next segment, also across a minute boundary', async () => {
	const recorder = await recording();
	await record(recorder, 2);
	for (const seconds of [4, 150]) {
		encoder.current.pause(seconds);
		await record(recorder, 2);
	}
	const [run] = await segments.runs(camera());
	const lengths = run?.holes.map(({ startUs, endUs, why }) => [why, (endUs - startUs) / 1e6]);
	expect(lengths).toEqual([
		['stalled', 4],
		['stalled', 150],
	]);
	expect(stalls).toEqual(run?.holes);
	await recorder.stop();
});

test('RC30 EV10 a stall is an event with its end, short ones at most one a minute', () => {
	const notes: number[][] = [];
	const eventLog = {
		add: (...[, kind, startUs = 0, , endUs = 0]: Parameters<EventLog['add']>) => {
			expect(kind).toBe('stalled');
			notes.push([startUs / 1e6, endUs / 1e6]);
		},
	};
	const noting = new StallLog(eventLog);
	for (const [from, to] of [
		[10, 12],
		[20, 22],
		[40, 190],
		[195, 197],
		[260, 262],
	] as const) {
		noting.add(camera(), { startUs: from * 1e6, endUs: to * 1e6, why: 'stalled' });
	}
	expect(notes).toEqual([
		[10, 12],
		[40, 190],
		[260, 262],
	]);
});

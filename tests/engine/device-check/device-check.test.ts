import { beforeEach, expect, test } from 'vitest';
import { WebCrypto } from '#web/crypto.ts';
import { MemoryVault } from '#browser/keys/memory-vault.ts';
import { TRIALS, type DeviceFinding, type DeviceTrial } from '#domain/recording/device-check.ts';
import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { profileNamed } from '#domain/recording/profile.ts';
import {
	DeviceCheck,
	type DeviceCheckOptions,
	type DeviceCheckTools,
} from '#engine/device-check/device-check.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import {
	INITIAL_STATE,
	type PlayerControls,
	type PlayerState,
} from '#engine/playback/player-state.ts';
import type { LiveEncoder } from '#ports/media/live-encoder.ts';
import { FakeDataNetwork } from '../../fakes/data-connections.ts';
import { FakeCapture } from '../../fakes/capture.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeEncoder } from '../../fakes/encoder.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { MemoryCameraLock } from '../../fakes/camera-lock.ts';

const crypto = new WebCrypto();
const camera = 'ab'.repeat(16) as CameraId;

let clock: ManualClock;
let capture: FakeCapture;
let encoder: FakeEncoder;
let air: FakeDataNetwork;
let scratches: { segments: MemorySegmentStore; removed: number; saved: number }[];
let own: MemorySegmentStore;
let recorder: { camera: CameraId | null; state: { kind: string } };
let hidden: boolean;
/** Another tab is checking. */
let taken: boolean;
let trial: DeviceTrial | null;
let findings: DeviceFinding[];
let stop: AbortController;
/** The temporary vault of the check. */
let vault: MemoryVault;

beforeEach(() => {
	clock = new ManualClock();
	capture = new FakeCapture();
	encoder = new FakeEncoder(() => clock.monotonicMs());
	air = new FakeDataNetwork();
	scratches = [];
	own = new MemorySegmentStore();
	recorder = { camera: null, state: { kind: 'off' } };
	vault = new MemoryVault();
	[hidden, taken, trial, findings, stop] = [false, false, null, [], new AbortController()];
});

/** Shows the first frame at once, and one more second as soon as it plays. */
function player(): PlayerControls {
	let state: PlayerState = INITIAL_STATE;
	let notify: () => void = () => undefined;
	const become = (change: Partial<PlayerState>) => {
		state = { ...state, ...change };
		notify();
		return Promise.resolve();
	};
	return {
		get state() {
			return state;
		},
		on: (listener) => {
			notify = listener;
			return () => undefined;
		},
		open: (_, atMs = 0) => become({ kind: 'paused', wallMs: atMs }),
		play: () => become({ kind: 'playing', wallMs: (state.wallMs ?? 0) + 1000 }),
		close: () => undefined,
	} as PlayerControls;
}

const liveEncoder: LiveEncoder = {
	preload: () => undefined,
	start: (_, __, sink) => {
		const frames = [{ key: true, capturedUs: 0, bytes: new Uint8Array(9) }];
		sink.part({ kind: 'frames', codec: 'avc1.42E01F', width: 640, height: 360, frames });
		const nothing = () => undefined;
		return { requestKeyFrame: nothing, setSound: nothing, setPace: nothing, stop: nothing };
	},
};

function check(change: Partial<DeviceCheckTools> = {}): DeviceCheck {
	return new DeviceCheck({
		...{ clock, crypto, capture, encoder, liveEncoder, dataConnections: air.cables() },
		origin: { persisted: () => Promise.resolve(false) },
		features: { mobile: false, recordsHidden: true } as BrowserFeatures,
		lab: {
			about: () => ({ browser: 'Chrome 140', system: 'Linux', phone: false, installed: false }),
			codecs: () => ({
				...{ records: 'video/mp4;codecs=avc3', withSound: null },
				...{ encodes: true, decodes: true, plays: true },
			}),
			decode: () => Promise.resolve(),
			wakeLock: () => Promise.resolve(true),
			storageEstimate: () => Promise.resolve({ quotaBytes: 8e9, usedBytes: 1e6 }),
			watchVisibility: () => ({
				get lost() {
					return hidden;
				},
				stop: () => undefined,
			}),
			scratch: () => {
				if (taken) return Promise.resolve('taken');
				const segments = new MemorySegmentStore();
				const one = { segments, removed: 0, saved: 0 };
				const append = segments.append.bind(segments);
				segments.append = async (...given) => {
					const run = await append(...given);
					one.saved += 1;
					return run;
				};
				scratches.push(one);
				const remove = () => Promise.resolve((one.removed += 1) > 0);
				return Promise.resolve({ segments, vault, remove });
			},
		},
		recorders: () => [recorder] as ReturnType<DeviceCheckTools['recorders']>,
		tenure: new MemoryCameraLock(new Set()),
		segments: own,
		localDevice: new LocalDevice({ crypto, clock, segments: own, vault: new MemoryVault() }),
		player: () => Promise.resolve(player()),
		...change,
	});
}

const options = (): DeviceCheckOptions => ({
	...{ lensId: null, profile: profileNamed('standard'), sound: false, version: 'abcdef01' },
	signal: stop.signal,
	onTrial: (now) => (trial = now),
	onFinding: (one) => void findings.push(one),
});

/** Runs a check to its end; time passes only during the trials named in `slow`. */
async function through(work: Promise<string>, slow: readonly DeviceTrial[] = ['record', 'live']) {
	const going = new Set([work]);
	const settled = work.finally(() => going.delete(work));
	settled.catch(() => undefined);
	let sent = 0;
	while (going.size > 0) {
		await new Promise((done) => setTimeout(done, 1));
		const [encoding] = encoder.encodings.slice(-1);
		if (trial === 'record' && encoding?.stopped === false) {
			// Sealing takes real time: the clock must not run ahead of it.
			if (sent > (scratches.at(-1)?.saved ?? 0)) continue;
			sent += 1;
			capture.current.delivered += 15;
			encoding.fragment();
		}
		if (trial !== null && slow.includes(trial)) clock.advance(500);
	}
	return settled;
}

const outcome = (of: DeviceTrial) => findings.find((one) => one.trial === of);

test('DC1 DC3 records, seals, saves, opens and plays in temporary databases, and deletes them', async () => {
	const report = await through(check().run(options()));
	expect(findings.map((one) => one.trial).toSorted()).toEqual([...TRIALS].toSorted());
	const not = findings.filter((one) => one.outcome !== 'yes').map((one) => [one.trial, one.why]);
	expect(not).toEqual([
		['sound', 'not-asked'],
		['kept', null],
	]);
	expect(outcome('record')?.figures).toMatchObject({ pieces: 4, seconds: 4 });
	expect(outcome('open')?.figures).toMatchObject({ opened: 4, of: 4 });
	expect(scratches.map(({ removed }) => removed)).toEqual([1]);
	expect(await own.cameras()).toEqual([]);
	expect(capture.opened.map(({ closed, sound }) => [closed, sound])).toEqual([[true, false]]);
	expect(report).toContain('record: yes');
});

test('DC1 DC3 cancelling in the middle leaves nothing behind and closes the lens', async () => {
	const work = check().run({
		...options(),
		onTrial: (now) => {
			trial = now;
			if (now === 'record') setTimeout(() => stop.abort(), 10);
		},
	});
	await expect(through(work)).rejects.toMatchObject({ kind: 'aborted' });
	expect(encoder.current.stopped).toBe(true);
	expect(capture.current.closed).toBe(true);
	expect(scratches.map(({ removed }) => removed)).toEqual([1]);
});

test('DC1 cancelling during key creation waits for it before deleting, and reports nothing', async () => {
	let goOn: () => void = () => undefined;
	const slow = new MemoryVault();
	const found = slow.create.bind(slow);
	slow.create = async (...given) => {
		stop.abort();
		await new Promise<void>((done) => (goOn = done));
		await found(...given);
	};
	vault = slow;
	const work = check().run(options());
	const settled = through(work);
	settled.catch(() => undefined);
	await expect.poll(() => stop.signal.aborted).toBe(true);
	const reported = findings.length;
	await new Promise((done) => setTimeout(done, 5));
	expect(scratches.map(({ removed }) => removed)).toEqual([0]);
	goOn();
	await expect(settled).rejects.toMatchObject({ kind: 'aborted' });
	expect(scratches.map(({ removed }) => removed)).toEqual([1]);
	expect(findings).toHaveLength(reported);
});

test('DC3 a lens that never opens times out, and trials that need none still run', async () => {
	capture.open = () => new Promise(() => undefined);
	await through(check().run(options()), ['lens']);
	expect(outcome('lens')).toMatchObject({ outcome: 'unknown', why: 'timeout' });
	expect(outcome('play')).toMatchObject({ outcome: 'unknown', why: 'before' });
	for (const name of ['keys', 'connect', 'awake', 'room', 'codecs', 'removed'] as const) {
		expect(outcome(name)?.outcome).toBe('yes');
	}
	expect(findings).toHaveLength(TRIALS.length);
});

test('DC3 reports a lens without frames, and deletes nothing before its recording has ended', async () => {
	encoder.start = (...given) => {
		const encoding = FakeEncoder.prototype.start.apply(encoder, given);
		encoder.encodings.pop();
		return encoding;
	};
	const slow = ['record', 'live'] as const;
	await through(check().run(options()), slow);
	expect(outcome('lens')).toMatchObject({ outcome: 'no', why: null });
	expect(outcome('record')).toMatchObject({ outcome: 'unknown', why: 'timeout' });
	expect(outcome('removed')?.outcome).toBe('yes');
	expect(capture.current.closed).toBe(true);
});

test('DC3 a live encoder that is slow to start counts as no answer', async () => {
	const nothing = () => undefined;
	const mute = { requestKeyFrame: nothing, setSound: nothing, setPace: nothing, stop: nothing };
	const slow = { preload: nothing, start: () => mute };
	await through(check({ liveEncoder: slow }).run(options()));
	expect(outcome('live')).toMatchObject({ outcome: 'unknown', why: 'timeout' });
	expect(outcome('play')?.outcome).toBe('yes');
});

test('DC3 a connection that never opens times out, too', async () => {
	air.open = false;
	await through(check().run(options()), ['record', 'live', 'connect']);
	expect(outcome('connect')).toMatchObject({ outcome: 'unknown', why: 'timeout' });
	expect(outcome('codecs')?.outcome).toBe('yes');
});

test.each(['here', 'in another tab'])(
	'DC4 does not disturb a camera that records %s',
	async (where) => {
		const localDevice = new LocalDevice({ crypto, clock, segments: own, vault: new MemoryVault() });
		const state = await localDevice.createCamera();
		const id = state.kind === 'ready' ? (state.cameras[0]?.id ?? camera) : camera;
		recorder = { camera: id, state: { kind: where === 'here' ? 'recording' : 'off' } };
		const sealer = await localDevice.beginRun(id, {
			mime: 'video/mp4; codecs="avc3.42c01f"',
			anchorUs: (clock.wallMs() - 5000) * 1000,
		});
		const section = { bytes: new Uint8Array(700), mime: '', anchorMs: 0 };
		await own.begin(sealer.start, await sealer.init(section));
		for (let at = 0; at < 3; at++) {
			const part = { bytes: new Uint8Array(5000), mediaTicks: at * 1000, timescale: 1000 };
			const facts = { durationTicks: 1000, keyFrame: true, sound: false };
			await own.append(id, sealer.start.runNo, await sealer.fragment({ ...part, ...facts }));
		}
		const before = await own.runs(id);
		const tenure = new MemoryCameraLock(new Set([id]));
		const report = await through(check({ localDevice, tenure }).run(options()));
		expect(capture.opened).toEqual([]);
		expect(encoder.encodings).toEqual([]);
		expect(scratches).toEqual([]);
		expect(outcome('lens')).toMatchObject({ outcome: 'unknown', why: 'busy' });
		for (const read of ['record', 'key-frames', 'open', 'play', 'keys'] as const) {
			expect([read, outcome(read)?.outcome]).toEqual([read, 'yes']);
		}
		expect(await own.runs(id)).toEqual(before);
		expect(report).toContain('checked with: the recording that was going on');
		expect(report).not.toContain(id);
	},
);

test('DC5 failures of a hidden page count as unknown', async () => {
	hidden = true;
	air.open = false;
	await through(check().run(options()), ['record', 'live', 'connect']);
	expect(outcome('connect')).toMatchObject({ outcome: 'unknown', why: 'hidden' });
	expect(outcome('kept')).toMatchObject({ outcome: 'no' });
});

test('DC1 refuses to run while another tab is checking', async () => {
	taken = true;
	await expect(through(check().run(options()))).rejects.toMatchObject({ kind: 'conflict' });
	expect(capture.opened).toEqual([]);
});

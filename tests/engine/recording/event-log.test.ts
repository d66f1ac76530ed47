import { beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import { ascii, hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, RunId } from '#domain/base/ids.ts';
import type { RecorderState } from '#engine/recording/recorder-controls.ts';
import { EventLog } from '#engine/recording/event-log.ts';
import { SidecarSealer } from '#engine/sealing/sidecar-sealer.ts';
import { TamperDetector } from '#engine/recording/tamper-detector.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemoryEventStore } from '../../fakes/event-store.ts';
import { eventStoreContract } from '../../contracts/event-store.ts';
import { makeSealingFixture, type SealingFixture } from '../sealing/sealing-fixture.ts';

const workshop = await makeSealingFixture();

function world() {
	const { crypto, camera, home, secret, opener, pair }: SealingFixture = workshop;
	const clock = new ManualClock();
	const events = new MemoryEventStore();
	const refusals = { left: 0 };
	const eventLog = new EventLog({
		...{ clock, events, opener },
		sealerOf: (of) => {
			refusals.left -= 1;
			if (refusals.left >= 0) return Promise.reject(new Fault('unavailable', 'no keys yet'));
			const runId = hexOf(crypto.random(16)) as RunId;
			return Promise.resolve(
				new SidecarSealer(crypto, {
					...{ home, secret, runId, camera: of, epoch: 1, sign: pair.key },
				}),
			);
		},
	});
	const all = async () => {
		await eventLog.settled();
		return eventLog.between(camera, 0, Number.MAX_SAFE_INTEGER);
	};
	return { ...{ camera, clock, events, eventLog, all, refusals, opener } };
}
let here: ReturnType<typeof world>;
beforeEach(() => {
	here = world();
});

describe('MemoryEventStore', () => {
	eventStoreContract((most) => new MemoryEventStore(most));
});

describe('EventLog', () => {
	test('EV1 EV2 writes an event sealed, at its start and again at its end', async () => {
		const { eventLog, camera, clock, all, events } = here;
		const startUs = clock.wallMs() * 1000;
		const end = eventLog.begin(camera, 'covered');
		expect(await all()).toMatchObject([{ kind: 'covered', startUs, endUs: startUs }]);
		clock.advance(90_000);
		end();
		end();
		eventLog.add(camera, 'moved');
		const [covered, moved] = await all();
		expect(covered).toMatchObject({ kind: 'covered', startUs, endUs: startUs + 90_000_000 });
		expect(moved).toMatchObject({ kind: 'moved', startUs: startUs + 90_000_000 });
		const stored = await events.between(camera, 0, Number.MAX_SAFE_INTEGER);
		const plain = stored.map(({ bytes }) => new TextDecoder('latin1').decode(bytes)).join('');
		expect(plain).not.toContain('covered');
		// The length does not reveal the kind.
		expect(new Set(stored.map(({ bytes }) => bytes.length)).size).toBe(1);
	});

	test('EV1 an event opens only at its own place; EV3 one that does not open is skipped', async () => {
		const { eventLog, camera, all, events, clock } = here;
		eventLog.add(camera, 'moved');
		eventLog.add(camera, 'new-lens', clock.wallMs() * 1000 + 5);
		await eventLog.settled();
		const [first, second] = await events.between(camera, 0, Number.MAX_SAFE_INTEGER);
		await events.replace({ ...second!, bytes: first!.bytes });
		expect((await all()).map(({ kind }) => kind)).toEqual(['moved']);
	});

	test('EV11 EV12 EV13 actor and command are inside, and the length reveals neither', async () => {
		const { eventLog, camera, all, events } = here;
		const by = { device: 'ab'.repeat(16) as DeviceId, name: 'A phone with a name of some length' };
		const order = { name: 'restart', value: null, fault: 'not-found' } as const;
		eventLog.add(camera, 'moved');
		eventLog.begin(camera, 'watched', undefined, { by });
		eventLog.add(camera, 'ordered', undefined, { by, order });
		expect(await all()).toMatchObject([
			{ kind: 'moved', by: null, order: null, seen: null },
			{ kind: 'watched', by, order: null, seen: null },
			{ kind: 'ordered', by, order },
		]);
		const stored = await events.between(camera, 0, Number.MAX_SAFE_INTEGER);
		expect(new Set(stored.map(({ bytes }) => bytes.length)).size).toBe(1);
	});

	test('EV3 an event from before actors were recorded still opens', async () => {
		const { camera, all, events, clock } = here;
		const { crypto, home, secret, pair } = workshop;
		const runId = hexOf(crypto.random(16)) as RunId;
		const sealer = new SidecarSealer(crypto, {
			...{ home, camera, secret, runId, epoch: 1 },
			sign: pair.key,
		});
		const wallUs = clock.wallMs() * 1000;
		const before = ascii(JSON.stringify({ kind: 'covered', endUs: wallUs + 5 }));
		await events.add(camera, await sealer.seal('event', wallUs, before));
		expect(await all()).toMatchObject([
			{ kind: 'covered', startUs: wallUs, endUs: wallUs + 5, by: null, order: null, seen: null },
		]);
	});

	test('EV2 an event that goes on after a pause gets a later end', async () => {
		const { eventLog, camera, clock, all } = here;
		const startUs = clock.wallMs() * 1000;
		const end = eventLog.begin(camera, 'watched');
		clock.advance(5000);
		end();
		clock.advance(5000);
		end();
		expect(await all()).toMatchObject([{ startUs, endUs: startUs + 10_000_000 }]);
	});

	test('EV3 skips an event of a later version', async () => {
		const { eventLog, camera, all } = here;
		eventLog.add(camera, 'from-the-future' as 'moved');
		eventLog.add(camera, 'moved');
		expect((await all()).map(({ kind }) => kind)).toEqual(['moved']);
	});

	test('EV5 a failing store or missing keys do not end anything', async () => {
		const { eventLog, camera, all, events, refusals } = here;
		events.broken = true;
		eventLog.begin(camera, 'frozen')();
		await eventLog.settled();
		events.broken = false;
		eventLog.add(camera, 'moved');
		expect(await all()).toHaveLength(1);
		here = world();
		here.refusals.left = 1;
		here.eventLog.add(camera, 'moved');
		here.eventLog.add(camera, 'new-lens');
		expect((await here.all()).map(({ kind }) => kind)).toEqual(['new-lens']);
		expect(refusals.left).toBeLessThan(0);
	});
});

describe('TamperDetector', () => {
	const room = (n: number) => Array.from({ length: 144 }, (_, at) => 30 + at + n / 7);
	const dark = Array.from({ length: 144 }, () => 2);

	function watched() {
		const { eventLog, clock, camera } = here;
		let shake: (strength: number) => void = () => undefined;
		let changes = 0;
		const motion = {
			watch: (felt: typeof shake) => {
				shake = felt;
				return () => (shake = () => undefined);
			},
		};
		const power = {
			charge: { level: 0.5, charging: true },
			listener: (): void => undefined,
			on(listening: () => void) {
				power.listener = listening;
				return () => (power.listener = () => undefined);
			},
		};
		const plug = (charging: boolean) => {
			power.charge = { level: 0.5, charging };
			power.listener();
		};
		const tamperDetector = new TamperDetector(eventLog, clock, motion, power);
		tamperDetector.on(() => (changes += 1));
		let listener: () => void = () => undefined;
		const recorder = {
			camera: camera as CameraId | null,
			state: { kind: 'off', fault: null } as RecorderState,
			on: (listening: () => void) => {
				listener = listening;
				return () => undefined;
			},
		};
		tamperDetector.watch(recorder);
		const be = (kind: 'recording' | 'off') => {
			recorder.state = { kind, fault: null } as unknown as RecorderState;
			listener();
		};
		return {
			tamperDetector,
			be,
			plug,
			shake: (strength: number) => shake(strength),
			changes: () => changes,
		};
	}

	test('EV6 EV9 reports a sign while it lasts and logs how long it lasted', async () => {
		const { clock, camera, all } = here;
		const { tamperDetector, be, changes } = watched();
		be('recording');
		const see = (grid: readonly number[]) => {
			clock.advance(5000);
			tamperDetector.inspect(camera, grid, clock.wallMs() * 1000);
		};
		for (const n of [1, 2, 3]) see(room(n));
		expect(tamperDetector.sign).toBeNull();
		for (let n = 0; n < 3; n += 1) see(dark);
		expect(tamperDetector.sign).toBe('covered');
		expect(changes()).toBe(1);
		const startUs = clock.wallMs() * 1000;
		for (const n of [4, 5]) see(room(n));
		expect(tamperDetector.sign).toBeNull();
		expect(await all()).toMatchObject([{ kind: 'covered', startUs, endUs: startUs + 10_000_000 }]);
	});

	test('EV9 stopping ends a sign, and a late thumbnail does not restart it', async () => {
		const { clock, camera, all } = here;
		const { tamperDetector, be } = watched();
		be('recording');
		for (let n = 0; n < 3; n += 1) tamperDetector.inspect(camera, dark, clock.wallMs() * 1000);
		clock.advance(7000);
		be('off');
		expect(tamperDetector.sign).toBeNull();
		for (let n = 0; n < 5; n += 1) tamperDetector.inspect(camera, dark, clock.wallMs() * 1000);
		expect(tamperDetector.sign).toBeNull();
		const [covered, ...more] = await all();
		expect(more).toEqual([]);
		expect(covered!.endUs - covered!.startUs).toBe(7_000_000);
	});

	test('EV10 logs once that the device stopped charging, only while recording', async () => {
		const { be, plug } = watched();
		plug(false);
		plug(true);
		be('recording');
		plug(false);
		plug(false);
		plug(true);
		be('off');
		plug(false);
		expect((await here.all()).map(({ kind }) => kind)).toEqual(['unplugged']);
	});

	test('EV8 logs a jolt only while recording', async () => {
		const { all } = here;
		const { be, shake } = watched();
		shake(9);
		shake(9);
		be('recording');
		shake(9);
		shake(9);
		be('off');
		shake(9);
		shake(9);
		expect((await all()).map(({ kind }) => kind)).toEqual(['moved']);
	});
});

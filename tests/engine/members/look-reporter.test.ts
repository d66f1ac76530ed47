import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { LookReporter } from '#engine/members/look-reporter.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { FakeSidecarArchive } from '../../fakes/sidecar-archive.ts';
import { until } from '../../support/until.ts';

const CAMERA = 'c'.repeat(32) as CameraId;
const LAPTOP = '1'.repeat(32) as DeviceId;
const STRANGER = '2'.repeat(32) as DeviceId;
const SPAN = { startUs: 10, endUs: 20 };

let clock: ManualClock;
let archive: FakeSidecarArchive;
let events: unknown[][];
let world: { connected: boolean; connect: () => void; held: boolean };
let reporter: LookReporter;

beforeEach(() => {
	clock = new ManualClock();
	archive = new FakeSidecarArchive();
	events = [];
	world = { connected: true, connect: () => undefined, held: false };
	reporter = new LookReporter({
		...{ clock, archive, cameras: () => [CAMERA], connected: () => world.connected },
		turn: { acquire: () => Promise.resolve(world.held ? null : () => undefined) },
		nameOf: (device) => Promise.resolve(device === LAPTOP ? 'Laptop' : undefined),
		onConnection: (listener) => (world.connect = listener),
		log: { add: (...event) => events.push(event), settled: () => Promise.resolve() },
	});
});

describe('EV15 EV16 a look is an event of the camera', () => {
	test('with who looked, when, and at what; once', async () => {
		archive.look(LAPTOP, SPAN);
		await reporter.ask();
		await reporter.ask();
		const detail = { by: { device: LAPTOP, name: 'Laptop' }, seen: SPAN };
		expect(events).toEqual([[CAMERA, 'looked', 1000, detail, 2000]]);
	});

	test('a relay that names a device which never was of this home, or the future, is not believed', async () => {
		archive.look(STRANGER, SPAN);
		archive.look(LAPTOP, { startUs: 20, endUs: 10 });
		await reporter.ask();
		expect([events, (await archive.looks()).looks]).toEqual([[], []]);
		vi.spyOn(archive, 'looks').mockResolvedValue({
			looks: [{ ...SPAN, id: 9, device: LAPTOP, fromMs: 9e15, toMs: 1 }],
			more: false,
		});
		await reporter.ask();
		const nowUs = clock.wallMs() * 1000;
		expect(events).toMatchObject([[CAMERA, 'looked', nowUs, {}, nowUs]]);
	});

	test('a camera that was away hears it when it comes back, and else every five minutes', async () => {
		world.connected = false;
		archive.look(LAPTOP, SPAN);
		reporter.begin();
		await reporter.ask();
		expect(events).toEqual([]);
		world.connected = true;
		world.connect();
		await until(() => events.length === 1);
		archive.look(LAPTOP, SPAN);
		clock.advance(300_000);
		await until(() => events.length === 2);
	});

	test('while somebody looks it asks again soon', async () => {
		archive.lookedAt = true;
		await reporter.ask();
		archive.look(LAPTOP, SPAN);
		archive.lookedAt = false;
		clock.advance(10_000);
		await until(() => events.length === 1);
	});

	test('what could not be written down is told again; another tab that is at it is left alone', async () => {
		archive.look(LAPTOP, SPAN);
		world.held = true;
		await reporter.ask();
		expect(events).toEqual([]);
		world.held = false;
		const heard = vi.spyOn(archive, 'heardLooks');
		archive.away = true;
		await expect(reporter.ask()).rejects.toMatchObject({ kind: 'offline' });
		expect(heard).not.toHaveBeenCalled();
		archive.away = false;
		await reporter.ask();
		expect(events).toHaveLength(1);
	});
});

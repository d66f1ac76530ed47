import { beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { Engine } from '#state/app/engine.ts';
import { Wall } from '#state/live/wall.svelte.ts';
import { DOOR, record, YARD } from '../../contracts/segment-store.ts';
import { utcCalendar } from '../../fakes/calendar.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { MemorySegmentStore } from '../../fakes/segment-store.ts';
import { OWN, WATCHED } from '../../gallery/home.ts';
import { until } from '../../support/until.ts';

const HALL = 'aa'.repeat(16) as CameraId;
const origin = 'https://cam.local:8443';

/** A device whose one camera is the door. */
function device(cameras: readonly WatchedCamera[], segments = new MemorySegmentStore()) {
	const clock = new ManualClock();
	const [link, lens, all, directory] = Array.from({ length: 4 }, () => new Listeners());
	const recorder = {
		camera: DOOR as CameraId | null,
		state: { kind: 'off', fault: null as Fault | null },
		on: (listener: () => void) => lens!.add(listener),
	};
	const messenger = {
		state: { kind: 'connected', origin } as RelayConnectionState,
		on: (listener: () => void) => link!.add(listener),
	};
	const engine = {
		...{ clock, segments, messenger, calendar: utcCalendar },
		thumbnails: { first: () => Promise.resolve(null) },
		localDevice: { state: { kind: 'fresh' } },
		cameraDirectory: { cameras, on: (listener: () => void) => directory!.add(listener) },
		cameras: { all: [{ recorder }], on: (listener: () => void) => all!.add(listener) },
		lastSeen: { seenMs: () => null },
		homeRoster: { roster: { devices: new Map([[1, 1]]) } },
	};
	const wall = new Wall(engine as unknown as Engine);
	return { wall, engine, recorder, messenger, segments, link: link!, lens: lens! };
}

const own: WatchedCamera = { ...OWN, id: DOOR };
const shown = async (wall: Wall) => {
	wall.watch();
	await until(() => wall.tiles !== null);
	return wall.tiles!.map(({ id }) => id);
};

describe('who has a tile', () => {
	test('nobody before it is known what footage is here', async () => {
		const { wall } = device([WATCHED]);
		expect(wall.tiles).toBe(null);
		expect(await shown(wall)).toEqual([WATCHED.id]);
		wall.close();
	});

	test('LV30 not a lens of another device that reported that it never recorded', async () => {
		const blank = { ...WATCHED, id: YARD, blank: true };
		const { wall } = device([WATCHED, blank]);
		expect(await shown(wall)).toEqual([WATCHED.id]);
		wall.close();
	});

	test('LV30 an own lens has one once it is open, and keeps it once it has footage', async () => {
		const { wall, recorder, lens, segments } = device([own]);
		expect(await shown(wall)).toEqual([]);
		recorder.state.kind = 'ready';
		lens.notify();
		expect(wall.tiles?.map(({ id }) => id)).toEqual([DOOR]);
		await record(segments, DOOR, 1, 2);
		recorder.state.kind = 'off';
		lens.notify();
		await until(() => wall.tiles?.length === 1);
		expect(wall.tiles![0]).toMatchObject({ id: DOOR, shelved: { id: DOOR } });
		wall.close();
	});

	test('cameras of other devices keep the order of the directory', async () => {
		const others = [YARD, WATCHED.id, HALL].map((id) => ({ ...WATCHED, id }));
		const { wall } = device(others);
		expect(await shown(wall)).toEqual(others.map(({ id }) => id));
		wall.close();
	});

	test('one whose footage is here has it, whether or not it is reachable', async () => {
		const segments = new MemorySegmentStore();
		await record(segments, YARD, 1, 3);
		const { wall } = device([{ ...WATCHED, id: YARD, online: false }], segments);
		expect(await shown(wall)).toEqual([YARD]);
		expect(wall.tiles![0]!.shelved).toMatchObject({ id: YARD });
		wall.close();
	});
});

describe('the connection', () => {
	let here: ReturnType<typeof device>;
	const becomes = (state: RelayConnectionState): boolean => {
		here.messenger.state = state;
		here.link.notify();
		return here.wall.relayLost;
	};
	beforeEach(() => {
		here = device([WATCHED]);
		here.wall.watch();
	});

	test('a relay that was lost stays so while it is tried again, until it is back', () => {
		expect(here.wall.relayLost).toBe(false);
		expect(becomes({ kind: 'away', origin, againMs: 0 })).toBe(true);
		expect(becomes({ kind: 'connecting', origin })).toBe(true);
		expect(becomes({ kind: 'connected', origin })).toBe(false);
		expect(becomes({ kind: 'connecting', origin })).toBe(false);
		here.wall.close();
	});

	test('without a relay, other devices of the home are out of reach', () => {
		const { wall, engine } = here;
		expect(wall.disconnected).toBe(false);
		becomes({ kind: 'none' });
		// Alone in its home.
		expect(wall.disconnected).toBe(false);
		engine.homeRoster.roster.devices.set(2, 2);
		expect(wall.disconnected).toBe(true);
		wall.close();
	});

	test('a closed wall listens to nothing any more', async () => {
		const { wall, segments } = here;
		await until(() => wall.tiles !== null);
		wall.close();
		expect(becomes({ kind: 'away', origin, againMs: 0 })).toBe(false);
		const before = wall.tiles;
		await record(segments, HALL, 1, 2);
		for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
		expect(wall.tiles).toEqual(before);
	});
});

test('one camera at a time is shown at full rate; asked again, none', () => {
	const { wall } = device([WATCHED]);
	expect(wall.full).toBe(null);
	wall.toggleFull(YARD);
	wall.toggleFull(HALL);
	expect(wall.full).toBe(HALL);
	wall.toggleFull(HALL);
	expect(wall.full).toBe(null);
});

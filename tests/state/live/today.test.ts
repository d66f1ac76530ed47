import { expect, test } from 'vitest';
import type { CameraEvent, EventKind } from '#domain/recording/event.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import { Today } from '#state/live/today.svelte.ts';
import { NOON } from '../../gallery/scene.ts';

const [HALL, YARD] = ['aa'.repeat(16), 'bb'.repeat(16)] as [CameraId, CameraId];
const HOUR = 3_600_000;

function event(id: number, camera: CameraId, atMs: number, kind: EventKind): CameraEvent {
	const at = { startUs: atMs * 1000, endUs: atMs * 1000 };
	return { id, camera, kind, ...at, by: null, order: null, seen: null };
}

test('today is the events of all cameras of this device since midnight, the newest first', async () => {
	const all = [
		event(1, HALL, NOON - 13 * HOUR, 'moved'),
		event(2, HALL, NOON - 3 * HOUR, 'covered'),
		event(3, YARD, NOON - HOUR, 'frozen'),
		event(4, HALL, NOON - 2 * HOUR, 'moved'),
	];
	let nowMs = NOON;
	let changed: () => void = () => undefined;
	const off = () => () => undefined;
	const engine = {
		calendar: localCalendar,
		clock: { wallMs: () => nowMs, every: off },
		cameras: {
			all: [{ number: 1 }, { number: 2 }, { number: 3 }],
			idOf: (number: number) => [HALL, YARD][number - 1] ?? null,
			on: off,
		},
		eventLog: {
			between: (camera: CameraId, fromUs: number, toUs: number) =>
				Promise.resolve(
					all.filter((one) => one.camera === camera && one.startUs >= fromUs && one.startUs < toUs),
				),
			watch: (listener: () => void) => {
				changed = listener;
				return () => undefined;
			},
		},
	};
	const today = new Today(engine as unknown as Engine);
	today.open();
	const ids = () => today.events.map(({ id }) => id);
	await expect.poll(ids).toEqual([3, 4, 2]);
	nowMs = NOON + 13 * HOUR;
	changed();
	await expect.poll(ids).toEqual([]);
	today.close();
});

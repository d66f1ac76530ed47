import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import type { WatchedCamera } from '#engine/live/controls.ts';
import { Wall } from '#state/live/wall.svelte.ts';
import { stubEngine } from '../../gallery/stand-ins.ts';
import { LINKS, OWN, WATCHED, type HomeOptions } from '../../gallery/home.ts';
import { NOON } from '../../gallery/scene.ts';

const [YARD, DOOR] = ['dd'.repeat(16), 'ee'.repeat(16)] as [CameraId, CameraId];
const state = (more: object): WatchedCamera['state'] =>
	WATCHED.state && { ...WATCHED.state, ...more };
const away: WatchedCamera = { ...WATCHED, online: false, fares: null };
const wallOf = (options: HomeOptions) => new Wall(stubEngine({ home: options }));
const problems = (options: HomeOptions) => wallOf(options).problems.map(({ kind }) => kind);

describe('LV47 problems of the cameras of other devices', () => {
	test('one that saves nothing, since when; then one that is offline; then a low battery', () => {
		const battery = { level: 0.12, charging: false };
		const blind = state({ kind: 'blind', sinceMs: NOON - 240_000 });
		const wall = wallOf({
			cameras: [
				{ ...WATCHED, id: DOOR, name: 'Door', state: state({ battery }) },
				{ ...away, name: 'Nursery' },
				{ ...WATCHED, id: YARD, name: 'Yard', state: blind, fares: 'blind' },
			],
		});
		expect(wall.problems).toEqual([
			{ id: YARD, name: 'Yard', kind: 'blind', sinceMs: NOON - 240_000, full: false },
			{ id: WATCHED.id, name: 'Nursery', kind: 'offline', sinceMs: NOON - 3_600_000 },
			{ id: DOOR, name: 'Door', kind: 'battery', level: 0.12 },
		]);
	});

	test('LV50 one that may be covered, is frozen or almost full; of more than one, the worst', () => {
		const needs = (...words: string[]): WatchedCamera => ({
			...WATCHED,
			state: state({ needs: words }),
		});
		const kinds = (...words: string[]) => problems({ cameras: [needs(...words)] });
		expect(kinds('covered')).toEqual(['covered']);
		expect(kinds('storage', 'frozen')).toEqual(['frozen']);
		expect(kinds('storage')).toEqual(['storage']);
		expect(kinds('from a later version')).toEqual([]);
		const full = { kind: 'blind', sinceMs: NOON, needs: ['storage'] };
		const camera: WatchedCamera = { ...WATCHED, fares: 'blind', state: state(full) };
		expect(wallOf({ cameras: [camera] }).problems).toMatchObject([{ kind: 'blind', full: true }]);
		const before = { ...needs('covered'), fares: null };
		expect(problems({ cameras: [before] })).toEqual([]);
	});

	test.each<[string, WatchedCamera, HomeOptions]>([
		['it records', WATCHED, {}],
		['somebody stopped it', { ...WATCHED, fares: 'off', state: state({ kind: 'off' }) }, {}],
		['only the relay is gone, and nobody knows', away, { link: LINKS[3] ?? { kind: 'none' } }],
		['its direct picture goes on', { ...away, fares: 'recording', state: null }, {}],
		['it never recorded', { ...away, blank: true }, {}],
		['it is this device', { ...OWN, online: false }, {}],
		['it was never seen', { ...away, device: 'ff'.repeat(16) as typeof away.device }, {}],
	])('none: %s', (_, camera, options) => {
		expect(problems({ ...options, cameras: [camera] })).toEqual([]);
	});

	test('none while its page may only be reloading', () => {
		const engine = stubEngine({ home: { cameras: [away] } });
		let seenMs = NOON - 19_000;
		Object.assign(engine, { lastSeen: { seenMs: () => seenMs } });
		const wall = new Wall(engine);
		expect(wall.problems).toEqual([]);
		seenMs = NOON - 21_000;
		expect(wall.problems).toHaveLength(1);
	});
});

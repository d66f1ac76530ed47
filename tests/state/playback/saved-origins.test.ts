import { describe, expect, test } from 'vitest';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { OriginSpan, OriginState, SavedCamera } from '#domain/footage/origin.ts';
import type { Role } from '#domain/home/roster.ts';
import type { FootageProblem } from '#domain/sync/footage-problem.ts';
import type { RelayConnectionState } from '#engine/messaging/messenger.ts';
import type { Engine } from '#state/app/engine.ts';
import { EarlierCameras } from '#state/playback/earlier-cameras.svelte.ts';
import {
	followSavedCamera,
	relayAnswer,
	SavedOrigins,
} from '#state/playback/saved-origins.svelte.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { until } from '../../support/until.ts';

const HALL = 'aa'.repeat(16) as CameraId;
const YARD = 'bb'.repeat(16) as CameraId;
const origin = 'https://cam.local:8443';

function engineWith() {
	const changes = new Listeners();
	const other = { on: () => () => undefined };
	const clock = new ManualClock();
	const now = {
		answer: 'ready' as OriginState,
		link: { kind: 'connected', origin } as RelayConnectionState,
		roles: ['viewer'] as readonly Role[],
		spans: [] as readonly OriginSpan[],
		cameras: [] as readonly SavedCamera[],
		problems: [] as readonly FootageProblem[],
	};
	const engine = {
		clock,
		origins: {
			on: (listener: () => void) => changes.add(listener),
			state: () => now.answer,
			spans: () => Promise.resolve(now.spans),
			cameras: () => Promise.resolve(now.cameras),
		},
		messenger: {
			...other,
			get state() {
				return now.link;
			},
		},
		members: {
			...other,
			get list() {
				return [{ self: true, roles: now.roles }];
			},
		},
		problems: { ...other, of: (id: CameraId) => (id === HALL ? now.problems : []) },
		cameraDirectory: { ...other, cameras: [] },
		footage: {
			runs: (id: CameraId) =>
				Promise.resolve([
					{
						...{ runNo: 1, firstSeq: 1, lastSeq: 3, ended: 'stopped', holes: [] },
						...{ startUs: id === HALL ? 5e6 : 1e6, endUs: id === HALL ? 8e6 : 4e6, anchorUs: 0 },
					},
				]),
		},
		thumbnails: { near: () => Promise.resolve(null) },
	};
	return { engine: engine as unknown as Engine, now, changes, clock };
}

const span = (fromS: number, toS: number, ...origins: OriginSpan['origins']): OriginSpan => ({
	...{ startUs: fromS * 1e6, endUs: toS * 1e6, origins },
});

test('PB41 tells where each moment is, and up to when the relay has it; follows what changes', async () => {
	const { engine, now, changes, clock } = engineWith();
	now.spans = [span(10, 20, 'relay'), span(20, 30, 'here', 'relay'), span(40, 50, 'here')];
	const where = new SavedOrigins(engine, HALL);
	expect([where.known, where.at(15_000)]).toEqual([false, []]);
	await until(() => where.known);
	expect([9, 10, 25, 35, 45].map((s) => where.at(s * 1000).join())).toEqual([
		...['', 'relay', 'here,relay', '', 'here'],
	]);
	expect(where.relayUntilMs).toBe(30_000);
	now.spans = [...now.spans.slice(0, 2), span(40, 50, 'here', 'relay')];
	changes.notify();
	changes.notify();
	clock.advance(1000);
	await until(() => where.relayUntilMs === 50_000);
	where.close();
	now.spans = [];
	changes.notify();
	clock.advance(5000);
	await Promise.resolve();
	expect(where.spans.length).toBe(3);
});

describe('PB42 what stands between a device and the relay', () => {
	test.each([
		['ready', 'connected', 'viewer', 'ready'],
		['reading', 'connected', 'viewer', 'reading'],
		['reading', 'away', 'viewer', 'away'],
		['away', 'connected', 'viewer', 'away'],
		['refused', 'connected', 'viewer', 'refused'],
		// Nobody needs to be asked.
		['ready', 'connected', 'live', 'refused'],
		['away', 'none', 'viewer', 'none'],
	] as const)('%s, %s, %s: %s', (answer, link, role, said) => {
		const { engine, now } = engineWith();
		now.answer = answer;
		now.link = { kind: link, origin, againMs: 0 };
		now.roles = role === 'live' ? ['viewer', 'live'] : ['viewer'];
		expect(relayAnswer(engine)).toBe(said);
	});

	test('a relay that another device plays keeps nothing', () => {
		const { engine, now } = engineWith();
		now.link = { kind: 'connected', origin: 'nearby' };
		expect(relayAnswer(engine)).toBe('none');
	});
});

test('PB43 earlier cameras are those with footage that left the home, the newest first', async () => {
	const { engine, now, changes } = engineWith();
	const about = { name: 'Hall', origins: ['relay'] as const };
	now.cameras = [
		{ ...about, id: YARD, name: null, former: true },
		{ ...about, id: 'cc'.repeat(16) as CameraId, former: false },
		{ ...about, id: HALL, former: true },
	];
	const earlier = new EarlierCameras(engine);
	earlier.watch();
	await until(() => earlier.cameras !== null);
	expect(
		earlier.cameras!.map(({ id, name, sinceMs, untilMs }) => [id, name, sinceMs, untilMs]),
	).toEqual([
		[HALL, 'Hall', 5000, 8000],
		[YARD, null, 1000, 4000],
	]);
	earlier.close();

	const told: (string | null)[] = [];
	const stop = followSavedCamera(engine, HALL, (found) => told.push(found?.name ?? null));
	await until(() => told.length === 1);
	now.cameras = [];
	changes.notify();
	await until(() => told.length === 2);
	stop();
	expect(told).toEqual(['Hall', null]);
});

test('PB44 problems are those of the camera', () => {
	const { engine, now } = engineWith();
	const problem: FootageProblem = {
		...{ camera: HALL, kind: 'missing', at: 'relay', segments: 12, origins: ['camera'] },
		...{ left: false, asked: true, startUs: 0, endUs: 12e6 },
	};
	now.problems = [problem];
	expect(new SavedOrigins(engine, HALL).problems).toEqual([problem]);
	expect(new SavedOrigins(engine, YARD).problems).toEqual([]);
});

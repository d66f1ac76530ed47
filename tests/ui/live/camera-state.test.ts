import { describe, expect, test } from 'vitest';
import type { ViewState, WatchedCamera } from '#engine/live/controls.ts';
import { stateText } from '#ui/live/camera-state.ts';
import { WATCHED } from '../../gallery/home.ts';
import { NOON } from '../../gallery/scene.ts';

const LIVE: ViewState = {
	...({ kind: 'live', path: 'direct', reason: 'best' } as const),
	...{ ageMs: 180, sound: false, fragmented: false },
};
const ended = (why: Extract<ViewState, { kind: 'ended' }>['why']): ViewState => ({
	...({ kind: 'ended', why, fault: null } as const),
});
const away = { ...WATCHED, online: false, fares: null };
const SEEN_MS = new Date(2026, 10, 24, 6, 51).getTime();

function said(view: ViewState, camera: WatchedCamera = WATCHED, seenMs: number | null = SEEN_MS) {
	const about = { camera, view, own: null, seenMs, nowMs: NOON };
	return (['en', 'de'] as const).map((language) => {
		const { does, is } = stateText(about, language);
		return [does, is].filter((text) => text !== null).join(' · ');
	});
}

describe('LV46 a camera has one state', () => {
	test.each<[string, ViewState, WatchedCamera, string, string]>([
		['live', LIVE, WATCHED, 'Live', 'Live'],
		['almost late', { ...LIVE, ageMs: 1999 }, WATCHED, 'Live', 'Live'],
		['late', { ...LIVE, ageMs: 3400 }, WATCHED, '3 s behind', '3 s verzögert'],
		[
			'live without recording',
			LIVE,
			{ ...WATCHED, fares: 'preview' },
			'Not recording · Live',
			'Nimmt nicht auf · Live',
		],
		[
			'before it knows',
			{ kind: 'connecting', trying: 'camera', sinceMs: 0 },
			{ ...WATCHED, fares: null },
			'Connecting …',
			'Verbinde …',
		],
		[
			'offline',
			ended('camera-away'),
			away,
			'Offline · Last seen 06:51',
			'Offline · Zuletzt gesehen um 06:51',
		],
		[
			'off',
			ended('camera-off'),
			{ ...WATCHED, fares: 'off' },
			'This camera is off.',
			'Diese Kamera ist aus.',
		],
		['without a relay', ended('no-relay'), away, 'Last seen 06:51', 'Zuletzt gesehen um 06:51'],
	])('%s', (_, view, camera, en, de) => {
		expect(said(view, camera)).toEqual([en, de]);
	});

	test('only a camera that was never seen is not seen yet', () => {
		expect(said(ended('camera-away'), away, null)[0]).toBe('Not seen yet');
	});
});

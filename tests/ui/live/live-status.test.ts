import { describe, expect, test } from 'vitest';
import type { RecorderState, LensView } from '#engine/recording/recorder-controls.ts';
import type { ViewState } from '#engine/live/controls.ts';
import { cameraStatus, pictureStatus, tileStatus } from '#ui/live/live-status.ts';
import { LIVE } from '#ui/words/home.ts';
import { SEEN } from '#ui/words/seen.ts';
import { Fault } from '#domain/base/fault.ts';

const live = { kind: 'live', path: 'direct', reason: 'best', ageMs: 400 } as const;
const VIEWS = {
	connecting: { kind: 'connecting', trying: 'relay', sinceMs: 0 },
	live: { ...live, sound: false, fragmented: false },
	stale: { kind: 'stale', path: 'direct', ageMs: 12_000, trying: 'relay' },
	away: { kind: 'ended', why: 'camera-away', fault: null },
	off: { kind: 'ended', why: 'camera-off', fault: null },
	revoked: { kind: 'ended', why: 'revoked', fault: null },
	'no-relay': { kind: 'ended', why: 'no-relay', fault: null },
} as const satisfies Record<string, ViewState>;
const BY_HAND = {
	plan: { when: 'by-hand', times: [], away: false },
	...{ records: null, untilMs: null, pressed: false },
} as const;

describe('LV32 another camera has the status it reports, whatever its picture', () => {
	test.each(Object.keys(VIEWS) as (keyof typeof VIEWS)[])('%s', (name) => {
		for (const fares of ['recording', 'preview', 'starting', 'blind', 'off', null] as const) {
			const now = cameraStatus({ own: false, fares }, VIEWS[name], null);
			expect(now).toBe(name === 'revoked' ? null : fares);
		}
	});
});

describe('LV32 this device knows its own status once it is decided', () => {
	const view: LensView = { picture: {} as never, lensId: '', label: '', sound: false };
	const saved = { sinceMs: 0, untilMs: 1, segments: 1, bytes: 1 };
	const blind = { why: 'quota', fault: null, sinceMs: 0, view: null } as const;
	const denied = new Fault('denied', 'no');
	test.each<[string, RecorderState | null, typeof BY_HAND | null, string | null]>([
		['nothing is loaded', null, null, null],
		['it may resume recording', { kind: 'off', fault: null }, null, null],
		['it does not resume', { kind: 'off', fault: null }, BY_HAND, 'off'],
		['it tried and could not', { kind: 'off', fault: denied }, null, 'off'],
		['its lens is opening', { kind: 'opening' }, BY_HAND, 'starting'],
		['its lens is open', { kind: 'preview', view }, BY_HAND, 'preview'],
		['it has saved nothing yet', { kind: 'starting', view }, BY_HAND, 'starting'],
		['it records', { kind: 'recording', view, saved, notes: [] }, BY_HAND, 'recording'],
		['it is blind', { kind: 'blind', ...blind }, BY_HAND, 'blind'],
		['another tab has the lens', { kind: 'elsewhere' }, BY_HAND, null],
	])('%s', (_, recorder, planned, fares) => {
		const camera = recorder && { recorder, planned };
		expect(cameraStatus({ own: true, fares: null }, VIEWS.connecting, camera)).toBe(fares);
	});
});

test('LV33 a tile is short and never mentions the relay; a camera’s page does', () => {
	const on = (say: typeof tileStatus) => Object.values(VIEWS).map((view) => say(view, LIVE.en));
	expect(on(tileStatus)).toEqual([
		...['Connecting …', 'Live', '12 s old', 'Offline'],
		...['This camera is off.', 'This device was removed from the home.'],
		'This device is not connected.',
	]);
	expect(on(pictureStatus).slice(0, 3)).toEqual([
		...['Connecting …', 'Live', '12 s old. Can’t reach the relay. Trying again …'],
	]);
	expect(pictureStatus(VIEWS.connecting, LIVE.en, true)).toBe(
		'Can’t reach the relay. Trying again …',
	);
});

test('a picture under two seconds old is live; from then on it says how far behind', () => {
	const at = (ageMs: number) => pictureStatus({ ...VIEWS.live, ageMs }, LIVE.en);
	expect([0, 1999, 2000, 3900].map(at)).toEqual(['Live', 'Live', '2 s behind', '3 s behind']);
});

describe('LV31 when it was last seen', () => {
	const now = new Date(2026, 2, 1, 0, 30).getTime();
	test.each([
		['never', null, 'Not seen yet', 'Noch nicht gesehen'],
		['today', new Date(2026, 2, 1, 0, 1), 'Last seen 00:01', 'Zuletzt gesehen um 00:01'],
		[
			...(['half an hour ago, yesterday', new Date(2026, 1, 28, 23, 59)] as const),
			...(['Last seen yesterday, 23:59', 'Zuletzt gesehen gestern um 23:59'] as const),
		],
		[
			...(['days ago', new Date(2026, 1, 24, 6, 51)] as const),
			...([
				'Last seen Tue 24 February, 06:51',
				'Zuletzt gesehen am Di., 24. Februar um 06:51',
			] as const),
		],
		[
			...(['last year', new Date(2025, 11, 31, 6, 51)] as const),
			'Last seen Wed 31 December 2025, 06:51',
			'Zuletzt gesehen am Mi., 31. Dezember 2025 um 06:51',
		],
	] as const)('%s', (_, at, en, de) => {
		const ms = at === null ? null : at.getTime();
		expect([SEEN.en.last(ms, now), SEEN.de.last(ms, now)]).toEqual([en, de]);
	});
});

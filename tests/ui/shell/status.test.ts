import { beforeEach, describe, expect, test, vi } from 'vitest';
import { Fault } from '#domain/base/fault.ts';
import type { RecorderState, LensView } from '#engine/recording/recorder-controls.ts';
import type { Session } from '#state/app/session.svelte.ts';
import { statusOf } from '#ui/shell/status.ts';
import { WORDS } from '#ui/words/words.ts';

beforeEach(() => {
	vi.stubGlobal('screen', { width: 360, height: 800 });
	return () => vi.unstubAllGlobals();
});

const NOON = new Date(2026, 10, 29, 12).getTime();
const view: LensView = { picture: {} as never, lensId: '', label: '', sound: false };
const saved = { sinceMs: NOON - 12 * 60_000, untilMs: NOON, segments: 1, bytes: 1 };
const recording: RecorderState = { kind: 'recording', view, saved, notes: [] };
const denied = new Fault('denied', 'no');
const rests = { plan: { when: 'times', times: [], away: false }, records: false } as const;

function camera(recorder: RecorderState, more: object = {}) {
	return {
		...{ recorder, id: 'a'.repeat(32), name: 'Hall', stuck: null, planned: null },
		blind: recorder.kind === 'blind' ? recorder.why : null,
		...{ missingLens: null, lowBattery: null, degradation: null, savedUntilMs: null },
		...more,
	};
}

function said(recorder: RecorderState | null, more: object = {}, language: 'en' | 'de' = 'en') {
	return saidOf(recorder === null ? [] : [camera(recorder, more)], more, language);
}

function saidOf(cameras: object[], more: object = {}, language: 'en' | 'de' = 'en') {
	const session = {
		...{ cameras, outlook: null, charge: null, engine: { features: { mobile: true } } },
		...more,
	};
	return statusOf(session as unknown as Session, WORDS[language]);
}

describe('LV27 a status line only while this device records, should, or will by schedule', () => {
	test.each<[string, RecorderState | null, object]>([
		['nothing is known yet', null, {}],
		['it never recorded, or a person stopped it', { kind: 'off', fault: null }, {}],
		['a lens was refused that was not meant to record', { kind: 'off', fault: denied }, {}],
		['its lens is opening', { kind: 'opening' }, {}],
		['its lens is open', { kind: 'preview', view }, {}],
		['its camera is not known now', recording, { id: null }],
		[
			'a person stopped it against its schedule',
			{ kind: 'off', fault: null },
			{ planned: { ...rests, untilMs: null, pressed: true } },
		],
	])('no line: %s', (_, recorder, more) => {
		expect(said(recorder, more)).toBeNull();
	});

	test.each<[RecorderState, object, string, string, boolean]>([
		[recording, {}, 'This phone is recording', 'Dieses Handy nimmt auf', false],
		[
			{ kind: 'starting', view },
			...([
				{},
				'This phone is starting to record',
				'Dieses Handy startet die Aufnahme',
				false,
			] as const),
		],
		[
			{ kind: 'blind', why: 'quota', fault: null, sinceMs: NOON, view: null },
			{},
			'This phone is not saving: there was no space left',
			'Dieses Handy speichert nicht: kein Speicherplatz mehr frei',
			true,
		],
		[
			{ kind: 'off', fault: denied },
			{ stuck: denied },
			...(['This phone has stopped recording', 'Dieses Handy nimmt nicht mehr auf', true] as const),
		],
		[
			{ kind: 'off', fault: null },
			{ planned: { ...rests, untilMs: null, pressed: false } },
			...([
				'This phone is paused, as scheduled',
				'Dieses Handy pausiert wie geplant',
				false,
			] as const),
		],
	])('%j names the state and the device', (recorder, more, en, de, urgent) => {
		expect(said(recorder, more)).toMatchObject({ what: en, urgent });
		expect(said(recorder, more, 'de')?.what).toBe(de);
	});

	test('only what is being saved is called recording', () => {
		expect(said(recording)?.records).toBe(true);
		expect(said({ kind: 'starting', view })?.records).toBe(false);
	});

	test('another tab records', () => {
		expect(said({ kind: 'elsewhere' })?.what).toMatch(/^Another tab in this browser is recording/);
	});

	test('ST2 the recording time is apart from the announced text: it changes every minute', () => {
		expect(said(recording)?.lasts).toBe('12 minutes');
		const young = { ...recording, saved: { ...saved, sinceMs: NOON - 59_000 } };
		expect(said(young)?.lasts).toBeNull();
	});

	test('a tablet and a computer are named as such', () => {
		vi.stubGlobal('screen', { width: 1180, height: 820 });
		expect(said(recording)?.what).toBe('This tablet is recording');
		const engine = { features: { mobile: false } };
		expect(said(recording, { engine })?.what).toBe('This computer is recording');
	});
});

test('LV27 of several cameras, one that needs a person comes first, then one that records, by name', () => {
	const off = camera({ kind: 'off', fault: null }, { name: 'Door' });
	const hall = camera(recording);
	expect(saidOf([off, hall])?.what).toBe('Hall is recording');
	const blind = camera(
		{ kind: 'blind', why: 'quota', fault: null, sinceMs: NOON, view: null },
		{ name: 'Yard' },
	);
	expect(saidOf([hall, blind])).toMatchObject({
		...{ what: 'Yard is not saving: there was no space left', urgent: true },
	});
	expect(saidOf([hall], {})?.what).toBe('This phone is recording');
});

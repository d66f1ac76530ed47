import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { EVENT_KINDS } from '#domain/recording/event.ts';
import { eventBodyFrom, eventBytes, type EventBody } from '#protocol/event.ts';
import { changeFrom, deletionFrom, storageUsageFrom } from '#protocol/ledger.ts';
import {
	CAMERA_FIELDS,
	DEVICE_FIELDS,
	preferencesFrom,
	type PreferenceFields,
} from '#protocol/preferences.ts';
import { seenDocument, seenFrom } from '#protocol/seen.ts';
import { clearedFrom, traceFrom } from '#protocol/trace.ts';
import { expectBound, expectChecked, NOT_JSON, type Sample } from './fields.ts';

/** Stored rows and documents, as the disk returns them. */

const device = '0123456789abcdef'.repeat(2) as DeviceId;
const bytesOf = (text: string) => new TextEncoder().encode(text);
const readEvent = (text: string) => eventBodyFrom(bytesOf(text));
const row =
	(read: (stored: unknown) => unknown) =>
	(text: string): unknown =>
		read(JSON.parse(text));

const EVENT: EventBody = {
	...{ kind: 'ordered', endUs: 5, by: { device, name: 'Anna' } },
	order: { name: 'torch', value: true, fault: null },
	seen: { startUs: 1, endUs: 2 },
};

test('an event is read as it was written, and each field is checked', () => {
	expect(eventBodyFrom(eventBytes(EVENT))).toEqual(EVENT);
	expectChecked(readEvent, EVENT, {
		optional: ['by', 'order', 'seen'],
		free: ['by.name', 'order.value'],
	});
	const sample = EVENT as unknown as Sample;
	expectBound(readEvent, sample, ['by', 'name'], 'a'.repeat(190), 'a'.repeat(191));
	expectBound(readEvent, sample, ['order', 'value'], 'a'.repeat(256), 'a'.repeat(257));
	expectBound(readEvent, sample, ['kind'], EVENT_KINDS.at(-1), 'of a later version');
	// Events of earlier versions name nobody.
	expect(readEvent('{"kind":"moved","endUs":1}')).toEqual({
		...{ kind: 'moved', endUs: 1, by: null, order: null, seen: null },
	});
	for (const text of NOT_JSON) expect(readEvent(text)).toBeNull();
});

test('the size of an event does not tell whether anybody is named', () => {
	const name = fc.option(fc.string({ maxLength: 40, unit: 'grapheme-ascii' }));
	fc.assert(
		fc.property(fc.constantFrom(...EVENT_KINDS), name, (kind, given) => {
			const by = given === null ? null : { device, name: given };
			const bytes = eventBytes({ kind, endUs: 1, by, order: null, seen: null });
			expect(bytes).toHaveLength(448);
			expect(eventBodyFrom(bytes)).toEqual({ kind, endUs: 1, by, order: null, seen: null });
		}),
	);
});

const DELETION = {
	...{ rule: 'budget', firstMs: 1, lastMs: 2, span: { startUs: 1, endUs: 2 } },
	...{ segments: 3, bytes: 4 },
};
const USAGE = {
	...{ atMs: 1, footage: 2, pinned: 3, previews: 4, index: 5, reserve: 6, other: 7, allowed: 8 },
};

test.each<[string, (stored: unknown) => unknown, Sample]>([
	['deletion', deletionFrom, DELETION],
	['usage', storageUsageFrom, USAGE],
	['setting change', changeFrom, { atMs: 1, what: 'sound-on' }],
	['trace', traceFrom, { bytes: 1, untilMs: 2 }],
	[
		'cleared trace',
		clearedFrom,
		{ atMs: 1, what: ['footage', 'keys'], bytes: 2, recorded: true, anew: false },
	],
])('a %s is read as it was written, and each field is checked', (name, read, sample) => {
	expect(read(sample)).toEqual(sample);
	expectChecked(row(read), sample, { free: name === 'cleared trace' ? ['atMs'] : [] });
	for (const text of NOT_JSON.slice(2)) expect(row(read)(text)).toBeNull();
	expect(read(undefined)).toBeNull();
});

test('LV28 devices last seen are read as they were written; an invalid row costs only itself', () => {
	const camera = 'f'.repeat(32) as CameraId;
	const seen = new Map([[device, { seenMs: 1.5, recorded: new Map([[camera, true]]) }]]);
	expect(seenFrom(seenDocument(seen))).toEqual(seen);
	for (const wrong of [null, 1, {}, { seenMs: 'x' }, { seenMs: Infinity }])
		expect(seenFrom({ ...seenDocument(seen), ['a'.repeat(32)]: wrong })).toEqual(seen);
	expect(seenFrom({ ...seenDocument(seen), 'no id': { seenMs: 1, recorded: {} } })).toEqual(seen);
	const unknown = seenFrom({ [device]: { seenMs: 1, recorded: { 'no id': true } } });
	expect(unknown.get(device)).toEqual({ seenMs: 1, recorded: new Map() });
	for (const stored of [undefined, null, 1, 'a', []]) expect(seenFrom(stored).size).toBe(0);
});

const CHOSEN = {
	...{ lensId: 'back', lensLabel: 'Back', profile: 'high', sound: true, armed: true },
	plan: { when: 'times', times: [{ days: [0, 6], from: 0, until: 1439 }], away: true },
	override: { records: true, untilMs: 5 },
	...{ budgetBytes: 1e9, cap: { bytes: 1, refusedMs: 2 }, mostDays: 3, acceptsLoss: true },
	...{ triedKit: { kit: 'a', atMs: 1 }, claimedMs: 9, upload: 'events' },
	...{ uploadPaused: true, uploadSparesData: true, uploadSparesBattery: true },
	uploadStore: { id: 'a', sinceMs: 1, again: true },
};

test.each<[string, PreferenceFields]>([
	['device', DEVICE_FIELDS],
	['camera', CAMERA_FIELDS],
])('GO7 each setting of a %s falls back on its own', (_, fields) => {
	const chosen: Record<string, unknown> = Object.fromEntries(
		Object.entries(CHOSEN).filter(([name]) => name in fields),
	);
	const read = (stored: unknown) => preferencesFrom(fields, { stored, good: null });
	expect(read(chosen)).toEqual({ values: chosen, ignored: [] });
	const defaults: Record<string, unknown> = read(undefined).values;
	expect(Object.keys(defaults).toSorted()).toEqual(Object.keys(chosen).toSorted());
	for (const key of Object.keys(chosen)) {
		expect(chosen[key]).not.toEqual(defaults[key]);
		for (const wrong of [{}, -1, 1.5, 'x'.repeat(513), []]) {
			const fits = key === 'claimedMs' && typeof wrong === 'number';
			expect(read({ ...chosen, [key]: wrong }), key).toEqual({
				values: { ...chosen, [key]: fits ? wrong : defaults[key] },
				ignored: fits ? [] : [key],
			});
		}
	}
	for (const stored of [null, 1, 'a', [], { later: 1 }])
		expect(read(stored).values).toEqual(defaults);
});

test.each([
	['a minute after midnight', { days: [1], from: 0, until: 1440 }],
	['an eighth day', { days: [7], from: 0, until: 1 }],
	['half a minute', { days: [1], from: 0.5, until: 1 }],
])('a schedule with %s is none', (_, time) => {
	const plan = { when: 'times', times: [time], away: false };
	const read = (stored: unknown) => preferencesFrom(CAMERA_FIELDS, { stored, good: null }).values;
	expect(read({ plan, sound: true })).toMatchObject({ plan: read(null).plan, sound: true });
});

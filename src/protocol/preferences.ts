import * as v from 'valibot';
import { PLAN_MODES } from '#domain/recording/schedule.ts';
import { UPLOAD_CHOICES } from '#domain/sync/upload-choice.ts';

const PROFILE_NAMES = ['low', 'standard', 'high'] as const;

const minuteOfDay = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439));
const planSchema = v.object({
	when: v.picklist(PLAN_MODES),
	times: v.pipe(
		v.array(
			v.object({
				days: v.pipe(
					v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))),
					v.readonly(),
				),
				from: minuteOfDay,
				until: minuteOfDay,
			}),
		),
		v.readonly(),
	),
	away: v.boolean(),
});
const text = v.pipe(v.string(), v.maxLength(512));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const overrideSchema = v.object({ records: v.boolean(), untilMs: v.nullable(v.number()) });
/** A manual decision against the schedule, and until when it holds. */
export type Override = v.InferOutput<typeof overrideSchema>;

interface Field<T> {
	readonly schema: v.GenericSchema<unknown, T>;
	/** Holds until something is chosen. */
	readonly initial: T;
}

function field<T>(schema: v.GenericSchema<unknown, T>, initial: NoInfer<T>): Field<T> {
	return { schema, initial };
}

/** Of the device: what its cameras share. */
export const DEVICE_FIELDS = {
	/** How many bytes footage may use; `null`: a share of the browser's quota. */
	budgetBytes: field(v.nullable(count), null),
	/** Capacity that the browser was measured to allow: docs/spec/space.md. */
	cap: field(v.nullable(v.object({ bytes: count, refusedMs: count })), null),
	/** Footage older than this many days is deleted; `null`: only when space runs out. */
	mostDays: field(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))), null),
	/** The user accepts that footage is lost with the tab, because this browser cannot store keys. */
	acceptsLoss: field(v.boolean(), false),
	/** The recovery kit that last proved to work on this device, and when. */
	triedKit: field(v.nullable(v.object({ kit: v.string(), atMs: v.number() })), null),
	/** When this device becomes an owner by its claim with a recovery kit (KT5). */
	claimedMs: field(v.nullable(v.number()), null),
	/** A person paused the copy to the relay. */
	uploadPaused: field(v.boolean(), false),
	/** It waits on a metered network, and while the battery is low. */
	uploadSparesData: field(v.boolean(), false),
	uploadSparesBattery: field(v.boolean(), false),
	/** The relay's store that the copy goes to; `again`: another one had been there before. */
	uploadStore: field(v.nullable(v.object({ id: text, sinceMs: count, again: v.boolean() })), null),
};

/** Of one camera. */
export const CAMERA_FIELDS = {
	lensId: field(v.nullable(text), null),
	/** Label of the lens when it was chosen: its id may change. */
	lensLabel: field(v.nullable(text), null),
	profile: field(v.picklist(PROFILE_NAMES), 'standard'),
	sound: field(v.boolean(), false),
	/** Recording was on when last known, so it resumes after a reload. */
	armed: field(v.boolean(), false),
	/** When it records: docs/spec/schedule.md. */
	plan: field(planSchema, { when: 'by-hand', times: [], away: false }),
	override: field(v.nullable(overrideSchema), null),
	/** What of it is copied to the relay (SY20); an owner says so. */
	upload: field(v.picklist(UPLOAD_CHOICES), 'nothing'),
};

export type PreferenceFields = Readonly<Record<string, Field<unknown>>>;
export type ValuesOf<F> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };
export type DevicePreferences = ValuesOf<typeof DEVICE_FIELDS>;
export type CameraPreferences = ValuesOf<typeof CAMERA_FIELDS>;

/** A document as the store has it, unchecked. */
export interface StoredDocument {
	readonly stored: unknown;
	/** The last value of each field that was understood. */
	readonly good: unknown;
}

export interface ReadPreferences<F> {
	readonly values: ValuesOf<F>;
	/** Fields whose stored value this version does not understand. */
	readonly ignored: readonly string[];
}

/**
 * GO7: a field that is not understood has its last good value, and the others are not affected.
 * Values are as stored: parts of them that only a later version knows are still there.
 */
export function preferencesFrom<F extends PreferenceFields>(
	fields: F,
	document: StoredDocument,
): ReadPreferences<F> {
	const { stored, good } = document;
	const [given, last] = [fieldsOf(document), objectFrom(good) ?? {}];
	const lost = objectFrom(stored) === null && (stored ?? good ?? null) !== null;
	const ignored: string[] = [];
	const entries = Object.entries(fields).map(([name, { schema, initial }]) => {
		const [value, before] = [given[name], last[name]];
		const fits = (one: unknown): boolean => v.is(schema, one);
		if (lost || (value !== undefined && !fits(value))) ignored.push(name);
		if (value === undefined) return [name, initial] as const;
		return [name, fits(value) ? value : fits(before) ? before : initial] as const;
	});
	return { values: Object.fromEntries(entries) as ValuesOf<F>, ignored };
}

/**
 * GO7: changes only what differs. A stored value that is not understood stays when what is in force
 * in its place is written; `accept` puts that in its place.
 */
export function changedPreferences<F extends PreferenceFields>(
	fields: F,
	before: StoredDocument,
	change: Partial<ValuesOf<F>>,
	accept = false,
): StoredDocument {
	const { values, ignored } = preferencesFrom(fields, before);
	const inForce: Record<string, unknown> = { ...values };
	const chosen = Object.entries<unknown>(change).filter(
		([name, value]) => !ignored.includes(name) || !isEqual(value, inForce[name]),
	);
	const accepted = accept ? ignored.map((name) => [name, inForce[name]] as const) : [];
	const stored = { ...fieldsOf(before), ...Object.fromEntries([...accepted, ...chosen]) };
	const good = { ...objectFrom(before.good), ...understood(fields, stored) };
	return { stored, good };
}

/** A document that is none at all is kept beside the fields that follow it. */
function fieldsOf({ stored, good }: StoredDocument): Record<string, unknown> {
	const last = objectFrom(good) ?? {};
	return objectFrom(stored) ?? ((stored ?? null) === null ? last : { ...last, unread: stored });
}

/**
 * Of a document of the time when a device had one camera and one document: the fields of camera 1,
 * `null` if they have moved, and the rest.
 */
export function splitDocument({ stored, good }: StoredDocument): {
	readonly camera: StoredDocument | null;
	readonly rest: StoredDocument;
} {
	const part = (document: unknown, cameras: boolean): unknown => {
		const fields = Object.entries(objectFrom(document) ?? {});
		if (objectFrom(document) === null) return document;
		return Object.fromEntries(fields.filter(([name]) => name in CAMERA_FIELDS === cameras));
	};
	const camera = { stored: part(stored, true), good: part(good, true) };
	const moved = Object.keys({ ...objectFrom(camera.stored), ...objectFrom(camera.good) });
	return {
		camera: moved.length === 0 ? null : camera,
		rest: { stored: part(stored, false), good: part(good, false) },
	};
}

function understood(
	fields: PreferenceFields,
	stored: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(fields)
			.filter(([name, { schema }]) => v.is(schema, stored[name]))
			.map(([name]) => [name, stored[name]]),
	);
}

function objectFrom(value: unknown): Record<string, unknown> | null {
	const is = typeof value === 'object' && value !== null && !Array.isArray(value);
	return is ? (value as Record<string, unknown>) : null;
}

function isEqual(a: unknown, b: unknown): boolean {
	return JSON.stringify(a) === JSON.stringify(b);
}

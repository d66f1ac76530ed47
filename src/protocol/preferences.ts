import * as v from 'valibot';
import { PLAN_MODES } from '#domain/recording/schedule.ts';

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
const overrideSchema = v.object({ records: v.boolean(), untilMs: v.nullable(v.number()) });
/** A manual decision against the schedule, and until when it holds. */
export type Override = v.InferOutput<typeof overrideSchema>;

/**
 * Settings of this device as a camera. Each field falls back on its own, so that one invalid value
 * does not reset the others.
 */
export const preferencesSchema = v.object({
	lensId: v.fallback(v.nullable(v.pipe(v.string(), v.maxLength(512))), null),
	/** Label of the lens when it was chosen: its id may change. */
	lensLabel: v.fallback(v.nullable(v.pipe(v.string(), v.maxLength(512))), null),
	profile: v.fallback(v.picklist(PROFILE_NAMES), 'standard'),
	sound: v.fallback(v.boolean(), false),
	/** Recording was on when last known, so it resumes after a reload. */
	armed: v.fallback(v.boolean(), false),
	/** How many bytes footage may use; `null`: a share of the browser's quota. */
	budgetBytes: v.fallback(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))), null),
	/** Capacity that the browser was measured to allow: docs/spec/space.md. */
	cap: v.fallback(
		v.nullable(
			v.object({
				bytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
				refusedMs: v.pipe(v.number(), v.integer(), v.minValue(0)),
			}),
		),
		null,
	),
	/** Footage older than this many days is deleted; `null`: only when space runs out. */
	mostDays: v.fallback(v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))), null),
	/** When it records: docs/spec/schedule.md. */
	plan: v.fallback(planSchema, { when: 'by-hand', times: [], away: false }),
	override: v.fallback(v.nullable(overrideSchema), null),
	/** The user accepts that footage is lost with the tab, because this browser cannot store keys. */
	acceptsLoss: v.fallback(v.boolean(), false),
	/** The recovery kit that last proved to work on this device, and when. */
	triedKit: v.fallback(v.nullable(v.object({ kit: v.string(), atMs: v.number() })), null),
	/** When this device becomes an owner by its claim with a recovery kit (KT5). */
	claimedMs: v.fallback(v.nullable(v.number()), null),
});

export type Preferences = v.InferOutput<typeof preferencesSchema>;

/** Reads the stored document: anything that is not an object yields the defaults. */
export function preferencesFrom(stored: unknown): Preferences {
	const given = typeof stored === 'object' && stored !== null ? stored : {};
	return v.parse(preferencesSchema, {
		lensId: undefined,
		lensLabel: undefined,
		profile: undefined,
		sound: undefined,
		armed: undefined,
		budgetBytes: undefined,
		cap: undefined,
		mostDays: undefined,
		plan: undefined,
		override: undefined,
		acceptsLoss: undefined,
		triedKit: undefined,
		claimedMs: undefined,
		...given,
	});
}

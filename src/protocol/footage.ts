import * as v from 'valibot';

/** Answers of `/api/footage` (docs/api.md); what else they hold is passed over. */

/** Body of one upload: what a phone sends in a minute, and a reader takes in at once. */
export const MAX_UPLOAD_BYTES = 16 * 1024 * 1024;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const store = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
/** More than any request asks for. */
const MAX_PAGES = 10_000;
const MAX_SEGMENTS = 1_000;

const ranges = v.pipe(v.array(v.tuple([whole, whole])), v.maxLength(MAX_SEGMENTS));

const archivedPages = v.object({
	store,
	more: v.boolean(),
	withoutInit: v.optional(v.pipe(v.array(whole), v.maxLength(MAX_SEGMENTS)), []),
	pages: v.pipe(
		v.array(
			v.object({
				runNo: whole,
				minute: whole,
				change: whole,
				seqs: ranges,
				/** Earlier relays do not tell it. */
				withdrawn: v.optional(ranges, []),
			}),
		),
		v.maxLength(MAX_PAGES),
	),
});

const archiveResult = v.object({
	store,
	kept: v.pipe(v.array(whole), v.maxLength(MAX_SEGMENTS)),
	refused: v.pipe(
		v.array(v.object({ seq: whole, why: v.picklist(['invalid', 'conflict', 'full', 'old']) })),
		v.maxLength(MAX_SEGMENTS),
	),
});

export type ArchivedPagesAnswer = v.InferOutput<typeof archivedPages>;
export type ArchiveAnswer = v.InferOutput<typeof archiveResult>;

/** `null`: no such answer. */
export function archivedPagesFrom(value: unknown): ArchivedPagesAnswer | null {
	const parsed = v.safeParse(archivedPages, value);
	return parsed.success ? parsed.output : null;
}

/** `null`: no such answer. */
export function archiveAnswerFrom(value: unknown): ArchiveAnswer | null {
	const parsed = v.safeParse(archiveResult, value);
	return parsed.success ? parsed.output : null;
}

const bytes = v.pipe(v.number(), v.minValue(0));
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const ms = v.pipe(v.number(), v.minValue(0));
/** What only a newer relay says is said in general words. */
const known = <const Words extends readonly string[]>(words: Words, other: Words[number]) =>
	v.fallback(v.picklist(words), other);
const MAX_ROWS = 1_000;

const relayUsage = v.object({
	store,
	/** Of this home's footage. */
	bytes,
	/** What it may hold while other homes want theirs. */
	share: bytes,
	/** What its owner lowered that to; `null`: nobody did. */
	lowered: v.nullable(bytes),
	/** The admin's for all homes; `default`: nobody decided yet. */
	cap: v.object({ bytes, by: known(['admin', 'default'], 'admin') }),
	level: known(['fine', 'warn', 'high', 'critical', 'emergency'], 'warn'),
	/** When the share is used up at today's rate; `null`: unknown, or the oldest leaves already. */
	fullAtMs: v.nullable(ms),
	/** How long footage stays there at today's rate; `null`: unknown. */
	keepsMs: v.nullable(ms),
	warning: v.nullable(
		v.object({
			/** `others`: something else on that disk. `null`: nothing grows, there is little room. */
			growing: v.nullable(known(['others', 'index', 'something'], 'something')),
			fullAtMs: v.nullable(ms),
			/** What changed last before it. */
			after: v.nullable(
				v.object({
					atMs: ms,
					what: known(['version', 'cap', 'share', 'home', 'camera', 'something'], 'something'),
				}),
			),
		}),
	),
	/** What left lately, newest first. */
	freed: v.pipe(
		v.array(
			v.object({
				/** `budget`: for newer footage. `refused`: for want of room on the disk. */
				rule: known(['budget', 'refused', 'age', 'person'], 'budget'),
				...{ firstMs: ms, lastMs: ms, segments: whole, bytes },
				/** By the camera's clock; `null`: unknown. */
				span: v.nullable(v.object({ startUs: whole, endUs: whole })),
			}),
		),
		v.maxLength(MAX_ROWS),
	),
	cameras: v.pipe(
		v.array(v.object({ camera: id, bytes, newestMs: v.nullable(ms) })),
		v.maxLength(MAX_ROWS),
	),
});

/** What a home's footage takes at a relay, and may take. */
export type RelayUsageAnswer = v.InferOutput<typeof relayUsage>;

/** `null`: no such answer. */
export function relayUsageFrom(value: unknown): RelayUsageAnswer | null {
	const parsed = v.safeParse(relayUsage, value);
	return parsed.success ? parsed.output : null;
}

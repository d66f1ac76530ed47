import * as v from 'valibot';

/** Answers of `/api/footage` (docs/api.md); what else they hold is passed over. */

/** Body of one upload: what a phone sends in a minute, and a reader takes in at once. */
export const MAX_UPLOAD_BYTES = 16 * 1024 * 1024;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const store = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
/** More than any request asks for. */
const MAX_PAGES = 10_000;
const MAX_SEGMENTS = 1_000;

const archivedPages = v.object({
	store,
	more: v.boolean(),
	pages: v.pipe(
		v.array(
			v.object({
				runNo: whole,
				minute: whole,
				change: whole,
				seqs: v.pipe(v.array(v.tuple([whole, whole])), v.maxLength(MAX_SEGMENTS)),
			}),
		),
		v.maxLength(MAX_PAGES),
	),
});

const archiveResult = v.object({
	store,
	kept: v.pipe(v.array(whole), v.maxLength(MAX_SEGMENTS)),
	refused: v.pipe(
		v.array(v.object({ seq: whole, why: v.picklist(['invalid', 'conflict', 'full']) })),
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

import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const traceSchema = v.object({ bytes: count, untilMs: count });

const clearedSchema = v.object({
	atMs: v.pipe(v.number(), v.minValue(0)),
	what: v.array(v.picklist(['footage', 'keys', 'settings'])),
	bytes: count,
	recorded: v.boolean(),
	anew: v.boolean(),
});

/** As `traceFrom`, for data cleared while a page was open. */
export function clearedFrom(stored: unknown): v.InferOutput<typeof clearedSchema> | null {
	const parsed = v.safeParse(clearedSchema, stored);
	return parsed.success ? parsed.output : null;
}

/** Reads localStorage; `null`: not a valid trace. */
export function traceFrom(stored: unknown): v.InferOutput<typeof traceSchema> | null {
	const parsed = v.safeParse(traceSchema, stored);
	return parsed.success ? parsed.output : null;
}

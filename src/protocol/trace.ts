import * as v from 'valibot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const traceSchema = v.object({ bytes: count, untilMs: count });

/** The border for what lies in localStorage: `null` for anything else. */
export function traceFrom(stored: unknown): v.InferOutput<typeof traceSchema> | null {
	const parsed = v.safeParse(traceSchema, stored);
	return parsed.success ? parsed.output : null;
}

import * as v from 'valibot';
import type { DeviceId } from '#domain/base/ids.ts';

/** Who looked at a camera's saved footage, as `/api/footage/{camera}/looks` tells it. */

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const MAX_LOOKS = 500;

const look = v.object({
	id: whole,
	device: v.pipe(
		v.string(),
		v.regex(/^[0-9a-f]{32}$/),
		v.transform((id) => id as DeviceId),
	),
	/** Of what was looked at, µs since 1970. */
	...{ startUs: whole, endUs: whole },
	/** When, by the relay's clock, ms since 1970. */
	...{ fromMs: whole, toMs: whole },
});
const looks = v.object({
	looks: v.pipe(v.array(look), v.maxLength(MAX_LOOKS)),
	more: v.boolean(),
});
const heardLooks = v.object({ ids: v.pipe(v.array(whole), v.maxLength(MAX_LOOKS)) });

/** `null` for anything else. */
export function looksFrom(value: unknown): v.InferOutput<typeof looks> | null {
	const parsed = v.safeParse(looks, value);
	return parsed.success ? parsed.output : null;
}

export function heardLooksFrom(text: string): v.InferOutput<typeof heardLooks> | null {
	try {
		const parsed = v.safeParse(heardLooks, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

import * as v from 'valibot';
import { EVENT_KINDS } from '#domain/recording/event.ts';
import { FAULT_KINDS } from '#domain/base/fault.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { COMMANDS } from '#domain/home/rights.ts';

const device = v.pipe(
	v.string(),
	v.regex(/^[0-9a-f]{32}$/),
	v.transform((id) => id as DeviceId),
);
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const eventBody = v.object({
	kind: v.picklist(EVENT_KINDS),
	endUs: v.pipe(v.number(), v.integer(), v.minValue(0)),
	by: v.optional(
		v.nullable(
			v.object({
				device: v.nullable(device),
				name: v.nullable(v.pipe(v.string(), v.maxLength(190))),
			}),
		),
		null,
	),
	order: v.optional(
		v.nullable(
			v.object({
				name: v.picklist(COMMANDS),
				value: v.union([v.pipe(v.string(), v.maxLength(256)), v.boolean(), v.null()]),
				fault: v.nullable(v.picklist(FAULT_KINDS)),
			}),
		),
		null,
	),
	seen: v.optional(v.nullable(v.object({ startUs: time, endUs: time })), null),
});
/** The sealed part of an event; its start time is stored outside. */
export type EventBody = v.InferOutput<typeof eventBody>;

/** Padded to this size, so that the length does not tell whether anybody is named. */
const EVENT_BYTES = 448;

export function eventBytes(body: EventBody): Uint8Array<ArrayBuffer> {
	const text = new TextEncoder().encode(JSON.stringify(body));
	if (text.length >= EVENT_BYTES) return text;
	const padded = new Uint8Array(EVENT_BYTES).fill(0x20);
	padded.set(text);
	return padded;
}

/** `null`: not a valid body, or of a later version. */
export function eventBodyFrom(bytes: Uint8Array): EventBody | null {
	try {
		const parsed = v.safeParse(eventBody, JSON.parse(new TextDecoder().decode(bytes)));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

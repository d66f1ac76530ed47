import * as v from 'valibot';
import { EVENT_KINDS } from '#domain/event.ts';

const eventBody = v.object({
	kind: v.picklist(EVENT_KINDS),
	endUs: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
/** What lies sealed inside an event; its beginning stands outside. */
export type EventBody = v.InferOutput<typeof eventBody>;

export function eventBytes(body: EventBody): Uint8Array<ArrayBuffer> {
	return new TextEncoder().encode(JSON.stringify(body));
}

/** `null`: none of ours, or of a later version. */
export function eventBodyFrom(bytes: Uint8Array): EventBody | null {
	try {
		const parsed = v.safeParse(eventBody, JSON.parse(new TextDecoder().decode(bytes)));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

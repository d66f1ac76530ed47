import * as v from 'valibot';
import { CAMERA_KINDS } from './message.ts';

/** Messages of camera and viewer on the data channel `live`: docs/spec/live.md. */
const MAX_CHARS = 1024;
const number = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const fingerprint = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

/** `full`: every frame; `slow`: a few; `none`: paused. */
export const LIVE_RATES = ['full', 'slow', 'none'] as const;
export type LiveRate = (typeof LIVE_RATES)[number];

const schema = v.variant('t', [
	/** LV2: the fingerprints as this side sees them. */
	v.object({ t: v.literal('confirm'), mine: fingerprint, theirs: fingerprint }),
	v.object({ t: v.literal('ping'), n: count }),
	v.object({ t: v.literal('pong'), n: count, atMs: number }),
	/** LV10, and the camera's state (LV32), which earlier versions do not send. */
	v.object({
		...{ t: v.literal('beat'), atMs: number, capturedMs: number, frames: count },
		kind: v.optional(v.picklist(CAMERA_KINDS)),
	}),
	v.object({ t: v.literal('want'), rate: v.picklist(LIVE_RATES) }),
]);
export type LiveChannelMessage = v.InferOutput<typeof schema>;

/** `null`: not a valid message, or of a later version. */
export function liveChannelMessageFrom(text: string): LiveChannelMessage | null {
	if (text.length > MAX_CHARS) return null;
	try {
		const parsed = v.safeParse(schema, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

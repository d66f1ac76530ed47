import * as v from 'valibot';
import { FAULT_KINDS } from '#domain/fault.ts';
import { ORDERS } from '#domain/rights.ts';

/** What devices say to each other inside letters: docs/spec/letters.md, live.md. */
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const base64 = (most: number) =>
	v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.maxLength(Math.ceil((most * 4) / 3)));
const name = v.nullable(v.pipe(v.string(), v.maxLength(190)));
const sdp = v.pipe(v.string(), v.maxLength(32 * 1024));
const fingerprint = base64(32);
/** Each side's own nonce, and the other side's once it is known (LT4). */
const call = { sid: id, nonce: id };
const answered = { sid: id, peer: id };

const WAYS = ['direct', 'relayed'] as const;

export type { OrderName as CommandName } from '#domain/rights.ts';

/** How a camera fares, as it tells those who may watch. */
const cameraState = v.object({
	id,
	name,
	kind: v.picklist(['off', 'preview', 'recording', 'blind']),
	sinceMs: v.nullable(v.number()),
	savedMs: v.nullable(v.number()),
	sound: v.boolean(),
	torch: v.nullable(v.boolean()),
	lenses: v.pipe(
		v.array(
			v.object({
				id: v.pipe(v.string(), v.maxLength(512)),
				label: v.pipe(v.string(), v.maxLength(256)),
			}),
		),
		v.maxLength(16),
	),
	lens: v.nullable(v.pipe(v.string(), v.maxLength(512))),
	quality: v.picklist(['low', 'standard', 'high']),
	guard: v.boolean(),
	battery: v.nullable(v.object({ level: v.number(), charging: v.boolean() })),
});
export type CameraState = v.InferOutput<typeof cameraState>;

export const messageSchema = v.variant('t', [
	/** Asks a camera's device how it fares; it answers `state` now and whenever it changes, for as long as both are there. */
	v.object({ t: v.literal('ask'), nonce: id }),
	v.object({
		...{ t: v.literal('state'), peer: id },
		/** What a command must carry (LT5). */
		nonce: id,
		rosterSeq: count,
		cameras: v.pipe(v.array(cameraState), v.maxLength(16)),
		/** Who is watching now. */
		watching: v.pipe(v.array(id), v.maxLength(64)),
	}),
	v.object({
		...{ t: v.literal('call'), ...call, camera: id, ways: v.array(v.picklist(WAYS)) },
		/** At the relay: somebody listens, too (LV16). */
		sound: v.optional(v.boolean()),
	}),
	v.object({ t: v.literal('offer'), ...call, ...answered, sdp, fingerprint, restart: v.boolean() }),
	v.object({ t: v.literal('answer'), ...answered, sdp, fingerprint }),
	v.object({
		t: v.literal('candidate'),
		...answered,
		candidate: v.pipe(v.string(), v.maxLength(1024)),
		mid: v.nullable(v.pipe(v.string(), v.maxLength(16))),
	}),
	/**
	 * Not directly, or no more: watch the parts at the relay. A viewer that watches there calls again with the
	 * same `sid` every 15 s; `atMs` is the camera's clock, by which the age of the picture is told (LV10).
	 */
	v.object({
		...{ t: v.literal('relayed'), ...answered, atMs: v.number() },
		why: v.picklist(['asked', 'full', 'failed']),
		/** What the parts are sealed with (LV24); the camera says it unasked when that changes. `null`: nothing yet. */
		key: v.nullable(v.object({ n: count, run: id, raw: base64(32) })),
	}),
	v.object({
		t: v.literal('hang-up'),
		...answered,
		why: v.picklist(['done', 'revoked', 'closed', 'full']),
	}),
	v.object({ t: v.literal('want-grants'), nonce: id, camera: id, earlier: v.boolean() }),
	v.object({
		t: v.literal('grants'),
		camera: id,
		grants: v.pipe(v.array(base64(241)), v.maxLength(128)),
	}),
	v.object({ t: v.literal('home-key'), grant: base64(241) }),
	/** An owner: this member may have the keys of footage from before it came. */
	v.object({ t: v.literal('show-earlier'), device: id }),
	/** A camera's device: what it seals from now on is sealed by this roster. */
	v.object({ t: v.literal('acted'), rosterSeq: count }),
	v.object({
		t: v.literal('command'),
		id,
		nonce: id,
		camera: id,
		name: v.picklist(ORDERS),
		value: v.union([v.string(), v.boolean(), v.null()]),
	}),
	v.object({ t: v.literal('done'), id, fault: v.nullable(v.picklist(FAULT_KINDS)) }),
]);
export type Message = v.InferOutput<typeof messageSchema>;

/** `null`: none of ours, or of a later version. */
export function messageFrom(text: string): Message | null {
	try {
		const parsed = v.safeParse(messageSchema, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

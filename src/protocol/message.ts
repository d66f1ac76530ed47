import * as v from 'valibot';
import { FAULT_KINDS } from '#domain/base/fault.ts';
import { COMMANDS } from '#domain/home/rights.ts';
import { UPLOAD_CHOICES } from '#domain/sync/upload-choice.ts';

/** Contents of sealed messages between devices: docs/spec/letters.md, live.md. */
const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const base64 = (maxBytes: number) =>
	v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.maxLength(Math.ceil((maxBytes * 4) / 3)));
const name = v.nullable(v.pipe(v.string(), v.maxLength(190)));
const sdp = v.pipe(v.string(), v.maxLength(32 * 1024));
const fingerprint = base64(32);
/** Each side's own nonce, and the other side's once it is known (LT4). */
const call = { sid: id, nonce: id };
const answered = { sid: id, peer: id };

const PATHS = ['direct', 'relayed'] as const;

export type { CommandName } from '#domain/home/rights.ts';

/** `starting`: its lens is being opened, or recording was requested and nothing is saved yet. */
export const CAMERA_KINDS = ['off', 'starting', 'preview', 'recording', 'blind'] as const;

/** A camera's state, as reported to those who may watch. */
const cameraState = v.object({
	id,
	name,
	kind: v.picklist(CAMERA_KINDS),
	/** Whether it ever recorded (LV30); earlier versions do not send it. */
	recorded: v.optional(v.boolean()),
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
	/** What of it is copied to the relay (SY20); earlier versions do not send it. */
	copy: v.optional(v.picklist(UPLOAD_CHOICES)),
	/**
	 * The newest segment that the relay acknowledged, and whether nothing older is left to upload
	 * (SY48); only while it is copied.
	 */
	copied: v.optional(v.object({ runNo: count, seq: count, done: v.boolean() })),
	guard: v.boolean(),
	battery: v.nullable(v.object({ level: v.number(), charging: v.boolean() })),
	/**
	 * `CAMERA_NEEDS`, or what only a later version knows (LV50); earlier versions do not send it.
	 */
	needs: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(8))),
});
export type CameraState = v.InferOutput<typeof cameraState>;

export const messageSchema = v.variant('t', [
	/**
	 * Asks a camera's device for its state; answered by `state` now and after every change, while
	 * both are online.
	 */
	v.object({ t: v.literal('ask'), nonce: id }),
	v.object({
		...{ t: v.literal('state'), peer: id },
		/** Identifies one start of one page; a command must name it (LT5). */
		nonce: id,
		/** By the camera's live clock (LT13). */
		atMs: v.number(),
		rosterSeq: count,
		cameras: v.pipe(v.array(cameraState), v.maxLength(16)),
		/** Devices watching now. */
		watching: v.pipe(v.array(id), v.maxLength(64)),
	}),
	v.object({
		...{ t: v.literal('call'), ...call, camera: id, ways: v.array(v.picklist(PATHS)) },
		/** While watching at the relay: whether somebody listens (LV16). */
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
	 * No direct path, or no longer: watch the parts at the relay. While it watches there, a viewer
	 * repeats its call with the same `sid` every 15 s. `atMs` is the camera's clock, from which the
	 * age of the picture is computed (LV10).
	 */
	v.object({
		...{ t: v.literal('relayed'), ...answered, atMs: v.number() },
		why: v.picklist(['asked', 'full', 'failed']),
		/**
		 * Current run of the parts and their key; sent again after every change (LV21, LV24). `null`:
		 * none yet.
		 */
		key: v.nullable(v.object({ run: id, raw: base64(32) })),
	}),
	v.object({
		t: v.literal('hang-up'),
		...answered,
		why: v.picklist(['done', 'revoked', 'closed', 'full']),
	}),
	v.object({
		t: v.literal('want-grants'),
		earlier: v.boolean(),
		/** Cameras whose first key the sender has, so it needs only their newest. */
		known: v.pipe(v.array(id), v.maxLength(16)),
	}),
	v.object({
		t: v.literal('grants'),
		camera: id,
		grants: v.pipe(v.array(base64(241)), v.maxLength(128)),
	}),
	v.object({ t: v.literal('home-key'), grant: base64(241) }),
	/**
	 * From an owner: this member, as admitted by roster entry `entry`, may have the keys of earlier
	 * footage.
	 */
	v.object({ t: v.literal('show-earlier'), device: id, entry: count }),
	/** From a camera's device: everything sealed from now on obeys the roster up to this entry. */
	v.object({ t: v.literal('acted'), rosterSeq: count }),
	v.object({
		t: v.literal('command'),
		id,
		nonce: id,
		camera: id,
		name: v.picklist(COMMANDS),
		value: v.union([v.string(), v.boolean(), v.null()]),
	}),
	v.object({ t: v.literal('done'), id, fault: v.nullable(v.picklist(FAULT_KINDS)) }),
	/** Asks for the result of a command that was not answered; the answer is `done` (LT12). */
	v.object({ t: v.literal('what-became'), id, nonce: id }),
	/** To a camera's device: segments of it that are not at the relay, both ends included (SY49). */
	v.object({
		...{ t: v.literal('missing'), camera: id, runNo: count },
		seqs: v.pipe(v.array(v.tuple([count, count])), v.minLength(1), v.maxLength(8)),
	}),
	/** The action was not carried out: none of its nonces was valid (LT9). */
	v.object({ t: v.literal('stale'), id }),
]);
export type Message = v.InferOutput<typeof messageSchema>;

/**
 * What each message does at its reader (docs/spec/letters.md, "Messages that act"). Messages that
 * act pass `FreshnessGate` only while they are fresh. A message missing from this table does not
 * compile.
 */
export const MESSAGE_EFFECTS = {
	...{ call: 'acts', command: 'acts', 'want-grants': 'acts' },
	'show-earlier': 'counted',
	...{ state: 'answers', offer: 'answers', answer: 'answers', candidate: 'answers' },
	...{ relayed: 'answers', 'hang-up': 'answers', done: 'answers', stale: 'answers' },
	...{ ask: 'tells', 'what-became': 'tells', grants: 'tells', 'home-key': 'tells', acted: 'tells' },
	missing: 'tells',
} as const satisfies Record<Message['t'], 'acts' | 'counted' | 'answers' | 'tells'>;

type MessageWith<What> = {
	[T in keyof typeof MESSAGE_EFFECTS]: (typeof MESSAGE_EFFECTS)[T] extends What ? T : never;
}[keyof typeof MESSAGE_EFFECTS];
/** Carried out at once or never: carries nonces of its reader. */
export type ActionMessage = Extract<Message, { t: MessageWith<'acts'> }>;
/** May wait at the relay: carries a counter value that its reader has not seen. */
export type CountedMessage = Extract<Message, { t: MessageWith<'counted'> }>;
export type NoticeMessage = Exclude<Message, ActionMessage | CountedMessage>;

/** Freshness data that a sealed message carries beside its content. */
const freshnessSchema = v.object({
	/** With it the reader may act on the sender for 15 s (LT7). */
	nonce: v.optional(id),
	/**
	 * An action with nonces of its reader. Counts while one of them is younger than `withinMs` (LT8).
	 */
	act: v.optional(
		v.object({
			id,
			nonces: v.pipe(v.array(v.object({ nonce: id, withinMs: count })), v.maxLength(8)),
		}),
	),
	/** Counter value of a message that may wait (LT10). */
	count: v.optional(count),
});
export type MessageFreshness = v.InferOutput<typeof freshnessSchema>;

/** The whole plaintext of a sealed message. */
export interface MessageBody {
	readonly message: Message;
	readonly beside: MessageFreshness;
}

export function messageBodyText({ message, beside }: MessageBody): string {
	return JSON.stringify({ ...message, beside });
}

const bodySchema = v.object({ beside: v.optional(freshnessSchema, {}) });

/** `null`: not a valid message, or of a later version. */
export function messageBodyFrom(text: string): MessageBody | null {
	try {
		const given: unknown = JSON.parse(text);
		const [message, whole] = [v.safeParse(messageSchema, given), v.safeParse(bodySchema, given)];
		if (!message.success || !whole.success) return null;
		return { message: message.output, beside: whole.output.beside };
	} catch {
		return null;
	}
}

import * as v from 'valibot';

/** Frames between device and relay. Rules and limits: docs/spec/relay.md. */
export const WIRE_VERSION = 1;
export const SUBPROTOCOL = 'spycam.v1';
export const SOCKET_PATH = '/api/socket';
export const RELAY_INFO_PATH = '/api/relay';
export const MAX_TEXT_BYTES = 64 * 1024;
export const MAX_PART_BYTES = 512 * 1024;
/** Most devices in a `watched` frame; a home has far fewer sockets. */
const MAX_WATCHERS = 256;
const LOCATOR_PATTERN = /^[2-9A-HJKMNP-TV-Z]{8}$/;

/** Close codes of the private-use range (RFC 6455, section 7.4.2). */
export const CLOSE_CODES = {
	malformed: 4400,
	unproved: 4401,
	revoked: 4403,
	timeout: 4408,
	tooMuch: 4429,
	leaving: 4503,
} as const;

const id = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const bytes = (maxBytes: number) =>
	v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]*$/), v.maxLength(Math.ceil((maxBytes * 4) / 3)));
const entries = v.pipe(v.array(bytes(18 * 1024)), v.maxLength(32));
const version = v.pipe(v.number(), v.integer());
const locator = v.pipe(v.string(), v.regex(LOCATOR_PATTERN));

export const fromDevice = v.variant('t', [
	v.object({ t: v.literal('prove'), version, home: id, device: id, signature: bytes(64) }),
	v.object({
		t: v.literal('open'),
		version,
		invitation: v.pipe(v.string(), v.maxLength(64)),
		roster: entries,
	}),
	v.object({ t: v.literal('meet'), version, rid: id }),
	v.object({ t: v.literal('find'), version, locator }),
	/** From a recovery kit that does not know its home. */
	v.object({ t: v.literal('whose'), version, device: id }),
	v.object({ t: v.literal('append'), entries }),
	v.object({ t: v.literal('roster-since'), seq: count }),
	v.object({
		...{ t: v.literal('letter'), n: count, to: id, box: bytes(47.75 * 1024) },
		keep: v.pipe(count, v.maxValue(7 * 24 * 3600)),
	}),
	v.object({ t: v.literal('got'), id: count }),
	/** `version`: from a device without a home, as in `meet`. */
	v.object({
		...{ t: v.literal('wait'), rid: id, locator: v.optional(locator) },
		version: v.optional(version),
	}),
	v.object({ t: v.literal('post'), rid: id, box: bytes(32 * 1024) }),
	v.object({ t: v.literal('burn'), rid: id }),
	v.object({ t: v.literal('watch'), camera: id, on: v.boolean() }),
	/** Of saved footage: what changes at the relay. Only where `welcome` says `footage`. */
	v.object({ t: v.literal('follow'), on: v.boolean() }),
	v.object({ t: v.literal('ping'), n: count }),
]);
export type FromDevice = v.InferOutput<typeof fromDevice>;

export const REFUSAL_REASONS = [
	/** The relay does not know the home and needs an invitation. */
	'unknown-home',
	'invitation',
	'not-a-member',
	'bad-proof',
	'version',
	/** A roster entry that does not follow the previous one. */
	'roster',
	/** Nobody waits there, or no longer. */
	'no-meeting',
	'burnt',
	'too-many',
	'not-allowed',
	/** The time signed with a recovery kit is too far from the relay's clock. */
	'clock',
] as const;
export type Refusal = (typeof REFUSAL_REASONS)[number];

/** As `RTCIceServer`. */
const iceServer = v.object({
	urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(8)),
	username: v.optional(v.pipe(v.string(), v.maxLength(256))),
	credential: v.optional(v.pipe(v.string(), v.maxLength(256))),
});
export type IceServer = v.InferOutput<typeof iceServer>;

export const fromRelay = v.variant('t', [
	v.object({ t: v.literal('challenge'), versions: v.array(version), challenge: bytes(32) }),
	v.object({
		...{ t: v.literal('welcome'), token: v.pipe(v.string(), v.maxLength(512)), tokenMs: count },
		...{ rosterSeq: count, ice: v.pipe(v.array(iceServer), v.maxLength(8)) },
		/** It keeps footage, and tells those who follow what changes. */
		footage: v.optional(v.boolean()),
	}),
	v.object({ t: v.literal('opened') }),
	v.object({ t: v.literal('of'), home: id }),
	/** Both participants are there; `rid` tells it to the one that only knew the locator. */
	v.object({ t: v.literal('met'), rid: id }),
	v.object({ t: v.literal('refused'), why: v.picklist(REFUSAL_REASONS), n: v.optional(count) }),
	v.object({ t: v.literal('appended'), seq: count }),
	/** Entries from number `from` on. */
	v.object({ t: v.literal('roster'), from: count, entries }),
	v.object({ t: v.literal('taken'), n: count }),
	v.object({ t: v.literal('away'), n: count }),
	v.object({
		t: v.literal('letter'),
		id: count,
		from: id,
		box: bytes(47.75 * 1024),
		kept: v.boolean(),
	}),
	v.object({ t: v.literal('presence'), online: v.pipe(v.array(id), v.maxLength(64)) }),
	v.object({ t: v.literal('post'), rid: id, box: bytes(32 * 1024) }),
	v.object({ t: v.literal('burnt'), rid: id }),
	/** Devices that the camera's parts are forwarded to. */
	v.object({
		...{ t: v.literal('watched'), camera: id },
		devices: v.pipe(v.array(id), v.maxLength(MAX_WATCHERS)),
	}),
	/** Footage of a camera in these wall minutes came or went. */
	v.object({ t: v.literal('changed'), camera: id, from: count, to: count }),
	v.object({ t: v.literal('pong'), n: count }),
	v.object({ t: v.literal('bye') }),
]);
export type FromRelay = v.InferOutput<typeof fromRelay>;

/** Response of `GET /api/relay`. */
const relayInfo = v.object({
	name: v.literal('spy-cam'),
	versions: v.array(version),
	/** Public HTTPS origin, which phones can use; `null`: none yet. */
	secure: v.nullable(v.pipe(v.string(), v.url())),
	/** Where devices of the local network install the certificate authority; `null`: not needed. */
	trust: v.optional(v.nullable(v.pipe(v.string(), v.url())), null),
});
export type RelayInfo = v.InferOutput<typeof relayInfo>;

/** `null`: not the response of a relay. */
export function relayInfoFrom(text: string): RelayInfo | null {
	try {
		const parsed = v.safeParse(relayInfo, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

/** `null`: not a valid frame, too long, or of a later version. */
export function frameFrom<S extends typeof fromDevice | typeof fromRelay>(
	schema: S,
	text: string,
): v.InferOutput<S> | null {
	if (text.length > MAX_TEXT_BYTES) return null;
	try {
		const parsed = v.safeParse(schema, JSON.parse(text));
		return parsed.success ? parsed.output : null;
	} catch {
		return null;
	}
}

/** `1 ‖ cameraId 16 ‖ flags`, before the sealed part in a binary frame. */
export const PART_HEADER_BYTES = 18;

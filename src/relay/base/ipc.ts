import * as v from 'valibot';
import { fact, letter } from './relay-change.ts';
import type { Site } from './site.ts';

const bytes = v.instance(Uint8Array<ArrayBuffer>);
const tls = v.object({ cert: v.string(), key: v.string() });
/** An unused invitation: SHA-256 as hex, and expiry. */
const invitation = v.object({ hash: v.string(), untilMs: v.number() });
export type InvitationRecord = v.InferOutput<typeof invitation>;
const home = v.object({ home: v.string(), entries: v.array(bytes) });
export type StoredRoster = v.InferOutput<typeof home>;
const kept = v.object({
	homes: v.array(home),
	letters: v.array(letter),
	invitations: v.array(invitation),
});
export type StoredState = v.InferOutput<typeof kept>;

/** Not validated in depth: the same program made it a moment ago. */
const site = v.custom<Site>(
	(value) => typeof value === 'object' && value !== null && 'assets' in value && 'policy' in value,
);

const liveSettings = v.object({
	host: v.string(),
	port: v.number(),
	httpsPort: v.number(),
	publicName: v.nullable(v.string()),
	/** `null`: 443, or as the proxy's `Host` header has it. */
	publicPort: v.nullable(v.number()),
	/** The name that devices use; it changes only while another relay has it (RL39). */
	name: v.string(),
	origins: v.array(v.string()),
	proxies: v.array(v.string()),
	ice: v.nullable(
		v.object({
			...{ urls: v.array(v.string()), secret: v.optional(v.string()) },
			seconds: v.number(),
		}),
	),
	limits: v.object({
		...{ socketsPerMinute: v.number(), socketsPerAddress: v.number() },
		...{ unprovedPerAddress: v.number(), unproved: v.number() },
		ringMiB: v.number(),
	}),
	log: v.picklist(['debug', 'info', 'warn', 'error', 'silent']),
	/** Fields set by an environment variable → the variable's name (RL41). */
	variables: v.record(v.string(), v.string()),
});
export type LiveSettings = v.InferOutput<typeof liveSettings>;

const trust = v.object({ certificate: bytes, profile: bytes, fingerprint: v.array(v.string()) });
export type TrustFiles = v.InferOutput<typeof trust>;

const footage = v.object({
	/** Of the packs. */
	folder: v.string(),
	/** The database of their index. */
	index: v.string(),
	/** Path of the unix socket where `store` answers. */
	socket: v.string(),
	/** The file of the reserve (RS3). */
	ballast: v.string(),
	/** The admin's; `null`: nobody decided (RS1). */
	capBytes: v.nullable(v.number()),
	/** The group that may use it, too; `null`: none. */
	gid: v.nullable(v.number()),
});
export type FootagePlace = v.InferOutput<typeof footage>;

/** Wall minutes, both included. */
const footageChanged = v.object({
	...{ t: v.literal('footage-changed'), home: v.string(), camera: v.string() },
	...{ from: v.number(), to: v.number() },
});

/** Supervisor to live. */
export const messageToLive = v.variant('t', [
	v.object({
		...{ t: v.literal('begin'), settings: liveSettings, site, tls, trust, kept },
		...{ tokenKey: bytes, hosts: v.array(v.string()), footageSocket: v.string() },
	}),
	/** Names or addresses changed, or the certificate was renewed. */
	v.object({ t: v.literal('renew'), tls, hosts: v.array(v.string()), name: v.string() }),
	v.object({ t: v.literal('invitation'), invitation }),
	footageChanged,
	v.object({ t: v.literal('ping') }),
	v.object({ t: v.literal('stop') }),
]);
export type MessageToLive = v.InferOutput<typeof messageToLive>;
export type LiveBegin = Extract<MessageToLive, { t: 'begin' }>;

const failed = v.object({ t: v.literal('failed'), sentence: v.string() });
export type FailedMessage = v.InferOutput<typeof failed>;

export const messageFromLive = v.variant('t', [
	v.object({ t: v.literal('listening'), http: v.number(), https: v.number() }),
	failed,
	v.object({ t: v.literal('fact'), fact }),
	v.object({ t: v.literal('pong') }),
]);
export type MessageFromLive = v.InferOutput<typeof messageFromLive>;

/** Supervisor to store. */
export const messageToStore = v.variant('t', [
	v.object({
		...{ t: v.literal('begin'), file: v.string(), settings: liveSettings },
		...{ tokenKey: bytes, footage },
		/** The rosters that count now; `null`: those in the database. */
		homes: v.nullable(v.array(home)),
	}),
	v.object({ t: v.literal('fact'), n: v.number(), fact }),
	/** A whole roster, which counts at once, whether or not it can be written. */
	v.object({ t: v.literal('roster'), ...home.entries }),
	v.object({ t: v.literal('ping') }),
	v.object({ t: v.literal('stop') }),
]);
export type MessageToStore = v.InferOutput<typeof messageToStore>;

export const messageFromStore = v.variant('t', [
	v.object({ t: v.literal('listening'), kept }),
	failed,
	v.object({ t: v.literal('confirmed'), n: v.number() }),
	/** The last `roster` counts. */
	v.object({ t: v.literal('roster-counts') }),
	footageChanged,
	v.object({ t: v.literal('invitation'), invitation }),
	v.object({ t: v.literal('pong') }),
]);
export type MessageFromStore = v.InferOutput<typeof messageFromStore>;

/** Decodes a message from the other process; `null`: from another version of this program. */
export function messageFrom<
	S extends
		typeof messageToLive | typeof messageFromLive | typeof messageToStore | typeof messageFromStore,
>(schema: S, message: unknown): v.InferOutput<S> | null {
	const parsed = v.safeParse(schema, message);
	return parsed.success ? parsed.output : null;
}

import { createHmac } from 'node:crypto';
import type { DeviceId } from '#domain/base/ids.ts';
import type { IceServer } from '#protocol/wire.ts';
import type { VerifyCrypto } from '#relay/base/crypto.ts';
import type { RelayChange } from '#relay/base/relay-change.ts';
import type { HomeRegistry } from './home-registry.ts';
import type { Hub } from './hub.ts';
import type { Mailbox } from './mailbox.ts';
import type { RendezvousRegistry } from './rendezvous-registry.ts';
import type { LiveBuffer } from './live-buffer.ts';
import type { DeviceRateLimits } from './device-rate-limits.ts';

/** Events counted for `/metrics`. */
export type MetricEvent =
	| 'text-in'
	| 'text-out'
	| 'part-in'
	| 'part-out'
	| 'part-skipped'
	| 'proof'
	| 'refused'
	| 'malformed'
	| 'too-much';

/** State shared by all sessions of a relay. */
export interface RelayContext {
	readonly crypto: VerifyCrypto;
	readonly homes: HomeRegistry;
	readonly hub: Hub;
	readonly rendezvous: RendezvousRegistry;
	readonly mailbox: Mailbox;
	readonly liveBuffer: LiveBuffer;
	readonly rateLimits: DeviceRateLimits;
	/** Unused invitations: SHA-256 as hex → expiry (wall time). */
	readonly invitations: Map<string, number>;
	readonly tokenKey: Uint8Array;
	ice(device: DeviceId): readonly IceServer[];
	/** Queues a change for `store`; delivered once it is available. */
	persist(fact: RelayChange): void;
	/** Drops what has expired. Called about once a second. */
	tidy(nowMs: number): void;
	/** Reports an unexpected error; the session goes on. */
	readonly failed: (error: unknown) => void;
	count(event: MetricEvent, by?: number): void;
	/** ms since the Unix epoch. */
	wallMs(): number;
	/** Monotonic ms. */
	nowMs(): number;
}

/** STUN and TURN servers as configured. */
export interface IceSettings {
	readonly urls: readonly string[];
	/** coturn's `static-auth-secret`. */
	readonly secret?: string | undefined;
	readonly seconds: number;
}

/**
 * Time-limited credentials that the TURN server verifies without accounts (coturn's "REST API",
 * draft-uberti-behave-turn-rest-00).
 */
export function iceServersFor(
	ice: IceSettings | null,
	device: DeviceId,
	wallMs: number,
): readonly IceServer[] {
	if (!ice) return [];
	const turn = ice.urls.filter((url) => /^turns?:/.test(url));
	const stun = ice.urls.filter((url) => /^stuns?:/.test(url));
	const servers: IceServer[] = stun.length > 0 ? [{ urls: stun }] : [];
	if (turn.length === 0 || ice.secret === undefined) return servers;
	const username = `${Math.floor(wallMs / 1000) + ice.seconds}:${device}`;
	const credential = createHmac('sha1', ice.secret).update(username).digest('base64');
	return [...servers, { urls: turn, username, credential }];
}

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

/** What happens often enough to be counted (metrics). */
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

/** All that the conversations of a relay share. */
export interface RelayContext {
	readonly crypto: VerifyCrypto;
	readonly homes: HomeRegistry;
	readonly hub: Hub;
	readonly rendezvous: RendezvousRegistry;
	readonly mailbox: Mailbox;
	readonly liveBuffer: LiveBuffer;
	readonly rateLimits: DeviceRateLimits;
	/** SHA-256 of the invitations that are not used, as hex, and when each ends (wall time). */
	readonly invitations: Map<string, number>;
	readonly tokenKey: Uint8Array;
	ice(device: DeviceId): readonly IceServer[];
	/** For the store; it comes to it when it is there. */
	persist(fact: RelayChange): void;
	/** Called about once a second: lets go what is over. */
	tidy(nowMs: number): void;
	/** Something unforeseen; the conversation goes on. */
	readonly failed: (error: unknown) => void;
	count(event: MetricEvent, by?: number): void;
	/** ms since 1970. */
	wallMs(): number;
	/** ms of a clock that is never set back. */
	nowMs(): number;
}

/** STUN and TURN as the operator named them. */
export interface IceSettings {
	readonly urls: readonly string[];
	/** As in coturn's `static-auth-secret`. */
	readonly secret?: string | undefined;
	readonly seconds: number;
}

/**
 * Credentials that the TURN server can check without knowing anybody (coturn's "REST API",
 * draft-uberti-behave-turn-rest-00): they end by themselves.
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

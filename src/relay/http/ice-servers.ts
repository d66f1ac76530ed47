import { createHmac } from 'node:crypto';
import type { DeviceId } from '#domain/base/ids.ts';
import type { IceServer } from '#protocol/wire.ts';

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

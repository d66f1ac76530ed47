import type { DeviceId } from '#domain/ids.ts';
import type { Role } from '#domain/roster.ts';

export interface Member {
	readonly device: DeviceId;
	readonly roles: readonly Role[];
	/** Opened; `null`: it has none, or its key is not here. */
	readonly name: string | null;
	readonly self: boolean;
	/** It has a socket at the relay now. */
	readonly online: boolean;
	/** Wall ms it was last seen from here; `null`: never. */
	readonly seenMs: number | null;
	readonly addedMs: number;
	readonly notAfterMs: number | null;
	/** Twelve groups of five digits, the same on both devices' screens. */
	readonly safety: string;
}

/** What shows that a revocation has happened everywhere. */
export interface Revoked {
	readonly atMs: number;
	/** The relay has it; ms it took. `null`: not yet. */
	readonly relayMs: number | null;
	/** Cameras that act on it, out of those that are there; with the ms it took each. */
	readonly cameras: readonly { readonly device: DeviceId; readonly ms: number | null }[];
}

/** The devices of this home. Throws `Fault`: `denied` (only an owner may), `conflict`, and what the vault throws. */
export interface MembersControls {
	readonly list: readonly Member[];
	/** This device may sign the roster. */
	readonly owner: boolean;
	/** The relay shows a roster that does not follow ours: it is not believed. */
	readonly forked: boolean;
	on(listener: () => void): () => void;
	rename(device: DeviceId, name: string): Promise<void>;
	/** Out of the home: new home key, new epochs, closed sockets. Tells as more is known. */
	revoke(device: DeviceId, tell: (revoked: Revoked) => void): Promise<void>;
	/** Roles and an end date; an owner cannot take the role of the last owner. */
	change(device: DeviceId, roles: readonly Role[], notAfterMs: number | null): Promise<void>;
	/** Gives a member the keys of footage recorded before it came. */
	showEarlier(device: DeviceId): Promise<void>;
}

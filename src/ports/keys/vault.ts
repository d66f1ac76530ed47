import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { DtlsCertificate, KemKey, KeyPair, Secret, SignKey } from './crypto.ts';

/** How keys are kept: non-extractable, as readable bytes in the database, or only in this tab. */
export type KeyStrength = 'sealed' | 'readable' | 'memory';

/** A stored 32-byte secret: the working key, and the same secret wrapped for this device. */
export interface KeptSecret {
	/** `null`: missing, of a wrong type, or unreadable. */
	readonly key: Secret | null;
	/** Signed grant to the device's own `kem` key, by whoever granted it (possibly this device). */
	readonly grant: Bytes | null;
}

/** An epoch without its key. */
export interface EpochFacts {
	readonly number: number;
	readonly madeMs: number;
	/** Newest roster entry known when the epoch was made. */
	readonly rosterSeq: number;
}

export type KeptEpoch = KeptSecret & EpochFacts;

/** A secret to be stored. `raw` is written only where the working key cannot be. */
export interface NewSecret {
	readonly key: Secret;
	readonly raw: Bytes;
	readonly grant: Bytes;
}

export interface KeptCamera {
	readonly id: CameraId;
	/** 1 for the device's first camera. */
	readonly number: number;
	/** docs/spec/identity.md, "Names"; `null`: no name yet. */
	readonly sealedName: Bytes | null;
	/** Highest run number ever begun; 0 before the first. */
	readonly runNo: number;
	/** Taken out of use. It stays, so that its number and run numbers are never given again. */
	readonly removed?: true;
}

export interface KeptHomeKey extends KeptSecret {
	/** 1 for the first; each revocation makes a new one. */
	readonly number: number;
}

/** A home this device is in, or once recorded in. */
export interface KeptHome {
	readonly home: HomeId;
	/** Complete entries in order, signatures included; at least one. */
	readonly roster: readonly Bytes[];
	/** In ascending order; at least one. */
	readonly keys: readonly KeptHomeKey[];
	/** Origin of the home's relay; `null`: none. */
	readonly relay: string | null;
}

export interface Identity {
	readonly strength: KeyStrength;
	/** The current home. */
	readonly home: HomeId;
	readonly device: DeviceId;
	readonly owner: KeyPair<SignKey>;
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	/** `null` where there is no WebRTC or the certificate was lost; it can be renewed. */
	readonly dtls: DtlsCertificate | null;
	/** The founded home first, then those joined later; old footage is sealed under them. */
	readonly homes: readonly KeptHome[];
	/** Empty on a device that only watches. */
	readonly cameras: readonly KeptCamera[];
}

/** An identity together with the home it founds. */
export type NewIdentity = Omit<Identity, 'homes' | 'strength'> & {
	readonly roster: readonly Bytes[];
	/** Home key 1. */
	readonly homeKey: NewSecret;
};

export type NewHome = Omit<KeptHome, 'keys'> & {
	/** When the roster was received. */
	readonly seenMs: number;
	readonly keys: readonly { readonly number: number; readonly secret: NewSecret }[];
};

/**
 * Stored by a joining device before it consents: where it may return as a member (PR21). Holds no
 * secrets.
 */
export interface PendingJoin {
	readonly home: HomeId;
	/** Public key of the owner that the person confirmed. */
	readonly owner: Bytes;
	/** Number and hash of the newest roster entry, as that owner showed it. */
	readonly seq: number;
	readonly head: Bytes;
	/** Origin of the relay; `null`: paired without one. */
	readonly relay: string | null;
	/** Wall ms. */
	readonly untilMs: number;
}

/** A device this owner let in that has not been heard from since (PR24). */
export interface Arrival {
	readonly home: HomeId;
	readonly device: DeviceId;
	/** Length of the roster before it was added. */
	readonly afterSeq: number;
	/** Wall ms. */
	readonly sinceMs: number;
	/** Wall ms at which it was revoked automatically; `null`: still awaited. */
	readonly takenBackMs: number | null;
}

export type VaultReading =
	| { readonly kind: 'empty' }
	/** Some parts are missing or unreadable; `missing` names them. */
	| { readonly kind: 'damaged'; readonly missing: readonly string[] }
	| { readonly kind: 'whole'; readonly identity: Identity };

/**
 * This device's keys, stored apart from the footage and never deleted with it. A write resolves
 * once it is on disk (unless keys are kept in memory). Reads come from disk, each in its own
 * transaction, never from a copy in memory.
 *
 * Throws `Fault`: `conflict` (an identity already exists), `unavailable`, `timeout` (no answer
 * within 5 s), `quota`, `unsupported` (this browser cannot store such keys), `newer`, `blocked`,
 * `not-found` (no such camera, no such home).
 */
export interface Vault {
	/** Checks every part; reports bad ones in `missing` instead of throwing. */
	read(): Promise<VaultReading>;
	/** Writes a whole identity atomically, only into an empty vault. */
	create(identity: NewIdentity, strength: KeyStrength): Promise<void>;
	/** Undoes a failed `create`. Leaves another device's identity alone. */
	discard(device: DeviceId): Promise<void>;

	epoch(camera: CameraId, number: number): Promise<KeptEpoch | null>;
	/** The epoch with the highest number, or `null`. */
	lastEpoch(camera: CameraId): Promise<KeptEpoch | null>;
	/**
	 * For this device's cameras, and for others' as they are granted. `conflict` when the number is
	 * taken.
	 */
	addEpoch(camera: CameraId, facts: EpochFacts, secret: NewSecret): Promise<void>;

	/**
	 * Makes this the current home. A known home is extended; `conflict` when `roster` does not
	 * continue the stored one.
	 */
	enterHome(home: NewHome): Promise<void>;
	/**
	 * Extends a known home's roster with `entries`, starting at `seq`; `conflict` unless `seq` is the
	 * next number. `seenMs`: when they were received.
	 */
	appendRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs?: number,
	): Promise<void>;
	/**
	 * Replaces the roster from entry `seq` on; `conflict` when there is no such entry or it is the
	 * first.
	 */
	replaceRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs: number,
	): Promise<void>;
	/** When a roster entry was received; `null` when unknown. */
	seenMs(home: HomeId, seq: number): Promise<number | null>;
	/** `conflict` when the number is taken, unless `instead` replaces that key. */
	addHomeKey(home: HomeId, number: number, secret: NewSecret, instead?: boolean): Promise<void>;
	setRelay(home: HomeId, relay: string | null): Promise<void>;

	/** `null`: none, or unreadable. */
	pendingJoin(): Promise<PendingJoin | null>;
	/** Replaces the pending join; `null` deletes it. */
	setPendingJoin(pending: PendingJoin | null): Promise<void>;
	/** Skips unreadable rows. */
	arrivals(): Promise<readonly Arrival[]>;
	/**
	 * Replaces what is stored about that device in that home; `null` deletes it. Keeps the newest 32.
	 */
	updateArrival(
		of: Pick<Arrival, 'home' | 'device'>,
		change: (before: Arrival | null) => Arrival | null,
	): Promise<void>;

	camera(camera: CameraId): Promise<KeptCamera | null>;
	/** `conflict` when it already exists. */
	addCamera(camera: KeptCamera): Promise<void>;
	/** Names a camera, or takes it out of use or back into it. Its keys stay. */
	changeCamera(
		camera: CameraId,
		change: { readonly sealedName: Bytes } | { readonly removed: boolean },
	): Promise<void>;
	/** Reserves the next run number, at least `atLeast`. Never returns a number twice. */
	beginRun(camera: CameraId, atLeast: number): Promise<number>;

	/** Next number of this device's replay counter. Never returns a number twice. */
	nextCounter(): Promise<number>;
	/** Accepts and stores `count` if it exceeds every earlier one of that device; else `false`. */
	raiseCounter(device: DeviceId, count: number): Promise<boolean>;

	/**
	 * Rewrites the vault from a copy in memory after its database was deleted under a running page.
	 * `lost`: there is no copy. Only for a camera that is recording.
	 */
	restore(): Promise<'there' | 'put back' | 'lost'>;

	/** Deletes everything. Only on a person's request. */
	clear(): Promise<void>;
	dispose(): void;
}

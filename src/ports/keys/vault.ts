import type { Bytes } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import type { DtlsCertificate, KemKey, KeyPair, Secret, SignKey } from './crypto.ts';

/**
 * How well keys are kept: sealed in the browser, readable in its database, or gone with the tab.
 */
export type KeyStrength = 'sealed' | 'readable' | 'memory';

/** A 32-byte secret as it is kept: the working key, and the same wrapped for this very device. */
export interface KeptSecret {
	/** `null`: missing, of a wrong type, or unreadable. */
	readonly key: Secret | null;
	/** Signed grant to the device's own `kem`: by whoever gave the secret, itself included. */
	readonly grant: Bytes | null;
}

/** What is known of an epoch beside its key. */
export interface EpochFacts {
	readonly number: number;
	readonly madeMs: number;
	/** The newest roster entry that was known when it was made. */
	readonly rosterSeq: number;
}

export type KeptEpoch = KeptSecret & EpochFacts;

/** A secret on its way in: `raw` is kept only where the working key cannot be. */
export interface NewSecret {
	readonly key: Secret;
	readonly raw: Bytes;
	readonly grant: Bytes;
}

export interface KeptCamera {
	readonly id: CameraId;
	/** 1 for the device's first camera. */
	readonly number: number;
	/** docs/spec/identity.md, "Names"; `null` while it has none. */
	readonly sealedName: Bytes | null;
	/** The highest run number ever begun; 0 before the first. */
	readonly runNo: number;
}

export interface KeptHomeKey extends KeptSecret {
	/** 1 for the first; a new one at each revocation. */
	readonly number: number;
}

/** A home that this device is in, or was in when it recorded. */
export interface KeptHome {
	readonly home: HomeId;
	/** Whole entries in order, signatures included; at least one. */
	readonly roster: readonly Bytes[];
	/** In order of number; at least one. */
	readonly keys: readonly KeptHomeKey[];
	/** Origin of the relay it is met at; `null`: none. */
	readonly relay: string | null;
}

export interface Identity {
	readonly strength: KeyStrength;
	/** The one it is in now. */
	readonly home: HomeId;
	readonly device: DeviceId;
	readonly owner: KeyPair<SignKey>;
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	/** `null` where there is no WebRTC, or when it was lost: it can be renewed. */
	readonly dtls: DtlsCertificate | null;
	/**
	 * The one this device founded first, then those it came into; old footage is sealed under them.
	 */
	readonly homes: readonly KeptHome[];
	/** None on a device that only watches. */
	readonly cameras: readonly KeptCamera[];
}

/** With the home it founds. */
export type NewIdentity = Omit<Identity, 'homes' | 'strength'> & {
	readonly roster: readonly Bytes[];
	/** Number 1. */
	readonly homeKey: NewSecret;
};

export type NewHome = Omit<KeptHome, 'keys'> & {
	/** When the roster came. */
	readonly seenMs: number;
	readonly keys: readonly { readonly number: number; readonly secret: NewSecret }[];
};

/**
 * What a newcomer keeps before it consents: where it may come back to as a member (PR21). No
 * secret.
 */
export interface PendingJoin {
	readonly home: HomeId;
	/** Public key of the owner that its person agreed on. */
	readonly owner: Bytes;
	/** The roster's newest entry as that owner showed it: its number and hash. */
	readonly seq: number;
	readonly head: Bytes;
	/** Origin of the relay; `null`: it was without one. */
	readonly relay: string | null;
	/** Wall ms. */
	readonly untilMs: number;
}

/** A device that this owner let in and that has not spoken since (PR24). */
export interface Arrival {
	readonly home: HomeId;
	readonly device: DeviceId;
	/** How many entries the roster had before. */
	readonly afterSeq: number;
	/** Wall ms. */
	readonly sinceMs: number;
	/** Wall ms at which it was taken back by itself; `null`: it is waited for. */
	readonly takenBackMs: number | null;
}

export type VaultReading =
	| { readonly kind: 'empty' }
	/** Something is there, but not everything that must be; `missing` names the parts. */
	| { readonly kind: 'damaged'; readonly missing: readonly string[] }
	| { readonly kind: 'whole'; readonly identity: Identity };

/**
 * This device's keys, apart from the footage and never deleted with it. Every promise of a write
 * resolves when it is on disk (strength permitting). What is read comes from the disk, in a
 * transaction of its own, never from a copy in memory.
 *
 * Throws `Fault`: `conflict` (an identity is there already), `unavailable`, `timeout` (it did not
 * answer in 5 s), `quota`, `unsupported` (this browser cannot keep such keys), `newer`, `blocked`,
 * `not-found` (no such camera, no such home).
 */
export interface Vault {
	/** Looks at every part; bad parts are named, not thrown. */
	read(): Promise<VaultReading>;
	/** Writes a whole identity at once, only into an empty vault. */
	create(identity: NewIdentity, strength: KeyStrength): Promise<void>;
	/** Takes back a founding that did not hold. Another device's identity stays. */
	discard(device: DeviceId): Promise<void>;

	epoch(camera: CameraId, number: number): Promise<KeptEpoch | null>;
	/** The epoch with the highest number, or `null`. */
	lastEpoch(camera: CameraId): Promise<KeptEpoch | null>;
	/**
	 * Of this device's cameras, and of others as they are granted. `conflict` when that number is
	 * taken.
	 */
	addEpoch(camera: CameraId, facts: EpochFacts, secret: NewSecret): Promise<void>;

	/**
	 * From now on it is in this home. One that is known already grows; `conflict` when its roster
	 * does not go on from what is kept.
	 */
	enterHome(home: NewHome): Promise<void>;
	/**
	 * More of a known home's roster, the first being entry `seq`; `conflict` unless that is the next
	 * one. `seenMs`: when they came.
	 */
	appendRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs?: number,
	): Promise<void>;
	/**
	 * From entry `seq` on these instead of what is kept; `conflict` where none is, or it is the
	 * first.
	 */
	replaceRoster(
		home: HomeId,
		seq: number,
		entries: readonly Bytes[],
		seenMs: number,
	): Promise<void>;
	/** When an entry of a roster came, where that was said; else `null`. */
	seenMs(home: HomeId, seq: number): Promise<number | null>;
	/** `conflict` when that number is taken; `instead`: it goes then. */
	addHomeKey(home: HomeId, number: number, secret: NewSecret, instead?: boolean): Promise<void>;
	/** Keeps where a known home's relay is. */
	setRelay(home: HomeId, relay: string | null): Promise<void>;

	/** `null`: none, or it cannot be read. */
	pendingJoin(): Promise<PendingJoin | null>;
	/** Instead of the one before; `null` ends it. */
	setPendingJoin(pending: PendingJoin | null): Promise<void>;
	/** Rows that cannot be read are left out. */
	arrivals(): Promise<readonly Arrival[]>;
	/**
	 * Instead of what was kept of that device in that home; `null` ends it. The oldest beyond 32 go.
	 */
	updateArrival(
		of: Pick<Arrival, 'home' | 'device'>,
		change: (before: Arrival | null) => Arrival | null,
	): Promise<void>;

	camera(camera: CameraId): Promise<KeptCamera | null>;
	/** `conflict` when it is there. */
	addCamera(camera: KeptCamera): Promise<void>;
	nameCamera(camera: CameraId, sealedName: Bytes): Promise<void>;
	/** Reserves the next run number, at least `atLeast`: no number is ever given twice. */
	beginRun(camera: CameraId, atLeast: number): Promise<number>;

	/** The next number of what this device says once: none is ever given twice. */
	nextCounter(): Promise<number>;
	/** Whether a number of another device is higher than every one before; then it is kept. */
	raiseCounter(device: DeviceId, count: number): Promise<boolean>;

	/**
	 * Somebody deleted the database of an identity that was read here: writes it again as it was last
	 * seen. `lost`: that is not known. Only a camera that records may want this.
	 */
	restore(): Promise<'there' | 'put back' | 'lost'>;

	/** Deletes everything. Only a person may want this. */
	clear(): Promise<void>;
	dispose(): void;
}

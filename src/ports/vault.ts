import type { Bytes } from '#domain/bytes.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/ids.ts';
import type { Dtls, KemKey, Pair, Secret, SignKey } from './crypto.ts';

/** How well keys are kept: sealed in the browser, readable in its database, or gone with the tab. */
export type KeyStrength = 'sealed' | 'readable' | 'memory';

/** A 32-byte secret as it is kept: the working key, and the same wrapped for this very device. */
export interface KeptSecret {
	/** `null`: missing, of a wrong type, or unreadable. */
	readonly key: Secret | null;
	/** Signed grant to the device's own `kem`. */
	readonly grant: Bytes | null;
}

export interface KeptEpoch extends KeptSecret {
	readonly number: number;
	readonly madeMs: number;
}

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

export interface Identity {
	readonly strength: KeyStrength;
	readonly home: HomeId;
	readonly device: DeviceId;
	readonly owner: Pair<SignKey>;
	readonly sign: Pair<SignKey>;
	readonly kem: Pair<KemKey>;
	/** `null` where there is no WebRTC, or when it was lost: it can be renewed. */
	readonly dtls: Dtls | null;
	/** Number 1 of the home key. */
	readonly homeKey: KeptSecret;
	/** Whole entries in order, signatures included; at least one. */
	readonly roster: readonly Bytes[];
	readonly cameras: readonly KeptCamera[];
}

export type NewIdentity = Omit<Identity, 'homeKey' | 'strength'> & { readonly homeKey: NewSecret };

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
 * answer in 5 s), `quota`, `unsupported` (this browser cannot keep such keys, or a newer version of
 * the app made the vault), `not-found` (no such camera).
 */
export interface Vault {
	/** Looks at every part; bad parts are named, not thrown. */
	read(): Promise<VaultReading>;
	/** Writes a whole identity at once, only into an empty vault. */
	found(identity: NewIdentity, strength: KeyStrength): Promise<void>;
	/** Takes back a founding that did not hold. Another device's identity stays. */
	discard(device: DeviceId): Promise<void>;

	epoch(camera: CameraId, number: number): Promise<KeptEpoch | null>;
	/** The epoch with the highest number, or `null`. */
	lastEpoch(camera: CameraId): Promise<KeptEpoch | null>;
	/** `conflict` when that number is taken. */
	addEpoch(camera: CameraId, number: number, madeMs: number, secret: NewSecret): Promise<void>;

	camera(camera: CameraId): Promise<KeptCamera | null>;
	nameCamera(camera: CameraId, sealedName: Bytes): Promise<void>;
	/** Reserves the next run number, at least `atLeast`: no number is ever given twice. */
	beginRun(camera: CameraId, atLeast: number): Promise<number>;

	/** Deletes everything. Only a person may want this. */
	clear(): Promise<void>;
	dispose(): void;
}

import type { Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { parseEntry, type Role, type Subject } from '#domain/home/roster.ts';
import type { DtlsCertificate, KemKey, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';

/** This device as it presents itself in a pairing: its keys and its current home. */
export interface SelfIdentity {
	readonly device: DeviceId;
	readonly home: HomeId;
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	readonly dtls: DtlsCertificate | null;
	/** `null`: not an owner of the current home. */
	readonly owner: KeyPair<SignKey> | null;
	/** Public key it would sign a roster with as an owner; goes into `Subject.owner`. */
	readonly ownerKey: Bytes;
	/** Complete entries in order. */
	readonly roster: readonly Bytes[];
}

/**
 * Changes to this device's home when a pairing succeeds; implemented by `HomeRoster`. Throws
 * `Fault`.
 */
export interface Admissions {
	/**
	 * Founds an identity first if there is none; such a device has no camera until it becomes one.
	 */
	self(): Promise<SelfIdentity>;
	/** Owner side: sets the home's relay. */
	setRelay(relay: string): Promise<void>;
	/**
	 * Owner side: signs the new device into the roster, stores the entry, sends it to the relay, and
	 * returns the home key grants, concatenated. Throws `denied`.
	 */
	admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): Promise<{ readonly roster: readonly Bytes[]; readonly homeKey: Bytes }>;
	/**
	 * New device's side: replays the roster, finds itself in it, stores roster, home keys and the
	 * relay's origin. Earlier recordings stay readable. Throws `corrupt`.
	 */
	enter(roster: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void>;
	/** Owner side: `waits` until the admitted device has reported in (PR24). */
	arrivalState(device: DeviceId): 'waits' | 'here' | 'taken-back';
	/** Called when an admitted device has arrived or was revoked again. */
	on(listener: () => void): () => void;
	/**
	 * New device's side, before it consents: where it may return as a member (PR21). `null` deletes
	 * it.
	 */
	setPendingJoin(pending: PendingJoin | null): Promise<void>;
	/** The stored pending join while this device has not entered that home; else `null`. */
	pending(): Promise<PendingJoin | null>;
}

/** Number of the newest entry that added the device; 0: none did. */
export function admissionSeq(entries: readonly Bytes[], device: DeviceId): number {
	const all = entries.map((bytes) => parseEntry(bytes).entry);
	return all.findLast(({ op, subject }) => op === 'add' && subject?.device === device)?.seq ?? 0;
}

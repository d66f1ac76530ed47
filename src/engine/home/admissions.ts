import type { Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import type { Role, Subject } from '#domain/home/roster.ts';
import type { DtlsCertificate, KemKey, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import type { PendingJoin } from '#ports/keys/vault.ts';

/** This device as it meets another: its keys, and the home it is in now. */
export interface SelfIdentity {
	readonly device: DeviceId;
	readonly home: HomeId;
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	readonly dtls: DtlsCertificate | null;
	/** `null`: this device is no owner of the home it is in. */
	readonly owner: KeyPair<SignKey> | null;
	/**
	 * The public key it would sign a roster with, were it made an owner: it goes into
	 * `Subject.owner`.
	 */
	readonly ownerKey: Bytes;
	/** Whole entries in order. */
	readonly roster: readonly Bytes[];
}

/**
 * What changes in this device's home when a pairing succeeds; `HomeRoster` does it. Throws `Fault`.
 */
export interface Admissions {
	/**
	 * Founds an identity first where this device has none; such a one has no camera until it becomes
	 * one.
	 */
	self(): Promise<SelfIdentity>;
	/** As an owner: this home meets at that relay from now on. */
	setRelay(relay: string): Promise<void>;
	/**
	 * As an owner: signs the newcomer into the roster, keeps that, tells the relay, and grants it the
	 * home keys, one grant after the other. Throws `denied`.
	 */
	admit(
		newcomer: Subject,
		roles: readonly Role[],
		name: string,
	): Promise<{ readonly roster: readonly Bytes[]; readonly homeKey: Bytes }>;
	/**
	 * As the newcomer: replays the roster, finds itself in it, keeps roster, home keys and the
	 * relay's origin. What was recorded before stays readable. Throws `corrupt`.
	 */
	enter(roster: readonly Bytes[], homeKey: Bytes, relay: string): Promise<void>;
	/** As an owner, of who was let in: `waits` until it has said that it has come (PR24). */
	arrivalState(device: DeviceId): 'waits' | 'here' | 'taken-back';
	/** Told when one of them has come, or was taken back. */
	on(listener: () => void): () => void;
	/**
	 * As the newcomer, before it consents: where it may come back to as a member (PR21). `null` ends
	 * it.
	 */
	setPendingJoin(pending: PendingJoin | null): Promise<void>;
	/** What was kept, as long as this device is not there yet; else `null`. */
	pending(): Promise<PendingJoin | null>;
}

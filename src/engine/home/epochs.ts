import { Fault } from '#domain/base/fault.ts';
import type { GrantSubject } from '#domain/home/grant.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto, Secret } from '#ports/keys/crypto.ts';
import type { Identity, KeptEpoch, Vault } from '#ports/keys/vault.ts';
import { epochSecret, currentHome, homeOfGrant } from './identity.ts';
import { makeSecret } from './keys.ts';
import type { Roster } from './roster.ts';

/**
 * Epochs change only between runs, and a run lasts up to four hours: so none is used for more than
 * 24.
 */
const MAX_EPOCH_AGE_MS = 20 * 60 * 60 * 1000;

export interface Epoch {
	readonly number: number;
	readonly secret: Secret;
	/** It was just made. */
	readonly made: boolean;
}

interface EpochDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

/**
 * The epoch that a camera of this device seals with now; makes a new one if the newest is stale
 * (ID30, ID33).
 */
export async function currentEpoch(
	{ crypto, vault, clock }: EpochDependencies,
	identity: Identity,
	roster: Roster,
	camera: CameraId,
): Promise<Epoch> {
	const now = clock.wallMs();
	const last = await vault.lastEpoch(camera);
	if (last !== null && isFresh(last, identity, roster, now)) {
		const secret = await epochSecret(crypto, identity, camera, last);
		if (secret !== null) return { number: last.number, secret, made: false };
	}
	const number = (last?.number ?? 0) + 1;
	const secret = await makeEpoch(crypto, vault, identity, camera, now, number, roster.seq);
	return { number, secret, made: true };
}

function isFresh(last: KeptEpoch, identity: Identity, roster: Roster, now: number): boolean {
	// Also replaces epochs from the future, after the clock was set back: one more is cheap, one that
	// never ages is not.
	if (Math.abs(now - last.madeMs) >= MAX_EPOCH_AGE_MS) return false;
	const home = homeOfGrant(identity, last.grant);
	if (home !== null && home !== identity.home) return false;
	if (roster.narrowedSeq > last.rosterSeq) return false;
	return ![...roster.devices.values()].some(
		({ notAfterMs }) => notAfterMs !== null && notAfterMs > last.madeMs && notAfterMs <= now,
	);
}

/**
 * Makes the camera's next epoch, stores it, reads it back and tries it. Throws `corrupt` when that
 * fails.
 */
export async function makeEpoch(
	crypto: Crypto,
	vault: Vault,
	identity: Identity,
	camera: CameraId,
	wallMs: number,
	number: number,
	rosterSeq = currentHome(identity).roster.length,
): Promise<Secret> {
	const { home, device, kem, sign } = identity;
	const subject: GrantSubject = { home, camera, number, recipient: device };
	const secret = await makeSecret(crypto, subject, kem.public, sign.key, wallMs);
	await vault.addEpoch(camera, { number, madeMs: wallMs, rosterSeq }, secret);
	secret.raw.fill(0);
	const kept = await vault.epoch(camera, number);
	const back = kept && (await epochSecret(crypto, identity, camera, kept));
	if (!back || kept.key === null || kept.grant === null) {
		throw new Fault('corrupt', `epoch ${number} was not stored intact`);
	}
	return back;
}

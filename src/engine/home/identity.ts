import { Fault } from '#domain/base/fault.ts';
import { parseGrant } from '#domain/home/grant.ts';
import type { CameraId, HomeId } from '#domain/base/ids.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { Crypto, Secret } from '#ports/keys/crypto.ts';
import type { Identity, KeptEpoch, KeptHome, Vault } from '#ports/keys/vault.ts';
import { cameraIdOf, deviceIdOf, canSign, canUnwrap, workingSecret } from './keys.ts';
import { replayRoster, type Roster } from './roster.ts';

/** The current home. Throws `corrupt` when the vault lacks it. */
export function currentHome({ home, homes }: Pick<Identity, 'home' | 'homes'>): KeptHome {
	const kept = homes.find((one) => one.home === home);
	if (kept === undefined) throw new Fault('corrupt', 'the current home is not in the vault');
	return kept;
}

/** A working home key. */
export interface HomeSecret {
	readonly home: HomeId;
	readonly number: number;
	readonly secret: Secret;
}

/** Home keys of all homes, the newest of the current home first: that one seals. */
export async function homeSecrets(
	crypto: Crypto,
	identity: Identity,
	rosters: ReadonlyMap<HomeId, Roster>,
): Promise<HomeSecret[]> {
	const found: HomeSecret[] = [];
	for (const { home, keys } of identity.homes) {
		const signers = [...(rosters.get(home)?.past.owners.values() ?? [])];
		for (const kept of keys) {
			const { number } = kept;
			const subject = { home, camera: null, number, recipient: identity.device };
			const secret = await workingSecret(crypto, kept, subject, identity.kem, signers);
			if (secret === null) continue;
			if (home === identity.home) found.unshift({ home, number, secret });
			else found.push({ home, number, secret });
		}
	}
	return found;
}

/**
 * Secret of an epoch, of an own camera or as granted by another device. `signer`: sign key of the
 * camera's device; what this device granted to itself counts, too (KT19). The home named in the
 * grant must be one of this device's.
 */
export function epochSecret(
	crypto: Crypto,
	identity: Identity,
	camera: CameraId,
	kept: KeptEpoch,
	signer: Bytes = identity.sign.public,
): Promise<Secret | null> {
	const home = homeOfGrant(identity, kept.grant) ?? identity.home;
	const subject = { home, camera, number: kept.number, recipient: identity.device };
	const signers = [signer, identity.sign.public];
	return workingSecret(crypto, kept, subject, identity.kem, signers);
}

/** `null`: no grant, or not one of this device's homes. */
export function homeOfGrant({ homes }: Identity, grant: Bytes | null): HomeId | null {
	if (grant === null) return null;
	try {
		const { home } = parseGrant(grant).grant;
		return homes.some((kept) => kept.home === home) ? home : null;
	} catch (error) {
		if (error instanceof Fault) return null;
		throw error;
	}
}

/**
 * Tries every key of an identity and names the parts that fail. Also fails ids that do not match
 * their keys: such a vault was assembled from two.
 */
export async function verifyIdentity(
	crypto: Crypto,
	vault: Vault,
	identity: Identity,
): Promise<string[]> {
	const missing: string[] = [];
	const { owner, sign, kem } = identity;
	if (!(await canSign(crypto, owner))) missing.push('owner key');
	if (!(await canSign(crypto, sign))) missing.push('device key');
	if (!(await canUnwrap(crypto, kem))) missing.push('exchange key');
	const rosters = await replayRosters(crypto, identity);
	if (rosters === null) missing.push('roster');
	const secrets = await homeSecrets(crypto, identity, rosters ?? new Map<HomeId, Roster>());
	if (secrets[0]?.home !== identity.home) missing.push('home key');
	if (identity.device !== (await deviceIdOf(crypto, sign.public, kem.public))) {
		missing.push('device id');
	}
	for (const { id, runNo, number } of identity.cameras) {
		if (id !== (await cameraIdOf(crypto, identity.device, number))) missing.push('camera id');
		const last = await vault.lastEpoch(id);
		const lost = last === null ? runNo > 0 : !(await epochSecret(crypto, identity, id, last));
		if (lost) missing.push(`epoch key of camera ${number}`);
	}
	return missing;
}

/**
 * All rosters, replayed. `null` unless each has had this device in it and this device founded the
 * first.
 */
export async function replayRosters(
	crypto: Crypto,
	identity: Identity,
): Promise<Map<HomeId, Roster> | null> {
	const rosters = new Map<HomeId, Roster>();
	try {
		for (const kept of identity.homes) {
			const roster = await replayRoster(crypto, kept.roster);
			if (roster.home !== kept.home || !roster.past.devices.has(identity.device)) return null;
			rosters.set(kept.home, roster);
		}
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return null;
		throw error;
	}
	const [first] = rosters.values();
	const founded = first?.past.owners.has(hexOf(identity.owner.public)) === true;
	return founded && rosters.has(identity.home) ? rosters : null;
}

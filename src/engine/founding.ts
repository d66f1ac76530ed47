import { hexOf } from '#domain/bytes.ts';
import { Fault } from '#domain/fault.ts';
import type { GrantSubject } from '#domain/grant.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/ids.ts';
import type { Crypto, Secret } from '#ports/crypto.ts';
import type { Identity, KeptEpoch, NewIdentity, Vault } from '#ports/vault.ts';
import {
	cameraIdOf,
	deviceIdOf,
	homeIdOf,
	makeSecret,
	signs,
	unwraps,
	workingSecret,
} from './keys.ts';
import { replayRoster, signEntry } from './roster.ts';

/** Everything a first start makes, in memory; nothing of it is kept yet. */
export async function makeIdentity(
	crypto: Crypto,
	wallMs: number,
	readable: boolean,
): Promise<NewIdentity> {
	const [owner, sign, kem, dtls] = await Promise.all([
		crypto.makeSignKey(readable),
		crypto.makeSignKey(readable),
		crypto.makeKemKey(readable),
		crypto.makeDtls(),
	]);
	const home = await homeIdOf(crypto, owner.public);
	const device = await deviceIdOf(crypto, sign.public, kem.public);
	const camera = await cameraIdOf(crypto, device, 1);
	const subject = homeKeySubject(home, device);
	const first = await signEntry(crypto, owner.key, {
		op: 'add',
		roles: ['camera', 'viewer', 'owner'],
		home,
		seq: 1,
		prev: new Uint8Array(32),
		wallMs: Math.floor(wallMs),
		notAfterMs: null,
		author: owner.public,
		subject: {
			device,
			sign: sign.public,
			kem: kem.public,
			owner: owner.public,
			dtls: dtls?.fingerprint ?? null,
		},
		detail: new Uint8Array(),
	});
	return {
		home,
		device,
		owner,
		sign,
		kem,
		dtls,
		homeKey: await makeSecret(crypto, subject, kem.public, owner.key, wallMs),
		roster: [first],
		cameras: [{ id: camera, number: 1, sealedName: null, runNo: 0 }],
	};
}

function homeKeySubject(home: HomeId, device: DeviceId): GrantSubject {
	return { home, camera: null, number: 1, recipient: device };
}

export function homeSecret(crypto: Crypto, identity: Identity): Promise<Secret | null> {
	const { home, device, homeKey, kem, owner } = identity;
	return workingSecret(crypto, homeKey, homeKeySubject(home, device), kem, owner.public);
}

export function epochSecret(
	crypto: Crypto,
	identity: Identity,
	camera: CameraId,
	kept: KeptEpoch,
): Promise<Secret | null> {
	const { home, device, kem, sign } = identity;
	const subject: GrantSubject = { home, camera, number: kept.number, recipient: device };
	return workingSecret(crypto, kept, subject, kem, sign.public);
}

/** Makes the camera's next epoch, keeps it, reads it back and tries it. Throws `corrupt` when it did not hold. */
export async function makeEpoch(
	crypto: Crypto,
	vault: Vault,
	identity: Identity,
	camera: CameraId,
	wallMs: number,
	number: number,
): Promise<Secret> {
	const { home, device, kem, sign } = identity;
	const subject: GrantSubject = { home, camera, number, recipient: device };
	const secret = await makeSecret(crypto, subject, kem.public, sign.key, wallMs);
	await vault.addEpoch(camera, number, wallMs, secret);
	secret.raw.fill(0);
	const kept = await vault.epoch(camera, number);
	const back = kept && (await epochSecret(crypto, identity, camera, kept));
	if (!back || kept.key === null || kept.grant === null) {
		throw new Fault('corrupt', `epoch ${number} was not kept`);
	}
	return back;
}

/**
 * Tries every key of an identity that was read, and names the parts that do not work. An id that does
 * not follow from its keys counts as missing, too: such a vault was put together from two.
 */
export async function tryIdentity(
	crypto: Crypto,
	vault: Vault,
	identity: Identity,
): Promise<string[]> {
	const missing: string[] = [];
	const { owner, sign, kem } = identity;
	if (!(await signs(crypto, owner))) missing.push('owner key');
	if (!(await signs(crypto, sign))) missing.push('device key');
	if (!(await unwraps(crypto, kem))) missing.push('exchange key');
	if ((await homeSecret(crypto, identity)) === null) missing.push('home key');
	if (!(await rosterHolds(crypto, identity))) missing.push('roster');
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

async function rosterHolds(crypto: Crypto, identity: Identity): Promise<boolean> {
	try {
		const { home, devices, owners } = await replayRoster(crypto, identity.roster);
		const owns = owners.has(hexOf(identity.owner.public));
		return home === identity.home && devices.has(identity.device) && owns;
	} catch (error) {
		if (error instanceof Fault && error.kind === 'corrupt') return false;
		throw error;
	}
}

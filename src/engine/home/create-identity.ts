import { hexOf } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { GrantSubject } from '#domain/home/grant.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { isCamera, rolesFor, withCamera } from '#domain/home/rights.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity, KeyStrength, NewIdentity, Vault } from '#ports/keys/vault.ts';
import { makeEpoch } from './epochs.ts';
import { verifyIdentity } from './identity.ts';
import { cameraIdOf, cameraIdsOf, deviceIdOf, homeIdOf, makeSecret } from './keys.ts';
import { inForce, nextEntry, signEntry, type Roster } from './roster.ts';

interface CreationDependencies {
	readonly crypto: Crypto;
	readonly vault: Vault;
	readonly clock: Clock;
}

/** Generates everything for a first start, in memory only. */
export async function generateIdentity(
	crypto: Crypto,
	wallMs: number,
	readable: boolean,
	as: 'camera' | 'viewer' = 'camera',
): Promise<NewIdentity> {
	const [owner, sign, kem, dtls] = await Promise.all([
		crypto.makeSignKey(readable),
		crypto.makeSignKey(readable),
		crypto.makeKemKey(readable),
		crypto.makeDtlsCertificate(),
	]);
	const home = await homeIdOf(crypto, owner.public);
	const device = await deviceIdOf(crypto, sign.public, kem.public);
	const camera = { id: await cameraIdOf(crypto, device, 1), number: 1, sealedName: null, runNo: 0 };
	const subject: GrantSubject = { home, camera: null, number: 1, recipient: device };
	const first = await signEntry(crypto, owner.key, {
		op: 'add',
		roles: rolesFor('owner', as === 'camera'),
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
		cameras: as === 'camera' ? [camera] : [],
	};
}

const STRENGTHS: readonly KeyStrength[] = ['sealed', 'readable', 'memory'];

/**
 * Kinds that lead to the next weaker strength: this browser cannot store such keys, or did not
 * return them intact.
 */
const DOWNGRADE_FAULTS: readonly string[] = ['unsupported', 'corrupt', 'malformed', 'internal'];

/** Creates an identity at the best strength that works: written, read back from disk and tried. */
export async function createIdentity(
	{ crypto, vault, clock }: CreationDependencies,
	as: 'camera' | 'viewer',
): Promise<void> {
	for (const strength of STRENGTHS) {
		const made = await generateIdentity(crypto, clock.wallMs(), strength === 'readable', as);
		try {
			await vault.create(made, strength);
			const reading = await vault.read();
			if (reading.kind === 'whole') {
				const missing = await verifyIdentity(crypto, vault, reading.identity);
				if (missing.length === 0) {
					const [first] = reading.identity.cameras;
					const now = clock.wallMs();
					if (first !== undefined)
						await makeEpoch(crypto, vault, reading.identity, first.id, now, 1);
					return;
				}
			}
		} catch (error) {
			// Time-outs and full disks say nothing about keys: no reason to store them less safely.
			const refused = error instanceof Fault && DOWNGRADE_FAULTS.includes(error.kind);
			if (!refused) {
				if (!(error instanceof Fault && error.kind === 'conflict'))
					await discardIdentity(vault, made.device);
				throw error;
			}
		}
		await discardIdentity(vault, made.device);
	}
	throw new Fault('unsupported', 'this browser cannot store keys at any strength');
}

/** Best effort: remains are reported as damaged by the next read. */
async function discardIdentity(vault: Vault, device: DeviceId): Promise<void> {
	try {
		await vault.discard(device);
	} catch (error) {
		expectFault(error);
	}
}

/**
 * Gives a device a camera, with the lowest free number. With the first one, an owner also becomes a
 * camera in the roster; for other devices an owner has to do that. Throws `conflict` beyond
 * sixteen, and while a kit has claims: held entries are unknown here, and signing beside them needs
 * a settlement (KT12).
 */
export async function becomeCamera(
	tools: CreationDependencies,
	{ identity, roster }: { readonly identity: Identity; readonly roster: Roster },
	prepare?: (number: number) => Promise<unknown>,
): Promise<CameraId> {
	const { crypto, vault, clock } = tools;
	const { device, owner } = identity;
	const owns =
		roster.owners.has(hexOf(owner.public)) && inForce(roster.devices.get(device), clock.wallMs());
	const mine = roster.devices.get(device);
	const adds = owns && mine !== undefined && !isCamera(mine.roles);
	if (adds && roster.claims.size > 0)
		throw new Fault('conflict', 'a recovery kit has pending claims');
	const ids = await cameraIdsOf(crypto, device);
	const free = ids.findIndex((one) => !identity.cameras.some((camera) => camera.id === one));
	const id = ids[free];
	if (id === undefined) throw new Fault('conflict', 'a device has at most sixteen cameras');
	const number = free + 1;
	await prepare?.(number);
	await vault.addCamera({ id, number, sealedName: null, runNo: 0 });
	await makeEpoch(crypto, vault, identity, id, clock.wallMs(), 1);
	if (!adds) return id;
	const entry = await nextEntry(crypto, owner, roster, clock.wallMs(), {
		...mine,
		op: 'rotate',
		roles: withCamera(mine.roles),
	});
	await vault.appendRoster(roster.home, roster.seq + 1, [entry]);
	return id;
}

import {
	ascii,
	bytesOf,
	hexOf,
	concatBytes,
	equalBytes,
	ByteWriter,
	type Bytes,
} from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import { buildGrant, grantInfo, parseGrant, type GrantSubject } from '#domain/home/grant.ts';
import type { CameraId, DeviceId, HomeId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Crypto, KemKey, KeyPair, Secret, SignKey } from '#ports/keys/crypto.ts';
import type { KeptSecret, NewSecret } from '#ports/keys/vault.ts';

/** Per device (docs/spec/relay.md, RL19). */
const MAX_CAMERAS = 16;

type Hashing = Pick<Crypto, 'sha256'>;

/** Ids are truncated SHA-256, 16 bytes: docs/spec/identity.md. */
export async function homeIdOf(crypto: Hashing, firstOwner: Bytes): Promise<HomeId> {
	return (await shortHash(crypto, firstOwner)) as HomeId;
}

export async function deviceIdOf(crypto: Hashing, sign: Bytes, kem: Bytes): Promise<DeviceId> {
	return (await shortHash(crypto, concatBytes(sign, kem))) as DeviceId;
}

export async function cameraIdOf(
	crypto: Hashing,
	device: DeviceId,
	number: number,
): Promise<CameraId> {
	const bytes = concatBytes(bytesOf(device), new ByteWriter(4).u32(number).bytes);
	return (await shortHash(crypto, bytes)) as CameraId;
}

/** The ids of all cameras that a device may have, by number. */
export function cameraIdsOf(crypto: Hashing, device: DeviceId): Promise<CameraId[]> {
	const numbers = Array.from({ length: MAX_CAMERAS }, (_, at) => at + 1);
	return Promise.all(numbers.map((number) => cameraIdOf(crypto, device, number)));
}

async function shortHash(crypto: Hashing, bytes: Bytes): Promise<string> {
	return hexOf((await crypto.sha256(bytes)).subarray(0, 16));
}

/** A new 32-byte secret with a signed grant of it. The caller must wipe `raw`. */
export async function makeSecret(
	crypto: Crypto,
	subject: GrantSubject,
	recipient: Bytes,
	signKey: SignKey,
	wallMs: number,
): Promise<NewSecret> {
	const raw = crypto.random(32);
	const key = await crypto.secret(raw);
	return { key, raw, grant: await signGrant(crypto, raw, subject, recipient, signKey, wallMs) };
}

/** A signed grant of a raw secret. */
export async function signGrant(
	crypto: Crypto,
	raw: Bytes,
	subject: GrantSubject,
	recipient: Bytes,
	signKey: SignKey,
	wallMs: number,
): Promise<Bytes> {
	const wrapped = await crypto.wrap(recipient, grantInfo(subject), raw);
	const canonical = buildGrant({ ...subject, ...wrapped, wallMs: Math.floor(wallMs) });
	return concatBytes(canonical, await crypto.sign(signKey, signedBytes('grant', canonical)));
}

/**
 * Raw bytes of a grant, after checking its subject and that one of `signers` signed it. The caller
 * must wipe them. Throws `corrupt` or `malformed`.
 */
export async function openGrant(
	crypto: Crypto,
	grant: Bytes,
	subject: GrantSubject,
	recipient: KeyPair<KemKey>,
	signers: readonly Bytes[],
): Promise<Bytes> {
	const { grant: parsed, canonical, signature } = parseGrant(grant);
	const matches =
		parsed.home === subject.home &&
		parsed.camera === subject.camera &&
		parsed.number === subject.number &&
		parsed.recipient === subject.recipient;
	const signed = signedBytes('grant', canonical);
	if (!matches || !(await isSignedByAny(crypto, signers, signature, signed))) {
		throw new Fault('corrupt', 'grant has another subject or a wrong signature');
	}
	return crypto.unwrap(recipient, grantInfo(subject), parsed);
}

async function isSignedByAny(
	crypto: Crypto,
	signers: readonly Bytes[],
	signature: Bytes,
	signed: Bytes,
): Promise<boolean> {
	for (const signer of signers) {
		if (await crypto.verify(await crypto.verifier(signer), signature, signed)) return true;
	}
	return false;
}

/** Like `openGrant`, but returns a working key. */
export async function secretFromGrant(...given: Parameters<typeof openGrant>): Promise<Secret> {
	const raw = await openGrant(...given);
	const secret = await given[0].secret(raw);
	raw.fill(0);
	return secret;
}

/**
 * The working key or the one in its grant; `null` when neither works. If they differ, the grant
 * wins: footage sealed with a swapped key could not be opened by anybody else.
 */
export async function workingSecret(
	crypto: Crypto,
	kept: KeptSecret,
	subject: GrantSubject,
	recipient: KeyPair<KemKey>,
	signers: readonly Bytes[],
): Promise<Secret | null> {
	const granted =
		kept.grant === null
			? null
			: await orNull(secretFromGrant(crypto, kept.grant, subject, recipient, signers));
	if (granted === null)
		return kept.key !== null && (await isSameSecret(crypto, kept.key, kept.key)) ? kept.key : null;
	if (kept.key !== null && (await isSameSecret(crypto, kept.key, granted))) return kept.key;
	return granted;
}

/** Seals with one and opens with the other. */
async function isSameSecret(crypto: Crypto, a: Secret, b: Secret): Promise<boolean> {
	const salt = crypto.random(16);
	const nonce = crypto.random(12);
	const probe = crypto.random(32);
	const back = await orNull(
		(async () => {
			const [to, from] = await Promise.all([
				crypto.deriveSealKey(a, salt, PROBE),
				crypto.deriveSealKey(b, salt, PROBE),
			]);
			return crypto.open(from, nonce, PROBE, await crypto.seal(to, nonce, PROBE, probe));
		})(),
	);
	return back !== null && equalBytes(back, probe);
}

export async function canSign(crypto: Crypto, pair: KeyPair<SignKey>): Promise<boolean> {
	const probe = signedBytes('probe', crypto.random(32));
	const works = (async () =>
		crypto.verify(await crypto.verifier(pair.public), await crypto.sign(pair.key, probe), probe))();
	return (await orNull(works)) === true;
}

export async function canUnwrap(crypto: Crypto, pair: KeyPair<KemKey>): Promise<boolean> {
	const probe = crypto.random(32);
	const back = (async () =>
		crypto.unwrap(pair, PROBE, await crypto.wrap(pair.public, PROBE, probe)))();
	return equalBytes((await orNull(back)) ?? new Uint8Array(), probe);
}

const PROBE = ascii('probe');

/** For probing: a key that fails is a result, not an error. */
async function orNull<T>(trial: Promise<T>): Promise<T | null> {
	try {
		return await trial;
	} catch (error) {
		if (error instanceof Fault) return null;
		throw error;
	}
}

import { bytesOfBase64url } from '#domain/base/base64url.ts';
import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { FromDevice, Refusal } from '#protocol/wire.ts';
import { memberOf, type Home } from './home-registry.ts';
import type { Relay, VerifyCrypto } from './relay.ts';

type Proof = Extract<FromDevice, { t: 'prove' }>;

/**
 * Verifies a login proof (RL10, RL11). Returns the device's home, or the reason for refusal. Throws
 * `malformed` for a signature that is not base64url.
 */
export async function authenticate(
	{ homes, host }: Relay,
	challenge: Bytes,
	origin: string,
	proof: Proof,
): Promise<Home | Refusal> {
	const id = proof.home as HomeId;
	const device = proof.device as DeviceId;
	const home = await homes.find(id);
	if (!home) return 'unknown-home';
	const subject = memberOf(home, device, host.wallMs())?.subject;
	if (!subject) return 'not-a-member';
	const signature = bytesOfBase64url(proof.signature);
	const originHash = await host.crypto.sha256(new TextEncoder().encode(origin));
	const covered = loginBytes({ originHash, challenge, home: id, device });
	return (await isSigned(host.crypto, subject.sign, signature, covered)) ? home : 'bad-proof';
}

async function isSigned(
	crypto: VerifyCrypto,
	key: Bytes,
	signature: Bytes,
	covered: Bytes,
): Promise<boolean> {
	if (signature.length !== SIGNATURE_BYTES) return false;
	try {
		return await crypto.verify(await crypto.verifier(key), signature, covered);
	} catch (error) {
		if (error instanceof Fault && error.kind === 'malformed') return false;
		throw error;
	}
}

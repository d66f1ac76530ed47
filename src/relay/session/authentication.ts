import type { Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { loginBytes } from '#domain/home/login.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { FromDevice, Refusal } from '#protocol/wire.ts';
import { sha256, type VerifyCrypto } from '#relay/base/crypto.ts';
import { memberOf, type Home } from './home-registry.ts';
import type { RelayContext } from './relay-context.ts';

type Proof = Extract<FromDevice, { t: 'prove' }>;

/** Verifies a login proof (RL10, RL11). Returns the device's home, or the reason for refusal. */
export async function authenticate(
	{ homes, crypto, wallMs }: Pick<RelayContext, 'homes' | 'crypto' | 'wallMs'>,
	challenge: Bytes,
	origin: string,
	proof: Proof,
): Promise<Home | Refusal> {
	const id = proof.home as HomeId;
	const device = proof.device as DeviceId;
	const home = await homes.find(id);
	if (!home) return 'unknown-home';
	const subject = memberOf(home, device, wallMs())?.subject;
	if (!subject) return 'not-a-member';
	const covered = loginBytes({ originHash: sha256(origin), challenge, home: id, device });
	const signature = new Uint8Array(Buffer.from(proof.signature, 'base64url'));
	return (await isSigned(crypto, subject.sign, signature, covered)) ? home : 'bad-proof';
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

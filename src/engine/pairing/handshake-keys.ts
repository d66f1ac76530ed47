import { ascii, bytesOf, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { Fault } from '#domain/base/fault.ts';
import {
	pairingCodeCore,
	locatorBytes,
	type PairingCode,
	type TypedCode,
} from '#domain/pairing/code.ts';
import {
	digitsBytes,
	digitsOf,
	pairInfo,
	transcriptStart,
} from '#domain/pairing/handshake-messages.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Crypto, HpkeContext, Psk, SealKey } from '#ports/keys/crypto.ts';

type HandshakeCrypto = Pick<
	Crypto,
	'sha256' | 'hkdf' | 'secret' | 'deriveSealKey' | 'seal' | 'open'
>;

/** What the two holders of a code share. */
export interface SharedSecrets {
	readonly psk: Psk;
	/** T0. */
	readonly start: Bytes;
	readonly tagKey: SealKey;
}

export async function sharedSecrets(
	crypto: HandshakeCrypto,
	code: PairingCode | TypedCode,
	rid: string,
): Promise<SharedSecrets> {
	const id = bytesOf(rid);
	const typed = code.kind === 'typed';
	const secret = typed ? await crypto.sha256(locatorBytes(code.locator)) : code.secret;
	const [key, start, tagKey] = await Promise.all([
		crypto.hkdf(secret, id, ascii('pair/psk')),
		crypto.sha256(transcriptStart(typed ? id : ascii(pairingCodeCore(code)))),
		crypto.secret(secret).then((kept) => crypto.deriveSealKey(kept, id, ascii('pair/m0'))),
	]);
	return { psk: { id, key }, start, tagKey };
}

const NO_AAD = new Uint8Array();

/** Each key seals one message only, so a zero nonce is safe. */
const ZERO_NONCE = new Uint8Array(12);

export function openingTag(
	crypto: HandshakeCrypto,
	shared: SharedSecrets,
	head: Bytes,
): Promise<Bytes> {
	return crypto.seal(shared.tagKey, ZERO_NONCE, head, NO_AAD);
}

/** Throws `corrupt` unless a holder of the code made the tag. */
export async function verifyOpeningTag(
	crypto: HandshakeCrypto,
	shared: SharedSecrets,
	head: Bytes,
	tag: Bytes,
): Promise<void> {
	await crypto.open(shared.tagKey, ZERO_NONCE, head, tag);
}

/** Tn from Tn−1 and message n−1. */
export function nextTranscript(
	crypto: HandshakeCrypto,
	transcript: Bytes,
	message: Bytes,
): Promise<Bytes> {
	return crypto.sha256(concatBytes(transcript, message));
}

export async function comparisonDigits(
	crypto: HandshakeCrypto,
	t2: Bytes,
	nonce: Bytes,
	owner: Bytes,
): Promise<string> {
	return digitsOf(await crypto.sha256(digitsBytes(t2, nonce, owner)));
}

export function hpkeContext(n: 1 | 2 | 4, transcript: Bytes): HpkeContext {
	return { info: pairInfo(n), aad: transcript };
}

/** Throws `corrupt` unless `signature` is by the key `by` over `bytes`. */
export async function verifySigned(
	crypto: Pick<Crypto, 'verifier' | 'verify'>,
	by: Bytes,
	purpose: 'pair-new' | 'pair-owner' | 'pair-ok',
	bytes: Bytes,
	signature: Bytes,
): Promise<void> {
	const verifier = await crypto.verifier(by);
	if (!(await crypto.verify(verifier, signature, signedBytes(purpose, bytes)))) {
		throw new Fault('corrupt', `invalid ${purpose} signature`);
	}
}

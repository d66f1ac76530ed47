import { base64urlOf } from '#domain/base/base64url.ts';
import { bytesOf, type Bytes } from '#domain/base/bytes.ts';
import { Fault, type FaultKind } from '#domain/base/fault.ts';
import { lowS } from '#domain/base/p256.ts';
import type {
	Certificate,
	Crypto,
	DtlsCertificate,
	KemKey,
	KeyPair,
	SealKey,
	Secret,
	SignKey,
	VerifyKey,
} from '#ports/keys/crypto.ts';
import { hpkeOpen, hpkeSeal, type HpkeParameters } from './hpke.ts';

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const DH = { name: 'ECDH', namedCurve: 'P-256' } as const;
const SIGN = { name: 'ECDSA', hash: 'SHA-256' } as const;
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

/**
 * WebCrypto, in a page, a worker or Node. The port's opaque keys are CryptoKeys; only this file and
 * the vault know it.
 */
export class WebCrypto implements Crypto {
	readonly #subtle = globalThis.crypto.subtle;

	random(length: number): Bytes {
		return globalThis.crypto.getRandomValues(new Uint8Array(length));
	}

	sha256(bytes: Bytes): Promise<Bytes> {
		return asBytes(this.#subtle.digest('SHA-256', bytes));
	}

	async makeSignKey(readable: boolean): Promise<KeyPair<SignKey>> {
		return this.#pair<SignKey>(this.#subtle.generateKey(EC, readable, ['sign', 'verify']));
	}

	async makeKemKey(readable: boolean): Promise<KeyPair<KemKey>> {
		return this.#pair<KemKey>(this.#subtle.generateKey(DH, readable, ['deriveBits']));
	}

	async signKeyOf(scalar: Bytes, point: Bytes): Promise<KeyPair<SignKey>> {
		return { key: asKey<SignKey>(await this.#private(scalar, point, EC, ['sign'])), public: point };
	}

	async kemKeyOf(scalar: Bytes, point: Bytes): Promise<KeyPair<KemKey>> {
		const key = await this.#private(scalar, point, DH, ['deriveBits']);
		return { key: asKey<KemKey>(key), public: point };
	}

	async makeDtlsCertificate(): Promise<DtlsCertificate | null> {
		if (typeof RTCPeerConnection === 'undefined') return null;
		try {
			const algorithm = { ...EC, expires: YEAR_MS };
			const certificate = await RTCPeerConnection.generateCertificate(algorithm);
			return dtlsCertificateOf(certificate);
		} catch {
			// Policies may forbid WebRTC. Only live pictures need it, and the certificate is renewable.
			return null;
		}
	}

	async secret(raw: Bytes): Promise<Secret> {
		return asKey<Secret>(
			await settled(this.#subtle.importKey('raw', raw, 'HKDF', false, ['deriveKey'])),
		);
	}

	async sign(key: SignKey, bytes: Bytes): Promise<Bytes> {
		return lowS(await asBytes(this.#subtle.sign(SIGN, cryptoKey(key), bytes)));
	}

	async verifier(publicKey: Bytes): Promise<VerifyKey> {
		return asKey<VerifyKey>(
			await settled(this.#subtle.importKey('raw', publicKey, EC, false, ['verify'])),
		);
	}

	verify(key: VerifyKey, signature: Bytes, bytes: Bytes): Promise<boolean> {
		return settled(this.#subtle.verify(SIGN, cryptoKey(key), signature, bytes));
	}

	wrap(...[recipient, info, raw]: Parameters<Crypto['wrap']>): ReturnType<Crypto['wrap']> {
		return this.#sealTo(recipient, { info }, raw);
	}

	unwrap(...[recipient, info, wrapped]: Parameters<Crypto['unwrap']>): Promise<Bytes> {
		return this.#openWith(recipient, { info }, wrapped);
	}

	sealTo(...[to, psk, context, plain]: Parameters<Crypto['sealTo']>): ReturnType<Crypto['sealTo']> {
		return this.#sealTo(to, { ...context, psk }, plain);
	}

	openWith(...[to, psk, context, wrapped]: Parameters<Crypto['openWith']>): Promise<Bytes> {
		return this.#openWith(to, { ...context, psk }, wrapped);
	}

	async pbkdf2(password: Bytes, salt: Bytes, rounds: number): Promise<Bytes> {
		const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds };
		const raw = this.#subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
		return asBytes(this.#subtle.deriveBits(how, await settled(raw), 256));
	}

	async hkdf(raw: Bytes, salt: Bytes, info: Bytes): Promise<Bytes> {
		const how = { name: 'HKDF', hash: 'SHA-256', salt, info };
		const key = await settled(this.#subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits']));
		return asBytes(this.#subtle.deriveBits(how, key, 256));
	}

	async deriveSealKey(secret: Secret, salt: Bytes, info: Bytes): Promise<SealKey> {
		const how = { name: 'HKDF', hash: 'SHA-256', salt, info };
		const what = { name: 'AES-GCM', length: 256 };
		const usages: KeyUsage[] = ['encrypt', 'decrypt'];
		return asKey<SealKey>(
			await settled(this.#subtle.deriveKey(how, cryptoKey(secret), what, false, usages)),
		);
	}

	seal(key: SealKey, nonce: Bytes, aad: Bytes, plain: Bytes): Promise<Bytes> {
		return asBytes(this.#subtle.encrypt(gcm(nonce, aad), cryptoKey(key), plain));
	}

	open(key: SealKey, nonce: Bytes, aad: Bytes, sealed: Bytes): Promise<Bytes> {
		return asBytes(this.#subtle.decrypt(gcm(nonce, aad), cryptoKey(key), sealed));
	}

	async #sealTo(
		recipient: Bytes,
		context: HpkeParameters,
		plain: Bytes,
	): ReturnType<Crypto['wrap']> {
		return settled(hpkeSeal(await this.#kemPublic(recipient), context, plain), 'malformed');
	}

	async #openWith(
		recipient: KeyPair<KemKey>,
		context: HpkeParameters,
		wrapped: Parameters<Crypto['unwrap']>[2],
	): Promise<Bytes> {
		const publicKey = await this.#kemPublic(recipient.public);
		const pair: CryptoKeyPair = { privateKey: cryptoKey(recipient.key), publicKey };
		// HPKE reports various errors; to callers, a grant that does not open is `corrupt`.
		return settled(hpkeOpen(pair, context, wrapped), 'corrupt');
	}

	#kemPublic(raw: Bytes): Promise<CryptoKey> {
		return settled(this.#subtle.importKey('raw', raw, DH, true, []));
	}

	/** As JWK: not every engine imports a private key in another form without its public point. */
	#private(d: Bytes, point: Bytes, how: EcKeyImportParams, usages: KeyUsage[]): Promise<CryptoKey> {
		const [x, y] = [point.slice(1, 33), point.slice(33)];
		const jwk = {
			kty: 'EC',
			crv: 'P-256',
			d: base64urlOf(d),
			x: base64urlOf(x),
			y: base64urlOf(y),
		};
		return settled(this.#subtle.importKey('jwk', jwk, how, false, usages));
	}

	async #pair<K extends SignKey | KemKey>(made: Promise<CryptoKeyPair>): Promise<KeyPair<K>> {
		const { privateKey, publicKey } = await settled(made);
		const raw = await asBytes(this.#subtle.exportKey('raw', publicKey));
		return { key: asKey<K>(privateKey), public: raw };
	}
}

function gcm(iv: Bytes, additionalData: Bytes): AesGcmParams {
	return { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
}

type AnyKey = SignKey | VerifyKey | KemKey | Secret | SealKey;

/** The only casts between opaque keys and CryptoKeys, with `dtlsCertificateOf`. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- it is the cast itself
export function asKey<K extends AnyKey>(key: CryptoKey): K {
	return key as unknown as K;
}

export function cryptoKey(key: AnyKey): CryptoKey {
	return key as unknown as CryptoKey;
}

/** `null` when the browser does not report a SHA-256 fingerprint. */
export function dtlsCertificateOf(certificate: RTCCertificate): DtlsCertificate | null {
	const reported = certificate
		.getFingerprints()
		.find(({ algorithm }) => algorithm === 'sha-256')?.value;
	const hex = reported?.replaceAll(':', '').toLowerCase() ?? '';
	if (!/^[0-9a-f]{64}$/.test(hex)) return null;
	const fingerprint = bytesOf(hex);
	return {
		certificate: certificate as unknown as Certificate,
		fingerprint,
		expiresMs: certificate.expires,
	};
}

async function asBytes(buffer: Promise<ArrayBuffer>): Promise<Bytes> {
	return new Uint8Array(await settled(buffer));
}

async function settled<T>(work: Promise<T>, otherwise: FaultKind = 'internal'): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw faultFrom(error, otherwise);
	}
}

function faultFrom(error: unknown, otherwise: FaultKind): Fault {
	if (error instanceof Fault) return error;
	const name = error instanceof Error ? error.name : '';
	if (otherwise !== 'internal') return new Fault(otherwise, `HPKE failed (${name})`, error);
	if (name === 'OperationError') return new Fault('corrupt', 'ciphertext did not open', error);
	if (name === 'DataError') return new Fault('malformed', 'bytes are not a key', error);
	if (name === 'NotSupportedError')
		return new Fault('unsupported', 'algorithm not supported by this browser', error);
	return new Fault('internal', `WebCrypto failed (${name})`, error);
}

import type { Bytes } from '#domain/base/bytes.ts';
import type { Wrapped } from '#domain/home/grant.ts';

/** Opaque keys, branded by use; only adapters look inside (CryptoKeys in a browser). */
declare const use: unique symbol;
interface Key<Use extends string> {
	readonly [use]: Use;
}

/** ECDSA P-256, private. */
export type SignKey = Key<'sign'>;
/** ECDSA P-256, public, ready to verify. */
export type VerifyKey = Key<'verify'>;
/** ECDH P-256 for HPKE, private. */
export type KemKey = Key<'kem'>;
/** 32 secret bytes that other keys are derived from: an epoch key or a home key. */
export type Secret = Key<'secret'>;
/** AES-256-GCM. */
export type SealKey = Key<'seal'>;
/** A DTLS certificate with its private key, for WebRTC. */
export type Certificate = Key<'certificate'>;

export interface KeyPair<K> {
	readonly key: K;
	/** Public half: uncompressed point, 65 bytes. */
	readonly public: Bytes;
}

export interface DtlsCertificate {
	readonly certificate: Certificate;
	/** SHA-256 of the certificate. */
	readonly fingerprint: Bytes;
	readonly expiresMs: number;
}

/** Pre-shared key (RFC 9180, section 5.1.2): at least 32 random bytes and their identifier. */
export interface Psk {
	readonly id: Bytes;
	readonly key: Bytes;
}

export interface HpkeContext {
	readonly info: Bytes;
	readonly aad: Bytes;
}

/**
 * Throws `Fault`: `corrupt` when a ciphertext does not open, `malformed` for bytes that are not a
 * key, `unsupported` when this browser lacks the algorithm, else `internal`.
 */
export interface Crypto {
	random(length: number): Bytes;
	sha256(bytes: Bytes): Promise<Bytes>;

	/**
	 * `readable`: extractable, for a vault that can only store bytes. Otherwise the private key can
	 * never leave the browser.
	 */
	makeSignKey(readable: boolean): Promise<KeyPair<SignKey>>;
	makeKemKey(readable: boolean): Promise<KeyPair<KemKey>>;
	/** Imports a private scalar with its public point; not extractable, lives as long as the page. */
	signKeyOf(scalar: Bytes, point: Bytes): Promise<KeyPair<SignKey>>;
	kemKeyOf(scalar: Bytes, point: Bytes): Promise<KeyPair<KemKey>>;
	/** `null` where there is no WebRTC. Renewable at any time. */
	makeDtlsCertificate(): Promise<DtlsCertificate | null>;
	/** Takes 32 bytes. The caller must drop its copy. */
	secret(raw: Bytes): Promise<Secret>;

	/** 64 bytes, r ‖ s, with the low s (ID43). */
	sign(key: SignKey, bytes: Bytes): Promise<Bytes>;
	verifier(publicKey: Bytes): Promise<VerifyKey>;
	verify(key: VerifyKey, signature: Bytes, bytes: Bytes): Promise<boolean>;

	/** HPKE base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
	wrap(recipient: Bytes, info: Bytes, raw: Bytes): Promise<Wrapped>;
	unwrap(recipient: KeyPair<KemKey>, info: Bytes, wrapped: Wrapped): Promise<Bytes>;

	/** Same suite in PSK mode, for messages of any length with authenticated data. */
	sealTo(recipient: Bytes, psk: Psk, context: HpkeContext, plain: Bytes): Promise<Wrapped>;
	openWith(
		recipient: KeyPair<KemKey>,
		psk: Psk,
		context: HpkeContext,
		wrapped: Wrapped,
	): Promise<Bytes>;

	/** PBKDF2-HMAC-SHA-256 to 32 bytes; deliberately slow, for passphrases. */
	pbkdf2(password: Bytes, salt: Bytes, rounds: number): Promise<Bytes>;
	/** HKDF-SHA-256 to 32 bytes. */
	hkdf(raw: Bytes, salt: Bytes, info: Bytes): Promise<Bytes>;
	/** HKDF-SHA-256 to an AES-256-GCM key. */
	deriveSealKey(secret: Secret, salt: Bytes, info: Bytes): Promise<SealKey>;
	/** Ciphertext followed by its 16-byte tag. */
	seal(key: SealKey, nonce: Bytes, aad: Bytes, plain: Bytes): Promise<Bytes>;
	open(key: SealKey, nonce: Bytes, aad: Bytes, sealed: Bytes): Promise<Bytes>;
}

import { ascii, concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import { publicPointOf, scalarFrom } from '#domain/base/p256.ts';
import type { Subject } from '#domain/home/roster.ts';
import type { Crypto, KemKey, KeyPair, SignKey } from '#ports/keys/crypto.ts';
import { deviceIdOf } from './keys.ts';

/** A recovery kit as a member, derived from its 16 bytes (KT2). */
export interface KitKeys {
	readonly device: DeviceId;
	readonly sign: KeyPair<SignKey>;
	readonly kem: KeyPair<KemKey>;
	readonly owner: KeyPair<SignKey>;
}

const SALT = ascii('spycam/v1/kit');
const PASSPHRASE = ascii('spycam/v1/kit-passphrase');
/** About a second on a phone. Final, as existing kits depend on it (KT16). */
const PBKDF2_ITERATIONS = 600_000;

/** `passphrase`: normalized by `tidyPassphrase`. */
export async function deriveKitKeys(
	crypto: Crypto,
	paper: Bytes,
	passphrase: string | null = null,
): Promise<KitKeys> {
	const secret = passphrase === null ? paper : await withPassphrase(crypto, paper, passphrase);
	const [sign, kem, owner] = await Promise.all([
		deriveScalar(crypto, secret, 'sign').then(({ d, point }) => crypto.signKeyOf(d, point)),
		deriveScalar(crypto, secret, 'kem').then(({ d, point }) => crypto.kemKeyOf(d, point)),
		deriveScalar(crypto, secret, 'owner').then(({ d, point }) => crypto.signKeyOf(d, point)),
	]);
	return { device: await deviceIdOf(crypto, sign.public, kem.public), sign, kem, owner };
}

export function kitSubject({ device, sign, kem, owner }: KitKeys): Subject {
	return { device, sign: sign.public, kem: kem.public, owner: owner.public, dtls: null };
}

async function withPassphrase(crypto: Crypto, paper: Bytes, passphrase: string): Promise<Bytes> {
	const typed = new TextEncoder().encode(passphrase);
	return concatBytes(
		paper,
		await crypto.pbkdf2(typed, concatBytes(PASSPHRASE, paper), PBKDF2_ITERATIONS),
	);
}

async function deriveScalar(
	crypto: Crypto,
	secret: Bytes,
	use: string,
): Promise<{ readonly d: Bytes; readonly point: Bytes }> {
	const halves = await Promise.all(
		[0, 1].map((half) => crypto.hkdf(secret, SALT, ascii(`${use}/${half}`))),
	);
	const wide = concatBytes(...halves);
	const d = scalarFrom(wide);
	for (const bytes of [...halves, wide]) bytes.fill(0);
	return { d, point: publicPointOf(d) };
}

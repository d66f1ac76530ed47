import { ascii, joined, type Bytes } from '#domain/bytes.ts';
import type { DeviceId } from '#domain/ids.ts';
import { publicPointOf, scalarFrom } from '#domain/p256.ts';
import type { Subject } from '#domain/roster.ts';
import type { Crypto, KemKey, Pair, SignKey } from '#ports/crypto.ts';
import { deviceIdOf } from './keys.ts';

/** A recovery kit as a member: what its 16 bytes make (KT2). */
export interface KitKeys {
	readonly device: DeviceId;
	readonly sign: Pair<SignKey>;
	readonly kem: Pair<KemKey>;
	readonly owner: Pair<SignKey>;
}

const SALT = ascii('spycam/v1/kit');

export async function kitKeysOf(crypto: Crypto, secret: Bytes): Promise<KitKeys> {
	const [sign, kem, owner] = await Promise.all([
		numberOf(crypto, secret, 'sign').then(({ d, point }) => crypto.signKeyOf(d, point)),
		numberOf(crypto, secret, 'kem').then(({ d, point }) => crypto.kemKeyOf(d, point)),
		numberOf(crypto, secret, 'owner').then(({ d, point }) => crypto.signKeyOf(d, point)),
	]);
	return { device: await deviceIdOf(crypto, sign.public, kem.public), sign, kem, owner };
}

export function kitSubject({ device, sign, kem, owner }: KitKeys): Subject {
	return { device, sign: sign.public, kem: kem.public, owner: owner.public, dtls: null };
}

async function numberOf(
	crypto: Crypto,
	secret: Bytes,
	use: string,
): Promise<{ readonly d: Bytes; readonly point: Bytes }> {
	const halves = await Promise.all(
		[0, 1].map((half) => crypto.stretch(secret, SALT, ascii(`${use}/${half}`))),
	);
	const wide = joined(...halves);
	const d = scalarFrom(wide);
	for (const bytes of [...halves, wide]) bytes.fill(0);
	return { d, point: publicPointOf(d) };
}

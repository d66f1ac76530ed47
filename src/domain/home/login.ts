import { ByteWriter, type Bytes } from '#domain/base/bytes.ts';
import type { DeviceId, HomeId } from '#domain/base/ids.ts';
import { HASH_BYTES, signedBytes } from '#domain/base/signed.ts';

export const CHALLENGE_BYTES = 32;

/** What a device signs to log in at a relay (docs/spec/relay.md, "The conversation"). */
export interface Login {
	/** SHA-256 of the origin that the device connected to, such as `https://cam.local:8443`. */
	readonly originHash: Bytes;
	readonly challenge: Bytes;
	readonly home: HomeId;
	readonly device: DeviceId;
}

export function loginBytes({ originHash, challenge, home, device }: Login): Bytes {
	const canonical = new ByteWriter(HASH_BYTES + CHALLENGE_BYTES + 32)
		.put(originHash, HASH_BYTES)
		.put(challenge, CHALLENGE_BYTES)
		.id(home)
		.id(device).bytes;
	return signedBytes('login', canonical);
}

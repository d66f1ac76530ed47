import { bytesOf, Writer, type Bytes } from './bytes.ts';
import type { DeviceId, HomeId } from './ids.ts';
import { HASH_BYTES } from './signed.ts';

/** What a device signs (purpose `login`) to be let in: docs/spec/relay.md, "The conversation". */
export function loginBytes(
	originHash: Bytes,
	challenge: Bytes,
	home: HomeId,
	device: DeviceId,
): Bytes {
	return new Writer(2 * HASH_BYTES + 32)
		.put(originHash, HASH_BYTES)
		.put(challenge, HASH_BYTES)
		.put(bytesOf(home), 16)
		.put(bytesOf(device), 16).bytes;
}

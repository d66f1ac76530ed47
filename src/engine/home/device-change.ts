import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { SIGNATURE_BYTES } from '#domain/base/signed.ts';
import type { Identity } from '#ports/keys/vault.ts';

/**
 * What of this device changed. `identity`: its keys, its home or its cameras, so everything else
 * may have changed as well; `roster`: entries, home keys or relay of one of its homes; `names`:
 * what its cameras are called.
 */
export type DeviceChange = 'identity' | 'roster' | 'names';

/** An identity, and the opened names of its cameras. */
export interface KnownDevice {
	readonly identity: Identity;
	readonly cameras: readonly { readonly id: CameraId; readonly name: string | null }[];
}

/** `before`: `null` if the device was not unlocked. */
export function changesBetween(
	before: KnownDevice | null,
	after: KnownDevice,
): readonly DeviceChange[] {
	const [was, now] = [before && factsOf(before), factsOf(after)];
	if (was?.identity !== now.identity) return ['identity'];
	return (['roster', 'names'] as const).filter((change) => was[change] !== now[change]);
}

/** Text that differs exactly when a listener would notice. */
function factsOf({ identity, cameras }: KnownDevice): Readonly<Record<DeviceChange, string>> {
	const { home, device, homes } = identity;
	const rosters = homes.map(({ roster, keys, relay }) => {
		const newest = hexOf(roster.at(-1)?.slice(-SIGNATURE_BYTES) ?? new Uint8Array());
		return [roster.length, newest, keys.length, relay];
	});
	return {
		identity: [home, device, ...cameras.map(({ id }) => id)].join(),
		roster: JSON.stringify(rosters),
		names: JSON.stringify(cameras.map(({ name }) => name)),
	};
}

import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { may, type Right } from '#domain/home/rights.ts';
import { cameraIdsOf } from '#engine/home/keys.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';
import { memberOf, type Home } from './home-registry.ts';

/** A member as `/api/footage` sees it. */
export interface FootageMember {
	readonly home: Home;
	readonly device: DeviceId;
	may(right: Right): boolean;
	/** Of its signatures. */
	key(): Promise<VerifyKey>;
	/** Whether it is one of the device's own cameras (ID5). */
	owns(camera: CameraId): Promise<boolean>;
}

/** Imported once for each entry of a roster, and gone with it. */
const verifiers = new WeakMap<object, Promise<VerifyKey>>();

/** By the roster as it is now (RL11); `null`: not a member, or no longer. */
export function footageMemberOf(
	crypto: Pick<Crypto, 'sha256' | 'verifier'>,
	home: Home,
	device: DeviceId,
	wallMs: number,
): FootageMember | null {
	const entry = memberOf(home, device, wallMs);
	const subject = entry?.subject;
	if (!entry || !subject) return null;
	return {
		...{ home, device },
		may: (right) => may(entry.roles, right),
		key: () => {
			const key = verifiers.get(subject) ?? crypto.verifier(subject.sign);
			verifiers.set(subject, key);
			return key;
		},
		owns: async (camera) => (await cameraIdsOf(crypto, device)).includes(camera),
	};
}

/** Of those who ask for footage; others are checked where they are used. */
const ASKED: readonly Right[] = ['footage', 'record'];

/** Whether a device may no longer do with footage what it could before a change. */
export function lostRights(
	before: Home,
	after: Home | null,
	device: DeviceId,
	wallMs: number,
): boolean {
	const then = before.roster.devices.get(device)?.roles ?? [];
	const now = after && memberOf(after, device, wallMs)?.roles;
	return !now || ASKED.some((right) => may(then, right) && !may(now, right));
}

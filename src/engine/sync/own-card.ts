import { concatBytes, hexOf, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { buildCameraCard } from '#domain/sync/camera-card.ts';
import { statementRecord, type SidecarRecord } from '#domain/sync/sidecar-record.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { Identity } from '#ports/keys/vault.ts';

/**
 * The signed card of a camera of this device, with what it says beside its time, to tell whether
 * that changed. `null`: it is no camera of this device. `deviceName`: sealed; the name of a camera
 * that has none of its own.
 */
export async function ownCard(
	crypto: Pick<Crypto, 'sign'>,
	clock: Pick<Clock, 'wallMs'>,
	{ cameras, sign }: Pick<Identity, 'cameras' | 'sign'>,
	camera: CameraId,
	deviceName: Bytes = new Uint8Array(),
): Promise<{ readonly says: string; readonly record: SidecarRecord } | null> {
	const own = cameras.find(({ id }) => id === camera);
	if (own === undefined) return null;
	const { number } = own;
	const sealedName = own.sealedName ?? deviceName;
	const wallMs = Math.floor(clock.wallMs());
	const canonical = buildCameraCard({ camera, number, sealedName, wallMs });
	const signature = await crypto.sign(sign.key, signedBytes('camera', canonical));
	const record = statementRecord('card', concatBytes(canonical, signature));
	return { says: `${String(number)} ${hexOf(sealedName)}`, record };
}

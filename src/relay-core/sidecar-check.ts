import { Fault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { signedBytes, type Purpose } from '#domain/base/signed.ts';
import { slicesOf } from '#domain/footage/envelope.ts';
import { parseGrant } from '#domain/home/grant.ts';
import { parseCameraCard } from '#domain/sync/camera-card.ts';
import type { SidecarRecord } from '#domain/sync/sidecar-record.ts';
import { parseSpanStatement } from '#domain/sync/span-statement.ts';
import type { Crypto, VerifyKey } from '#ports/keys/crypto.ts';
import type { Home } from './home-registry.ts';

/** Who sends a sidecar, and of which camera. */
export interface SidecarOrigin {
	readonly home: Pick<Home, 'id' | 'roster'>;
	readonly camera: CameraId;
	readonly device: DeviceId;
	/** Of the device's signatures. */
	readonly key: VerifyKey;
	/** Whether the camera is one of the device's own; else only its pins and removals are taken. */
	readonly own: boolean;
}

interface Signed {
	readonly canonical: Uint8Array;
	readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * Checks what stands beside segments without opening it (SY31). Throws `malformed`, `unsupported`
 * or `corrupt`.
 */
export async function checkSidecar(
	crypto: Pick<Crypto, 'verify'>,
	origin: SidecarOrigin,
	record: SidecarRecord,
): Promise<void> {
	const { kind, bytes } = record;
	const { home, camera, device, own, key } = origin;
	if (!own && kind !== 'pin' && kind !== 'removal') throw notOfThis(kind);
	if (kind === 'event' || kind === 'thumbnail') {
		refuseOtherSidecar(origin, record);
		return;
	}
	if (record.id !== 0 || record.wallUs !== 0) throw notOfThis(kind);
	const signedBy = async (purpose: Purpose, { canonical, signature }: Signed): Promise<void> => {
		if (!(await crypto.verify(key, signature, signedBytes(purpose, canonical))))
			throw new Fault('corrupt', `${kind}: not signed by the device that sends it`);
	};
	if (kind === 'grant') {
		const read = parseGrant(bytes);
		const { grant } = read;
		const known = home.roster.past.devices.has(grant.recipient);
		if (grant.home !== home.id || grant.camera !== camera || !known) throw notOfThis(kind);
		await signedBy('grant', read);
	} else if (kind === 'card') {
		const read = parseCameraCard(bytes);
		if (read.card.camera !== camera) throw notOfThis(kind);
		await signedBy('camera', read);
	} else {
		const read = parseSpanStatement(bytes);
		const { statement } = read;
		if (statement.camera !== camera || statement.author !== device) throw notOfThis(kind);
		await signedBy(kind, read);
	}
}

/** By its header: a sidecar has no signature, and who has the camera's key has its footage. */
function refuseOtherSidecar({ home, camera }: SidecarOrigin, record: SidecarRecord): void {
	const header = slicesOf(record.bytes)[0]?.header;
	const same =
		header?.kind === record.kind &&
		header.home === home.id &&
		header.camera === camera &&
		header.wallMs === Math.floor(record.wallUs / 1000);
	if (!same) throw notOfThis(record.kind);
}

function notOfThis(kind: string): Fault {
	return new Fault('malformed', `${kind}: not of this home, camera or sender`);
}

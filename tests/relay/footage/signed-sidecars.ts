/** What stands beside segments, as a camera makes it. */
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { signedBytes } from '#domain/base/signed.ts';
import type { Span } from '#domain/footage/span.ts';
import { buildCameraCard } from '#domain/sync/camera-card.ts';
import { statementRecord, type SidecarRecord } from '#domain/sync/sidecar-record.ts';
import { buildSpanStatement, type SpanPurpose } from '#domain/sync/span-statement.ts';
import { signGrant } from '#engine/home/keys.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { DeviceId, CameraId } from '#domain/base/ids.ts';
import { WebCrypto } from '#web/crypto.ts';

interface Device {
	readonly localDevice: LocalDevice;
	readonly homeRoster: HomeRoster;
}
const crypto = new WebCrypto();

function identityOf({ localDevice }: Device) {
	const identity = localDevice.unlocked?.identity;
	if (!identity) throw new Error('the device is locked');
	return identity;
}

export function cameraIn(device: Device): CameraId {
	const [camera] = identityOf(device).cameras;
	if (!camera) throw new Error('the device is no camera');
	return camera.id;
}

async function signed(device: Device, purpose: SpanPurpose | 'camera', canonical: Bytes) {
	const { sign } = identityOf(device);
	return concatBytes(canonical, await crypto.sign(sign.key, signedBytes(purpose, canonical)));
}

export async function cardOf(device: Device, wallMs: number, number = 1): Promise<SidecarRecord> {
	const card = { camera: cameraIn(device), number, sealedName: crypto.random(80), wallMs };
	return statementRecord('card', await signed(device, 'camera', buildCameraCard(card)));
}

export async function spanOf(
	by: Device,
	kind: SpanPurpose,
	span: Span,
	given: { readonly camera: CameraId; readonly atMs?: number; readonly holds?: boolean },
): Promise<SidecarRecord> {
	const { camera, atMs = 1_795_000_000_000, holds = true } = given;
	const author = identityOf(by).device;
	const canonical = buildSpanStatement({ ...span, camera, atMs, holds, author });
	return statementRecord(kind, await signed(by, kind, canonical));
}

export async function grantTo(
	device: Device,
	recipient: DeviceId,
	number: number,
): Promise<SidecarRecord> {
	const { home, sign } = identityOf(device);
	const kem = device.homeRoster.member(recipient)?.subject?.kem;
	if (!kem) throw new Error('no such member');
	const subject = { home, camera: cameraIn(device), number, recipient };
	const raw = crypto.random(32);
	return statementRecord('grant', await signGrant(crypto, raw, subject, kem, sign.key, 5));
}

/** Sealed by the camera; of another id each time. */
export async function sidecarAt(
	device: Device,
	kind: 'event' | 'thumbnail',
	wallUs: number,
	{ id = kind === 'event' ? 1 : 0, size = 400 } = {},
): Promise<SidecarRecord> {
	const sealer = await device.localDevice.beginSidecar(cameraIn(device));
	const { bytes } = await sealer.seal(kind, wallUs, crypto.random(size));
	return { kind, id, wallUs, bytes };
}

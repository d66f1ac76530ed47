import { Fault } from '#domain/base/fault.ts';
import { idFrom, type CameraId } from '#domain/base/ids.ts';
import type { KeptCamera, Vault } from '#ports/keys/vault.ts';
import { isBytes } from './key-rows.ts';
import { readRow, type VaultConnection, type VaultDatabase } from './vault-database.ts';

/** Throws `not-found`. */
export async function requireCamera(db: VaultDatabase, camera: CameraId): Promise<KeptCamera> {
	const kept = cameraFromRow(await db.cameras.get(camera));
	if (kept === null) throw new Fault('not-found', 'no such camera in the vault');
	return kept;
}

export function changedCamera(
	camera: KeptCamera,
	change: Parameters<Vault['changeCamera']>[1],
): KeptCamera {
	if ('sealedName' in change) return { ...camera, ...change };
	const { id, number, sealedName, runNo } = camera;
	return { id, number, sealedName, runNo, ...(change.removed && { removed: true }) };
}

/** `null`: none, or unreadable. */
export function cameraFromRow(row: KeptCamera | undefined): KeptCamera | null {
	if (row === undefined || idFrom<CameraId>(row.id) === null) return null;
	const { id, number, sealedName, runNo, removed } = row;
	if (!Number.isSafeInteger(number) || !Number.isSafeInteger(runNo) || runNo < 0) return null;
	const name = isBytes(sealedName) ? sealedName : null;
	return { id, number, runNo, sealedName: name, ...(removed === true && { removed }) };
}

/**
 * Sorted by number. `null`: one is damaged, or none is there although the device is a camera (not
 * `bare`).
 */
export async function readCameras(
	connection: VaultConnection,
	bare: boolean,
): Promise<KeptCamera[] | null> {
	const ids = await connection.read(['cameras'], (db) => db.cameras.toCollection().primaryKeys());
	const cameras: KeptCamera[] = [];
	for (const id of ids) {
		const camera = cameraFromRow(await readRow(connection, 'cameras', id));
		if (camera === null) return null;
		cameras.push(camera);
	}
	if (cameras.length === 0 && !bare) return null;
	return cameras.sort((a, b) => a.number - b.number);
}

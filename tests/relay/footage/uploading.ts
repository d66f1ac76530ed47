/** A camera as the relay's HTTP interface sees it: real keys, a real token, sealed segments. */
import { RelayArchive } from '#browser/network/relay-archive.ts';
import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { cameraOf, TestDevice, type Keys, type TestHome } from '../../relay-core/test-device.ts';
import { signedRun, type SignedRun } from './signed-run.ts';

export interface UploadingCamera {
	readonly device: TestDevice;
	readonly token: string;
	readonly camera: CameraId;
	readonly archive: RelayArchive;
	run(count: number, anchorUs: number, runNo?: number, segmentBytes?: number): Promise<SignedRun>;
	/** Asks below `/api/footage/<camera>/`, with the token. */
	ask(path: string, init?: Pick<RequestInit, 'method' | 'body' | 'signal'>): Promise<Response>;
}

/** Opens the home with the relay's invitation. */
export async function openHome(
	{ address, invitation }: { readonly address: string; readonly invitation: string | null },
	home: TestHome,
): Promise<void> {
	const device = new TestDevice(address);
	await device.open(home, invitation ?? '');
	device.close();
}

/** A device that proves who it is; the first camera is its own. */
export async function uploadingCamera(
	address: string,
	home: TestHome,
	keys: Keys = home.first,
): Promise<UploadingCamera> {
	const device = new TestDevice(address);
	await device.prove(home.id, keys);
	const { token } = await device.next('welcome');
	const camera = await cameraOf(keys);
	return {
		...{ device, token, camera },
		archive: new RelayArchive(() => ({ origin: address, token })),
		run: (...how) => signedRun({ home: home.id, camera, sign: keys.sign }, ...how),
		ask: (path, init = {}) =>
			fetch(`${address}/api/footage/${camera}/${path}`, {
				signal: AbortSignal.timeout(20_000),
				...init,
				headers: { Authorization: `Bearer ${token}` },
			}),
	};
}

/** The body of an upload without a run record. */
export const uploadOf = (...records: readonly Bytes[]): Bytes =>
	concatBytes(new Uint8Array(4), ...records);

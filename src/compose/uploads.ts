import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { BrowserNetwork } from '#browser/network/network.ts';
import { RelayArchive } from '#browser/network/relay-archive.ts';
import type { RelayAccess } from '#browser/network/relay-http.ts';
import { Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LocalCameras } from '#engine/home/local-cameras.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { UploadedCamera } from '#engine/sync/camera-uploads.ts';
import type { SidecarUploader } from '#engine/sync/sidecar-uploader.ts';
import { hearMissing } from '#engine/sync/check/missing-notices.ts';
import { Uploads } from '#engine/sync/uploads.ts';
import type { HomeParts } from './home.ts';
import type { RecordingParts } from './recording.ts';
import { composeSidecars } from './sidecars.ts';
import type { StorageParts } from './storage.ts';

export interface UploadParts {
	readonly home: HomeParts;
	readonly storage: StorageParts;
	readonly recording: RecordingParts;
	readonly messenger: RelayClient;
	readonly members: MemberList;
	readonly cameras: LocalCameras<UploadedCamera & { dispose(): void }>;
}

/** Uploads of this device's cameras; they go on for the life of the page. */
export function composeUploads(parts: UploadParts): Uploads {
	const { home, storage, recording, messenger, members, cameras } = parts;
	const { clock, crypto, localDevice } = home;
	const { segments, events, preferences, maintenance } = storage;
	const { power, eventLog, tenure } = recording;

	const access = (): RelayAccess | null => {
		const { state, token } = messenger;
		// A relay in a page has no token, and keeps nothing.
		return state.kind === 'connected' && token ? { origin: state.origin, token } : null;
	};
	const archive = new RelayArchive(access);
	const beside = new Map<CameraId, SidecarUploader>();
	const besideOf = (camera: CameraId): SidecarUploader => {
		const made = beside.get(camera) ?? composeSidecars(home, storage, access, camera);
		beside.set(camera, made);
		return made;
	};
	const uploads = new Uploads({
		...{ clock, cameras, preferences, messenger, power, footage: segments, records: tenure },
		archive,
		usage: () => archive.usage(),
		lowerShare: (bytes) => archive.lowerShare(bytes),
		sendBeside: (camera, archived) => besideOf(camera).send(archived),
		uploads: new WebCameraLock('upload'),
		network: new BrowserNetwork(),
		random: Math.random,
		outlook: () => maintenance.outlook,
		events: async (camera) =>
			(await events.between(camera, 0, Number.MAX_SAFE_INTEGER)).map(({ wallUs }) => wallUs),
		onEvents: (listener) => events.watch(listener),
		sign: (bytes) => {
			const { unlocked } = localDevice;
			if (unlocked === null) throw new Fault('conflict', 'this device has no working identity');
			return crypto.sign(unlocked.identity.sign.key, bytes);
		},
		mayChoose: () => members.owner,
		noteLost: (camera, startUs) => eventLog.add(camera, 'copy-lost', startUs),
	});
	uploads.begin();
	hearMissing({
		...{ clock, messenger },
		recheck: (camera, runNo, seqs) => uploads.recheck(camera, runNo, seqs),
	});
	return uploads;
}

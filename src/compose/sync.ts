import { BrowserNetwork } from '#browser/network/network.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { Fault } from '#domain/base/fault.ts';
import type { LocalCameras } from '#engine/home/local-cameras.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { UploadedCamera } from '#engine/sync/camera-uploads.ts';
import type { Uploads } from '#engine/sync/uploads.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import type { HomeParts } from './home.ts';
import { lazily } from './lazily.ts';
import type { RecordingParts } from './recording.ts';
import type { StorageParts } from './storage.ts';

const RETRY_MS = 60_000;

interface SyncTools {
	readonly home: HomeParts;
	readonly storage: StorageParts;
	readonly recording: RecordingParts;
	readonly messenger: RelayClient;
	readonly members: MemberList;
	readonly cameras: LocalCameras<UploadedCamera & { readonly number: number; dispose(): void }>;
}

/** The copy of this device's footage at the relay: loaded once somebody chose it, or looks. */
export function composeSync(tools: SyncTools) {
	const { home, storage, recording, messenger, members, cameras } = tools;
	const { clock, crypto, localDevice } = home;
	const { segments, events, preferences, maintenance } = storage;
	const { power, eventLog, tenure } = recording;
	let made: Uploads | null = null;

	const access = () => {
		const { state, token } = messenger;
		// A relay in a page has no token, and keeps nothing.
		return state.kind === 'connected' && token ? { origin: state.origin, token } : null;
	};
	const uploads = lazily(async () => {
		const [{ Uploads }, { RelayArchive }] = await Promise.all([
			import('#engine/sync/uploads.ts'),
			import('#browser/network/relay-archive.ts'),
		]);
		made = new Uploads({
			...{ clock, cameras, preferences, messenger, power, footage: segments, records: tenure },
			archive: new RelayArchive(access),
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
		made.begin();
		return made;
	});

	async function beginIfChosen(): Promise<void> {
		try {
			const all = await Promise.all(cameras.all.map((camera) => camera.preferences.read()));
			if (all.some(({ upload }) => upload !== 'nothing')) await uploads();
		} catch {
			clock.after(RETRY_MS, () => void beginIfChosen());
		}
	}

	return {
		uploads,
		unsavedBytes: (pages: readonly EvictedPage[]) => made?.unsavedBytes(pages) ?? 0,
		begin: () => {
			cameras.on(() => void beginIfChosen());
			void beginIfChosen();
		},
	};
}

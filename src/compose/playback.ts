import type { MediaCapture } from '#browser/capture/media-capture.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { BrowserEncoder } from '#browser/encoding/browser-encoder.ts';
import { detectFeatures } from '#browser/encoding/detect-features.ts';
import { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { DexieFootageRows } from '#browser/footage/footage-rows.ts';
import { BrowserLiveEncoder } from '#browser/live/live-encoder.ts';
import type { WebRtcDataConnections } from '#browser/network/webrtc-data-connections.ts';
import { JoinedEvents, type EventsHere } from '#engine/playback/joined-events.ts';
import { JoinedThumbnails } from '#engine/playback/joined-thumbnails.ts';
import type { PlayerTools } from '#engine/playback/player.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { Recorder } from '#engine/recording/recorder.ts';
import { FootageStore } from '#engine/storage/footage-store.ts';
import type { HiddenSpans } from '#engine/sync/marks/hidden-footage.ts';
import { hiding } from './hiding.ts';
import type { HomeParts } from './home.ts';
import { lazyFootage } from './lazy-footage.ts';
import type { SavedFootageParts } from './saved-footage.ts';
import type { StorageParts } from './storage.ts';

/** What reads saved footage, here and elsewhere; most of it is loaded when it is first used. */
export function composePlayback(
	{ rows, segments, thumbnails }: StorageParts,
	eventLog: EventsHere,
	saved: Omit<SavedFootageParts, 'here'>,
	hidden: HiddenSpans,
) {
	const { clock, localDevice } = saved.home;
	const { opener } = localDevice;
	const all = lazyFootage(async () => {
		const { composeSavedFootage } = await import('./saved-footage.ts');
		return composeSavedFootage({ ...saved, here: segments });
	});
	const { originOf, problems, answering } = all;
	const { footage, origins } = hiding(all, hidden);
	return {
		...{ footage, origins, problems },
		thumbnails: new ThumbnailReader(
			new JoinedThumbnails({
				...{ here: thumbnails, footage: segments },
				elsewhere: async () => (await answering())?.thumbnails ?? null,
			}),
			opener,
		),
		eventLog: new JoinedEvents({
			...{ here: eventLog, footage: segments },
			isOwn: (camera) => ownCameras(localDevice).includes(camera),
			elsewhere: async () => (await answering())?.events ?? null,
		}),
		player: (video: HTMLVideoElement) => playerOn(video, { clock, footage, opener, originOf }),
		clips: async () => {
			const [{ ClipExporter }, { WorkerClipMuxer }] = await Promise.all([
				import('#engine/playback/clip-exporter.ts'),
				import('#browser/playback/clip-muxer.ts'),
			]);
			return new ClipExporter({ footage, opener, muxer: new WorkerClipMuxer() });
		},
		check: async () => {
			const { StoreCheck } = await import('#engine/storage/store-check.ts');
			return new StoreCheck({ rows, footage: segments, opener });
		},
	};
}

/** Those taken out of use included. */
function ownCameras({ state }: LocalDevice): CameraId[] {
	return state.kind === 'ready' ? [...state.cameras, ...state.removed].map(({ id }) => id) : [];
}

interface DeviceCheckTools {
	readonly home: HomeParts;
	readonly storage: StorageParts;
	readonly capture: MediaCapture;
	readonly dataConnections: WebRtcDataConnections;
	readonly recorders: () => readonly Recorder[];
}

/** The check of what this device can do; its last step plays what it recorded on `video`. */
export function composeDeviceCheck({ home, storage, ...tools }: DeviceCheckTools) {
	const { clock, crypto, localDevice } = home;
	const { segments, persistence } = storage;
	return async (video: HTMLVideoElement) => {
		const [{ DeviceCheck }, { BrowserLab }] = await Promise.all([
			import('#engine/device-check/device-check.ts'),
			import('#browser/device-check/lab.ts'),
		]);
		// Its own encoder: viewers of the camera must not receive the check's frames.
		const encoder = new BrowserEncoder();
		return new DeviceCheck({
			...tools,
			...{ clock, crypto, localDevice, segments, origin: persistence, encoder },
			features: detectFeatures(),
			liveEncoder: new BrowserLiveEncoder(new SharedEncoder(encoder)),
			lab: new BrowserLab((name) => new FootageStore(new DexieFootageRows(name), clock)),
			tenure: new WebCameraLock(),
			player: (from, opener) => playerOn(video, { clock, opener, footage: from }),
		});
	};
}

async function playerOn(
	video: HTMLVideoElement,
	tools: Pick<PlayerTools, 'clock' | 'footage' | 'opener' | 'originOf'>,
) {
	const [{ Player }, { HlsScreen }, { localDay }] = await Promise.all([
		import('#engine/playback/player.ts'),
		import('#browser/playback/hls-screen.ts'),
		import('#browser/playback/local-day.ts'),
	]);
	return new Player({ ...tools, screen: new HlsScreen(video), dayOf: localDay });
}

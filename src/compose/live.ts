import { TrackTorch } from '#browser/capture/torch.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { ToneSiren } from '#browser/device/siren.ts';
import { BrowserLiveEncoder } from '#browser/live/live-encoder.ts';
import { BrowserLiveScreen } from '#browser/live/live-screen.ts';
import { DexieLastPictureStore } from '#browser/storage/last-picture-store.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import type { LocalCameras } from '#engine/home/local-cameras.ts';
import { webRtcCertificate } from '#engine/home/webrtc-certificate.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { DeviceHost } from '#engine/live/host/device-host.ts';
import { LiveHost } from '#engine/live/host/live-host.ts';
import type { StorageStatus } from '#engine/live/host/status-reports.ts';
import { CameraDirectory } from '#engine/live/viewer/camera-directory.ts';
import { LastPictures } from '#engine/live/viewer/last-pictures.ts';
import type { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { CameraState } from '#protocol/message.ts';
import type { HomeParts } from './home.ts';
import type { RecordingParts, recordingOf } from './recording.ts';

interface LiveTools {
	readonly home: HomeParts;
	readonly messenger: RelayClient;
	readonly members: MemberList;
	readonly lastSeen: LastSeenTracker;
	readonly recording: RecordingParts;
	readonly storage: StorageStatus;
	readonly copiedOf: (camera: CameraId) => CameraState['copied'] | null;
	readonly cameras: LocalCameras<{
		readonly number: number;
		readonly hosting: LiveHost;
		dispose(): void;
	}>;
}

/** Live pictures: of this device's cameras for others, and of the home's cameras here. */
export function composeLive(tools: LiveTools) {
	const { home, messenger, members, lastSeen, recording, storage, cameras, copiedOf } = tools;
	const { clock, crypto, vault, localDevice, homeRoster } = home;
	const { capture, power, eventLog } = recording;
	const guarding = new GuardModeSwitch();
	const shared = {
		...{ clock, crypto, localDevice, messenger, members },
		...{ peers: new WebRtcPeerConnections(), dtls: webRtcCertificate(localDevice, crypto, clock) },
	};
	const torch = new TrackTorch();
	const device = new DeviceHost({
		...{ ...shared, capture, power, storage, torch, guarding, siren: new ToneSiren() },
		phone: matchMedia('(pointer: coarse) and (hover: none)').matches,
		rosterSeq: () => homeRoster.entries.length,
		recorded: async (camera) => ((await vault.camera(camera))?.runNo ?? 0) > 0,
		copied: copiedOf,
		hosts: () => cameras.all.map(({ hosting }) => hosting),
		onHosts: (listener) => cameras.on(listener),
	});
	const encoder = new BrowserLiveEncoder(recording.encoder);
	const tabLock = new WebCameraLock('lens');
	const hostOf = (parts: ReturnType<typeof recordingOf>): LiveHost =>
		new LiveHost(
			{
				...{ ...shared, ...parts, capture, torch, guarding, eventLog, encoder, tabLock },
				liveSealer: (camera, key) => localDevice.beginLive(camera, key),
				frames: () => parts.recorder.pulse.frames,
			},
			device,
		);
	const cameraDirectory = new CameraDirectory({
		...shared,
		...{ opener: localDevice.opener, lastSeen },
		screen: () => new BrowserLiveScreen(),
	});
	const store = new DexieLastPictureStore();
	const lastPictures = new LastPictures({ clock, store, cameraDirectory, members, messenger });
	return { guarding, hostOf, cameraDirectory, lastPictures };
}

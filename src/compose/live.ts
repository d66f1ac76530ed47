import { TrackTorch } from '#browser/capture/torch.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { ToneSiren } from '#browser/device/siren.ts';
import { BrowserLiveEncoder } from '#browser/live/live-encoder.ts';
import { BrowserLiveScreen } from '#browser/live/live-screen.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import { webRtcCertificate } from '#engine/home/webrtc-certificate.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { LiveHost } from '#engine/live/host/live-host.ts';
import { CameraDirectory } from '#engine/live/viewer/camera-directory.ts';
import type { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import type { MemberList } from '#engine/members/member-list.ts';
import type { RelayClient } from '#engine/messaging/relay-client.ts';
import type { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { HomeParts } from './home.ts';
import type { RecordingParts, RecordingTools } from './recording.ts';

interface LiveTools {
	readonly home: HomeParts;
	readonly messenger: RelayClient;
	readonly members: MemberList;
	readonly lastSeen: LastSeenTracker;
	readonly cameraPreferences: AuditedPreferences<CameraPreferences>;
	readonly media: Pick<RecordingTools, 'capture' | 'power' | 'encoder'>;
	readonly recording: RecordingParts;
}

/** Live pictures: of this device's camera for others, and of the home's cameras here. */
export function composeLive(tools: LiveTools) {
	const { home, messenger, members, lastSeen, media, cameraPreferences: preferences } = tools;
	const { clock, crypto, vault, localDevice, homeRoster } = home;
	const { recorder, scheduler, eventLog } = tools.recording;
	const { capture, power } = media;
	const guarding = new GuardModeSwitch();
	const shared = {
		...{ clock, crypto, localDevice, messenger, members },
		...{ peers: new WebRtcPeerConnections(), dtls: webRtcCertificate(localDevice, crypto, clock) },
	};
	const hosting = new LiveHost({
		...shared,
		...{ recorder, scheduler, preferences, capture, power, guarding, eventLog },
		liveSealer: (camera, key) => localDevice.beginLive(camera, key),
		encoder: new BrowserLiveEncoder(media.encoder),
		frames: () => recorder.pulse.frames,
		torch: new TrackTorch(),
		siren: new ToneSiren(),
		phone: matchMedia('(pointer: coarse) and (hover: none)').matches,
		rosterSeq: () => homeRoster.entries.length,
		recorded: async (camera) => ((await vault.camera(camera))?.runNo ?? 0) > 0,
		tabLock: new WebCameraLock('lens'),
	});
	const cameraDirectory = new CameraDirectory({
		...shared,
		...{ opener: localDevice.opener, lastSeen },
		screen: () => new BrowserLiveScreen(),
	});
	return { guarding, hosting, cameraDirectory };
}

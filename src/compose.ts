/**
 * Composition root of the app: names adapters and engine together, with the parts in
 * `src/compose/`. `wiring.ts` loads it after the first screen.
 */
import { EarlyLaunchLink } from '#browser/app/launch-link.ts';
import { TabIndicator } from '#browser/app/tab-indicator.ts';
import { MediaCapture } from '#browser/capture/media-capture.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { BrowserClock } from '#browser/device/clock.ts';
import { BatteryPowerSource } from '#browser/device/power-source.ts';
import { BrowserWakeLock } from '#browser/device/wake-lock.ts';
import { BrowserEncoder } from '#browser/encoding/browser-encoder.ts';
import { detectFeatures } from '#browser/encoding/detect-features.ts';
import { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { WebCrypto } from '#web/crypto.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import { HiddenSpans } from '#engine/sync/marks/hidden-footage.ts';
import { LocalCameras } from '#engine/home/local-cameras.ts';
import type { Installer } from '#ports/app/installer.ts';
import type { LiveHost } from '#engine/live/host/live-host.ts';
import type { Engine, LocalCamera } from '#state/app/engine.ts';
import { composeHome, composeMembers } from './compose/home.ts';
import { lazily } from './compose/lazily.ts';
import { composeLive } from './compose/live.ts';
import type { MarkParts } from './compose/marks.ts';
import { composeMessaging, composePairing, composeRecovery } from './compose/pairing.ts';
import { composeDeviceCheck, composePlayback } from './compose/playback.ts';
import { composeRecording, recordingOf } from './compose/recording.ts';
import { composeStorage } from './compose/storage.ts';
import { composeSync } from './compose/sync.ts';

const SCRATCH_SWEEP_DELAY_MS = 3000;

type ComposedCamera = ReturnType<typeof recordingOf> &
	Pick<LocalCamera, 'begun'> & { readonly hosting: LiveHost; dispose(): void };

/**
 * One of each, for the life of the page; of what is a camera's, one for each camera. `installer` is
 * older than the engine: the browser's install event comes early.
 */
export function composeEngine(installer: Installer): Engine {
	const clock = new BrowserClock();
	const crypto = new WebCrypto();
	const tab = new TabIndicator();
	const media = {
		capture: new MediaCapture(),
		power: new BatteryPowerSource(),
		encoder: new SharedEncoder(new BrowserEncoder()),
	};
	const { capture, power } = media;

	const storage = composeStorage(
		clock,
		() => cameras.all.map(({ number }) => number),
		() =>
			localDevice.state.kind === 'ready' ? localDevice.state.cameras.map(({ id }) => id) : null,
		(pages) => sync.unsavedBytes(pages),
	);
	const { segments, preferences, ledger, persistence, allowance, pins, maintenance } = storage;
	const home = composeHome({ clock, crypto, segments });
	const { localDevice, homeRoster } = home;
	const cameras: LocalCameras<ComposedCamera> = new LocalCameras(localDevice, composeCamera);
	const recorders = () => cameras.all.map(({ recorder }) => recorder);
	const recording = composeRecording({ ...media, clock, localDevice, recorders }, storage);
	const { eventLog, dataLoss } = recording;
	const messaging = composeMessaging(home);
	const { relays, messenger } = messaging;
	const { arrivals, pairing } = composePairing(home, messaging);
	const { grantIssuer, grantReceiver, lastSeen, members } = composeMembers(
		home,
		messenger,
		async () => {
			await Promise.all(recorders().map((recorder) => recorder.renewRun()));
		},
	);
	const live = composeLive({
		...{ home, messenger, members, lastSeen, recording, cameras, storage: maintenance },
		copiedOf: (camera) => sync.copiedOf(camera),
	});
	const hidden = new HiddenSpans();
	const playback = composePlayback(
		storage,
		eventLog,
		{ ...{ home, messenger, grantReceiver }, known: () => live.cameraDirectory.cameras },
		hidden,
	);
	const sync = composeSync({ home, storage, recording, messenger, members, cameras });

	/** One of each, for one camera. */
	function composeCamera(number: number): ComposedCamera {
		const parts = recordingOf(number, (one) => cameras.idOf(one), recording, storage);
		const hosting = live.hostOf(parts);
		const { recorder, scheduler } = parts;
		return {
			...{ ...parts, hosting, begun: scheduler.begin() },
			dispose: () => {
				hosting.dispose();
				void scheduler.dispose().then(() => recorder.dispose());
			},
		};
	}

	// A pairing that was under way when the page was left goes on.
	const stop = localDevice.on(() => {
		if (localDevice.state.kind !== 'ready') return;
		stop();
		void pairing.resume();
	});
	arrivals.begin(messenger, (device) => members.revoke(device, () => undefined));
	grantIssuer.begin();
	grantReceiver.begin();
	messenger.begin();
	clock.after(SCRATCH_SWEEP_DELAY_MS, () => void sweepScratchDatabases());
	dataLoss.begin();
	cameras.begin();
	sync.begin();

	return {
		...{ clock, capture, power, installer, features: detectFeatures(), calendar: localCalendar },
		...{ segments, preferences, ledger, persistence, allowance, pins, maintenance },
		...{ cameras, dataLoss, cameraPreferences: storage.cameraPreferences },
		...{ localDevice, homeRoster, messenger, arrivals, pairing, lastSeen, members },
		...{ ...live, uploads: sync.uploads },
		...composeRecovery(home, relays, members, preferences),
		...playback,
		...composeFootageMarks({ home, storage, messenger, hidden, origins: playback.origins }),
		deviceCheck: composeDeviceCheck({
			...{ home, storage, capture, recorders },
			dataConnections: messaging.dataConnections,
		}),
		wakeLock: new BrowserWakeLock(),
		launchLink: new EarlyLaunchLink(),
		show: (video, picture) => {
			const stream = picture === null ? null : streamOf(picture);
			// Assigning the same stream again restarts the element.
			if (video.srcObject !== stream) video.srcObject = stream;
		},
		showIndicator: (state) => tab.show(state),
		trustPageUrl: () =>
			relays.info(homeRoster.relay ?? location.origin).then(
				(card) => card?.trust ?? null,
				() => null,
			),
		appIntegrity: async () => (await import('#browser/app/app-integrity.ts')).computeAppIntegrity(),
		codeReader: async (video) => {
			const { VideoCodeReader } = await import('#browser/device/code-reader.ts');
			return new VideoCodeReader(video);
		},
	};
}

/** Loaded with the first page that shows saved footage. */
function composeFootageMarks(parts: MarkParts): Pick<Engine, 'marks' | 'savedCopies'> {
	const composed = lazily(async () => (await import('./compose/marks.ts')).composeMarks(parts));
	return {
		marks: async () => (await composed()).marks,
		savedCopies: async () => (await composed()).copies,
	};
}

/** DC1: deletes what an interrupted device check left behind. */
async function sweepScratchDatabases(): Promise<void> {
	try {
		const { sweepScratch } = await import('#browser/device-check/scratch.ts');
		await sweepScratch();
	} catch {
		// The next start tries again.
	}
}

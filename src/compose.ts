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
import { WebCrypto } from '#browser/keys/crypto.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import type { Installer } from '#ports/app/installer.ts';
import type { Engine } from '#state/app/engine.ts';
import { composeHome, composeMembers } from './compose/home.ts';
import { composeLive } from './compose/live.ts';
import { composeMessaging, composePairing, composeRecovery } from './compose/pairing.ts';
import { composeDeviceCheck, composePlayback } from './compose/playback.ts';
import { composeRecording } from './compose/recording.ts';
import { composeStorage } from './compose/storage.ts';

const SCRATCH_SWEEP_DELAY_MS = 3000;

/**
 * One of each, for the life of the page. `installer` is older than the engine: the browser's
 * install event comes early.
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

	const storage = composeStorage(clock);
	const { segments, preferences, ledger, persistence, allowance, pins, maintenance } = storage;
	const { cameraPreferences } = storage;
	const home = composeHome({ clock, crypto, segments });
	const { localDevice, homeRoster } = home;
	const recording = composeRecording({ ...media, clock, localDevice }, storage);
	const { recorder, eventLog, scheduler, tamperDetector, adaptiveQuality, dataLoss } = recording;
	const messaging = composeMessaging(home);
	const { relays, messenger } = messaging;
	const { arrivals, pairing } = composePairing(home, messaging);
	const { grantIssuer, grantReceiver, lastSeen, members } = composeMembers(home, messenger, () =>
		recorder.renewRun(),
	);
	const live = composeLive({
		home,
		messenger,
		members,
		lastSeen,
		cameraPreferences,
		media,
		recording,
	});

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
	recording.begin();

	return {
		...{ clock, capture, power, installer, features: detectFeatures(), calendar: localCalendar },
		...{
			segments,
			preferences,
			cameraPreferences,
			ledger,
			persistence,
			allowance,
			pins,
			maintenance,
		},
		...{ recorder, eventLog, scheduler, tamperDetector, adaptiveQuality, dataLoss },
		...{ localDevice, homeRoster, messenger, arrivals, pairing, lastSeen, members },
		...live,
		...composeRecovery(home, relays, members, preferences),
		...composePlayback(home, storage),
		deviceCheck: composeDeviceCheck({
			...{ home, storage, capture, recorder },
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

/** DC1: deletes what an interrupted device check left behind. */
async function sweepScratchDatabases(): Promise<void> {
	try {
		const { sweepScratch } = await import('#browser/device-check/scratch.ts');
		await sweepScratch();
	} catch {
		// The next start tries again.
	}
}

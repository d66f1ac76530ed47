/**
 * Puts the product together: the one place that names adapters and engine at once. Loaded behind
 * the first screen.
 */
import { BrowserWakeLock } from '#browser/device/wake-lock.ts';
import { WebRtcDataConnections } from '#browser/network/webrtc-data-connections.ts';
import { localCalendar } from '#browser/playback/calendar.ts';
import { MediaCapture } from '#browser/capture/media-capture.ts';
import { BrowserDataLossSource } from '#browser/storage/data-loss-source.ts';
import { BrowserClock } from '#browser/device/clock.ts';
import { WebCrypto } from '#browser/keys/crypto.ts';
import { BrowserEncoder } from '#browser/encoding/browser-encoder.ts';
import { DexieEventStore } from '#browser/footage/event-store.ts';
import { detectFeatures } from '#browser/encoding/detect-features.ts';
import { EarlyLaunchLink } from '#browser/app/launch-link.ts';
import { DexieLedger } from '#browser/storage/ledger.ts';
import { BrowserLiveEncoder } from '#browser/live/live-encoder.ts';
import { BrowserLiveScreen } from '#browser/live/live-screen.ts';
import { BrowserMotionSensor } from '#browser/device/motion-sensor.ts';
import { BrowserNetwork } from '#browser/network/network.ts';
import { BrowserStoragePersistence } from '#browser/device/storage-persistence.ts';
import { WebRtcPeerConnections } from '#browser/network/webrtc-peer-connections.ts';
import { streamOf } from '#browser/capture/picture.ts';
import { BatteryPowerSource } from '#browser/device/power-source.ts';
import { DexiePreferenceStore } from '#browser/storage/preference-store.ts';
import { WebSocketRelays } from '#browser/network/websocket-relays.ts';
import { BrowserPageReloader } from '#browser/app/page-reloader.ts';
import { DexieReserve } from '#browser/storage/reserve.ts';
import { DexieLastSeenStore } from '#browser/storage/last-seen-store.ts';
import { DexieSegmentStore } from '#browser/footage/segment-store.ts';
import { SharedEncoder } from '#browser/encoding/shared-encoder.ts';
import { ToneSiren } from '#browser/device/siren.ts';
import { ComputePressure } from '#browser/device/compute-pressure.ts';
import { TabIndicator } from '#browser/app/tab-indicator.ts';
import { WebCameraLock } from '#browser/device/camera-lock.ts';
import { WorkerThumbnailMaker } from '#browser/encoding/thumbnail-maker.ts';
import { DexieThumbnailStore } from '#browser/footage/thumbnail-store.ts';
import { TrackTorch } from '#browser/capture/torch.ts';
import { BrowserVault } from '#browser/keys/vault.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { Arrivals } from '#engine/members/arrivals.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { webRtcCertificate } from '#engine/home/webrtc-certificate.ts';
import { GrantReceiver } from '#engine/members/grant-receiver.ts';
import { GrantIssuer } from '#engine/members/grant-issuer.ts';
import { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import { EventLog } from '#engine/recording/event-log.ts';
import { LiveHost } from '#engine/live/host/live-host.ts';
import { LocalDevice } from '#engine/home/local-device.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { logOtherLens } from '#engine/recording/log-other-lens.ts';
import { RelayClient } from '#engine/messaging/relay-client.ts';
import { DataLossReporter } from '#engine/recording/data-loss-reporter.ts';
import { MemberList } from '#engine/members/member-list.ts';
import { HomeRoster } from '#engine/home/home-roster.ts';
import { DirectRelays } from '#engine/pairing/direct-relays.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import type { Opener } from '#engine/sealing/opener.ts';
import { PairingController } from '#engine/pairing/controller.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Scheduler } from '#engine/recording/scheduler.ts';
import { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import { Recorder } from '#engine/recording/recorder.ts';
import { Repairs } from '#engine/recording/repairs.ts';
import { Retention } from '#engine/storage/retention.ts';
import { TamperDetector } from '#engine/recording/tamper-detector.ts';
import { LastSeenTracker } from '#engine/members/last-seen-tracker.ts';
import { AdaptiveQuality } from '#engine/recording/adaptive-quality.ts';
import { StallLog } from '#engine/recording/stall-log.ts';
import { logTestPicture } from '#engine/recording/log-test-picture.ts';
import { CameraDirectory } from '#engine/live/viewer/camera-directory.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Installer } from '#ports/app/installer.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { Engine } from '#state/app/engine.ts';

/** What a small call to the relay may take. */
const SHOWN_TIMEOUT_MS = 2000;
/** Nothing of it is in a hurry. */
const SWEEP_DELAY_MS = 3000;

/** One of each, for the life of the page. `installer` was there before: its event comes early. */
export function composeEngine(installer: Installer): Engine {
	const clock = new BrowserClock();
	const crypto = new WebCrypto();
	const segments = new DexieSegmentStore();
	const thumbnails = new DexieThumbnailStore();
	const ledger = new DexieLedger();
	const reserve = new DexieReserve();
	const origin = new BrowserStoragePersistence();
	const journal = new DeletionJournal(ledger, clock);
	const preferences = new AuditedPreferences(new DexiePreferenceStore(), ledger, clock);
	const capture = new MediaCapture();
	const awake = new BrowserWakeLock();
	const power = new BatteryPowerSource();
	const tab = new TabIndicator();
	const vault = new BrowserVault();
	const localDevice = new LocalDevice({ crypto, vault, segments, clock });

	const dataConnections = new WebRtcDataConnections();
	const relays = new WebSocketRelays();
	const homeRoster = new HomeRoster({ localDevice, crypto, vault, clock });
	const arrivals = new Arrivals({ crypto, clock, vault, localDevice, homeRoster });
	const directRelays = new DirectRelays({
		...{ crypto, clock, homeRoster },
		...{ dataConnections, relays },
	});
	const pairing = new PairingController({
		...{ crypto, clock, relays: directRelays, directRelays, admissions: arrivals },
		here: location.origin,
		relay: () => homeRoster.relay,
		shown: () => messenger.rosterPublished(SHOWN_TIMEOUT_MS),
	});
	const allowance = new Allowance(preferences, clock, storageQuota);
	const pins = new Pins(segments, allowance);
	const retention = new Retention({ segments, allowance, reserve, journal });
	const events = new DexieEventStore();
	const maintenance = new StorageMaintenance({
		...{ clock, segments, thumbnails, reserve, ledger, journal, events },
		...{ allowance, retention, pins, origin, preferences },
	});
	const sealerOf = (camera: CameraId) => localDevice.beginSidecar(camera);
	const eventLog = new EventLog({ clock, events, opener: localDevice.opener, sealerOf });
	const tamperDetector = new TamperDetector(eventLog, clock, new BrowserMotionSensor(), power);
	const repairs = new Repairs({ clock, eventLog, reloading: new BrowserPageReloader() });
	const stalls = new StallLog(eventLog);
	const recorders = new SharedEncoder(new BrowserEncoder());
	const recorder = new Recorder({
		clock,
		capture,
		encoder: recorders,
		segments,
		retention,
		tenure: new WebCameraLock(),
		preferences,
		beginRun: (camera, given) => localDevice.beginRun(camera, given),
		thumbnails: {
			maker: new WorkerThumbnailMaker(),
			thumbnails,
			sealerOf,
			onBrightness: (camera, grid, wallUs) => tamperDetector.inspect(camera, grid, wallUs),
		},
		prepareRepair: (camera, repair) => repairs.prepare(camera, repair),
		stalled: (camera, hole) => stalls.add(camera, hole),
		camera: () =>
			localDevice.state.kind === 'ready' ? (localDevice.state.cameras[0]?.id ?? null) : null,
	});
	const scheduler = new Scheduler({
		...{ clock, preferences, recorder, eventLog },
		calendar: localCalendar,
	});
	const messenger = new RelayClient({
		...{ relays: directRelays, directRelays, network: new BrowserNetwork() },
		...{ crypto, clock, vault, localDevice, homeRoster },
	});
	const grantIssuer = new GrantIssuer({
		...{ crypto, vault, clock, localDevice, homeRoster, messenger },
		renew: () => recorder.renewRun(),
	});
	const grantReceiver = new GrantReceiver({ crypto, vault, localDevice, homeRoster, messenger });
	const lastSeen = new LastSeenTracker(clock, new DexieLastSeenStore());
	const members = new MemberList({
		...{ crypto, clock, localDevice, homeRoster, messenger },
		...{ grantIssuer, lastSeen },
	});
	const guarding = new GuardModeSwitch();
	const live = {
		...{ clock, crypto, localDevice, messenger, members },
		...{ peers: new WebRtcPeerConnections(), dtls: webRtcCertificate(localDevice, crypto, clock) },
	};
	const hosting = new LiveHost({
		...live,
		...{ recorder, scheduler, preferences, capture, power, guarding, eventLog },
		liveSealer: (camera, key) => localDevice.beginLive(camera, key),
		encoder: new BrowserLiveEncoder(recorders),
		frames: () => recorder.pulse.frames,
		torch: new TrackTorch(),
		siren: new ToneSiren(),
		phone: matchMedia('(pointer: coarse) and (hover: none)').matches,
		rosterSeq: () => homeRoster.entries.length,
		recorded: async (camera) => ((await vault.camera(camera))?.runNo ?? 0) > 0,
		tabLock: new WebCameraLock('lens'),
	});
	const watching = new CameraDirectory({
		...live,
		...{ opener: localDevice.opener, lastSeen },
		screen: () => new BrowserLiveScreen(),
	});
	const kits = lazily(async () => {
		const { RecoveryKits } = await import('#engine/recovery/recovery-kits.ts');
		const here = location.origin;
		return new RecoveryKits({
			crypto,
			clock,
			relays,
			localDevice,
			homeRoster,
			members,
			preferences,
			here,
		});
	});
	const recovery = lazily(async () => {
		const { KitRecovery } = await import('#engine/recovery/kit-recovery.ts');
		const here = location.origin;
		return new KitRecovery({ crypto, clock, relays, homeRoster, preferences, here });
	});
	// What was under way when the page was left.
	const stop = localDevice.on(() => {
		if (localDevice.state.kind !== 'ready') return;
		stop();
		void pairing.resume();
	});
	arrivals.begin(messenger, (device) => members.revoke(device, () => undefined));
	grantIssuer.begin();
	grantReceiver.begin();
	messenger.begin();
	clock.after(SWEEP_DELAY_MS, () => void sweepScratchDatabases());
	tamperDetector.watch(recorder);
	logOtherLens(recorder, eventLog);
	const dataLoss = new DataLossReporter({
		...{ clock, clearing: new BrowserDataLossSource(), origin, localDevice, recorder, eventLog },
		footage: () => maintenance.usage?.footage ?? 0,
	});
	dataLoss.begin();
	logTestPicture({ recorder, eventLog, clock, calendar: localCalendar });
	const adaptiveQuality = new AdaptiveQuality({
		clock,
		eventLog,
		power,
		pressure: new ComputePressure(),
	});
	adaptiveQuality.adapt(recorder);
	recorder.on(() => {
		if (recorder.state.kind === 'recording') repairs.recovered();
	});
	async function playerOn(video: HTMLVideoElement, from: SegmentStore, opener: Opener) {
		const [{ Player }, { HlsScreen }, { localDay }] = await Promise.all([
			import('#engine/playback/player.ts'),
			import('#browser/playback/hls-screen.ts'),
			import('#browser/playback/local-day.ts'),
		]);
		const screen = new HlsScreen(video);
		return new Player({ segments: from, opener, clock, screen, dayOf: localDay });
	}
	return {
		clock,
		capture,
		segments,
		preferences,
		localDevice,
		recorder,
		features: detectFeatures(),
		calendar: localCalendar,
		thumbnails: new ThumbnailReader(thumbnails, localDevice.opener),
		installer,
		allowance,
		pins,
		ledger,
		persistence: origin,
		maintenance,
		dataLoss,
		eventLog,
		scheduler,
		tamperDetector,
		adaptiveQuality,
		...{ cameraDirectory: watching, lastSeen },
		hosting,
		guarding,
		members,
		messenger,
		show: (video, picture) => {
			const stream = picture === null ? null : streamOf(picture);
			// The same again would make the element begin anew.
			if (video.srcObject !== stream) video.srcObject = stream;
		},
		wakeLock: awake,
		power,
		homeRoster,
		...{ pairing, arrivals },
		...{ kits, recovery },
		trustPageUrl: () =>
			relays.info(homeRoster.relay ?? location.origin).then(
				(card) => card?.trust ?? null,
				() => null,
			),
		appIntegrity: async () => (await import('#browser/app/app-integrity.ts')).computeAppIntegrity(),
		launchLink: new EarlyLaunchLink(),
		codeReader: async (video) => {
			const { VideoCodeReader } = await import('#browser/device/code-reader.ts');
			return new VideoCodeReader(video);
		},
		clips: async () => {
			const [{ ClipExporter }, { WorkerClipMuxer }] = await Promise.all([
				import('#engine/playback/clip-exporter.ts'),
				import('#browser/playback/clip-muxer.ts'),
			]);
			return new ClipExporter({
				segments,
				opener: localDevice.opener,
				muxer: new WorkerClipMuxer(),
			});
		},
		check: async () => {
			const [{ StoreCheck }, { DexieStoreInspector }] = await Promise.all([
				import('#engine/storage/store-check.ts'),
				import('#browser/footage/store-inspector.ts'),
			]);
			return new StoreCheck({
				segments,
				opener: localDevice.opener,
				inspector: new DexieStoreInspector(),
			});
		},
		showIndicator: (sign) => {
			tab.show(sign);
		},
		player: (video) => playerOn(video, segments, localDevice.opener),
		deviceCheck: async (video) => {
			const [{ DeviceCheck }, { BrowserLab }] = await Promise.all([
				import('#engine/device-check/device-check.ts'),
				import('#browser/device-check/lab.ts'),
			]);
			// None of it is heard by whoever watches.
			const encoder = new BrowserEncoder();
			return new DeviceCheck({
				...{
					clock,
					crypto,
					capture,
					encoder,
					dataConnections,
					origin,
					recorder,
					segments,
					localDevice,
				},
				features: detectFeatures(),
				liveEncoder: new BrowserLiveEncoder(new SharedEncoder(encoder)),
				lab: new BrowserLab(),
				tenure: new WebCameraLock(),
				player: (from, opener) => playerOn(video, from, opener),
			});
		},
	};
}

/** What failed to load is loaded again when it is next wanted. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
	let made: Promise<T> | null = null;
	return () => {
		made ??= load().catch((error: unknown) => {
			made = null;
			throw error;
		});
		return made;
	};
}

/** DC1: what a check of the device left behind that was cut off. */
async function sweepScratchDatabases(): Promise<void> {
	try {
		const { sweepScratch } = await import('#browser/device-check/scratch.ts');
		await sweepScratch();
	} catch {
		// The next start tries again.
	}
}

async function storageQuota(): Promise<number | null> {
	try {
		return (await navigator.storage.estimate()).quota ?? null;
	} catch {
		return null;
	}
}

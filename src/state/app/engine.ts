import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import type { Allowance } from '#engine/storage/allowance.ts';
import type {
	CameraPreferenceControls,
	DevicePreferenceControls,
} from '#engine/storage/audited-preferences.ts';
import type { ArrivalControls } from '#engine/members/arrivals.ts';
import type { MaintenanceControls } from '#engine/storage/maintenance.ts';
import type { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import type { EventsHere } from '#engine/playback/joined-events.ts';
import type { StoreCheck } from '#engine/storage/store-check.ts';
import type { DeviceCheck } from '#engine/device-check/device-check.ts';
import type { LocalCameras } from '#engine/home/local-cameras.ts';
import type { LocalDeviceControls } from '#engine/home/local-device.ts';
import type { ClipExporter } from '#engine/playback/clip-exporter.ts';
import type { DataLossControls } from '#engine/recording/data-loss-reporter.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { PairingControls } from '#engine/pairing/controls.ts';
import type { Pins } from '#engine/storage/pins.ts';
import type { FootageOrigins } from '#engine/playback/footage-origins.ts';
import type { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import type { PlayerControls } from '#engine/playback/player-state.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';
import type { KitControls, RecoveryControls } from '#engine/recovery/recovery.ts';
import type { RecorderControls } from '#engine/recording/recorder-controls.ts';
import type { TamperStatus } from '#engine/recording/tamper-detector.ts';
import type { LastSeen } from '#engine/members/last-seen-tracker.ts';
import type { QualityStatus } from '#engine/recording/adaptive-quality.ts';
import type {
	CameraDirectoryControls,
	LastPictureControls,
	LiveHostControls,
} from '#engine/live/controls.ts';
import type { MarkControls } from '#engine/sync/marks/footage-marks.ts';
import type { SavedCopyControls } from '#engine/sync/marks/saved-copies.ts';
import type { FootageProblems } from '#engine/sync/check/footage-problems.ts';
import type { UploadControls } from '#engine/sync/uploads.ts';
import type { ScreenWakeLock } from '#ports/device/wake-lock.ts';
import type { Capture, Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { CodeReader } from '#ports/device/code-reader.ts';
import type { LaunchLink } from '#ports/app/launch-link.ts';
import type { Footage } from '#ports/footage/footage.ts';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { Installer } from '#ports/app/installer.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { StoragePersistence } from '#ports/storage/persistence.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import type { IndicatorState } from '#ports/app/indicator-state.ts';

/** What keeps one camera of this device going: one of each. */
export interface LocalCamera {
	/** 1 for the device's first camera. */
	readonly number: number;
	readonly preferences: CameraPreferenceControls;
	readonly recorder: RecorderControls;
	readonly scheduler: SchedulerControls;
	readonly tamperDetector: TamperStatus;
	readonly adaptiveQuality: QualityStatus;
	/** Serves its live pictures, and knows its viewers. */
	readonly hosting: LiveHostControls;
	/** Resolves once it is known whether recording resumes by itself. */
	readonly begun: Promise<unknown>;
	dispose(): void;
}

/** The app without its screens: one of each, for the life of the page. `compose.ts` builds it. */
export interface Engine {
	readonly clock: Clock;
	readonly capture: Capture;
	/** What this device's cameras saved here. */
	readonly segments: SegmentStore & PinsAndTrash;
	/** Saved footage of all cameras, wherever it is. */
	readonly footage: Footage;
	readonly origins: FootageOrigins;
	/** Pins and deletions of it. Loaded on first use. */
	marks(): Promise<MarkControls>;
	/** What the relay has of whole cameras. Loaded on first use. */
	savedCopies(): Promise<SavedCopyControls>;
	/** What is wrong with footage elsewhere, as far as it was looked at. */
	readonly problems: FootageProblems;
	readonly preferences: DevicePreferenceControls;
	/** Of a camera, by number. */
	cameraPreferences(number: number): CameraPreferenceControls;
	readonly localDevice: LocalDeviceControls;
	/** This device's cameras. They live as long as the document: recording survives navigation. */
	readonly cameras: Pick<LocalCameras<LocalCamera>, 'all' | 'of' | 'idOf' | 'on'>;
	readonly features: BrowserFeatures;
	readonly calendar: Calendar;
	readonly thumbnails: Pick<ThumbnailReader, 'near' | 'first' | 'load'>;
	readonly installer: Installer;
	/** The storage budget of this device. */
	readonly allowance: Pick<Allowance, 'bytes' | 'footageBytes' | 'offeredBytes'>;
	readonly pins: Pick<Pins, 'pin' | 'costs'>;
	/** Runs for as long as the page is open. */
	readonly maintenance: MaintenanceControls;
	/** The copy of this device's footage at the relay. Loaded on first use. */
	uploads(): Promise<UploadControls>;
	readonly dataLoss: DataLossControls;
	readonly ledger: Pick<Ledger, 'deletions' | 'usageSince' | 'changes'>;
	readonly persistence: Pick<StoragePersistence, 'persisted' | 'persist'>;
	/** Events at the home's cameras; of this device's own, nobody else is asked about today. */
	readonly eventLog: EventsHere;
	/** The home's cameras, live. */
	readonly cameraDirectory: CameraDirectoryControls;
	/** What each camera of another device last showed here. */
	readonly lastPictures: LastPictureControls;
	/** When each device of the home was last seen. */
	readonly lastSeen: LastSeen;
	/** Guard mode, as commanded by another device. */
	readonly guarding: Pick<GuardModeSwitch, 'serve' | 'report'>;
	readonly members: MemberListControls;
	/** This device's connection to the relay. */
	readonly messenger: Pick<Messenger, 'state' | 'on'>;
	/**
	 * The page where another device of this network learns to trust the relay; `null`: none, or no
	 * relay answers.
	 */
	trustPageUrl(): Promise<string | null>;
	readonly homeRoster: Pick<HomeRoster, 'roster' | 'amend' | 'self'>;
	/** How a device joins the home. */
	readonly pairing: PairingControls;
	/** Devices that were admitted and have not connected yet. */
	readonly arrivals: ArrivalControls;
	/** The home's recovery kit. Loaded on first use. */
	kits(): Promise<KitControls>;
	/** Recovery with a kit. Loaded on first use. */
	recovery(): Promise<RecoveryControls>;
	/** The fragment of the link that opened the app. */
	readonly launchLink: LaunchLink;
	/** Reads QR codes from the element. Loaded on first use. */
	codeReader(video: HTMLVideoElement): Promise<CodeReader>;
	/** Shows a picture in the element; `null` removes it. */
	show(video: HTMLVideoElement, picture: Picture | null): void;
	readonly wakeLock: ScreenWakeLock;
	readonly power: PowerSource;
	/**
	 * Hashes the app's own files one at a time. Throws `Fault`: `not-found`, `malformed`, `timeout`,
	 * `offline`.
	 */
	appIntegrity(): Promise<AppIntegrity>;
	/** Exports clips. Loaded on first use. */
	clips(): Promise<Pick<ClipExporter, 'plan' | 'write'>>;
	/** Checks and repairs the footage store. Loaded on first use. */
	check(): Promise<Pick<StoreCheck, 'run' | 'repair'>>;
	/** Checks what this device can do; plays its recording in `video`. Loaded on first use. */
	deviceCheck(video: HTMLVideoElement): Promise<Pick<DeviceCheck, 'busy' | 'run'>>;
	/** Shows the recording state in the tab icon and the app badge. */
	showIndicator(sign: IndicatorState): void;
	/** A player on this element. Close it with the page that made it. */
	player(video: HTMLVideoElement): Promise<PlayerControls>;
}

import type { BrowserFeatures } from '#domain/recording/browser-features.ts';
import type { Calendar } from '#domain/timeline/ribbon.ts';
import type { Allowance } from '#engine/storage/allowance.ts';
import type { ArrivalControls } from '#engine/members/arrivals.ts';
import type { MaintenanceControls } from '#engine/storage/maintenance.ts';
import type { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import type { EventLog } from '#engine/recording/event-log.ts';
import type { StoreCheck } from '#engine/storage/store-check.ts';
import type { DeviceCheck } from '#engine/device-check/device-check.ts';
import type { LocalDeviceControls } from '#engine/home/local-device.ts';
import type { ClipExporter } from '#engine/playback/clip-exporter.ts';
import type { DataLossControls } from '#engine/recording/data-loss-reporter.ts';
import type { MemberListControls } from '#engine/members/member-list.ts';
import type { HomeRoster } from '#engine/home/home-roster.ts';
import type { PairingControls } from '#engine/pairing/controls.ts';
import type { Pins } from '#engine/storage/pins.ts';
import type { ThumbnailReader } from '#engine/playback/thumbnail-reader.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import type { PlayerControls } from '#engine/playback/player-state.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';
import type { KitControls, RecoveryControls } from '#engine/recovery/recovery.ts';
import type { RecorderControls } from '#engine/recording/recorder-controls.ts';
import type { TamperStatus } from '#engine/recording/tamper-detector.ts';
import type { LastSeen } from '#engine/members/last-seen-tracker.ts';
import type { QualityStatus } from '#engine/recording/adaptive-quality.ts';
import type { LiveHostControls, CameraDirectoryControls } from '#engine/live/controls.ts';
import type { ScreenWakeLock } from '#ports/device/wake-lock.ts';
import type { Capture, Picture } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { CodeReader } from '#ports/device/code-reader.ts';
import type { LaunchLink } from '#ports/app/launch-link.ts';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { Installer } from '#ports/app/installer.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { StoragePersistence } from '#ports/storage/persistence.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import type { IndicatorState } from '#ports/app/indicator-state.ts';

/** The product without its screens: one of each, for the life of the page. `wiring.ts` makes it. */
export interface Engine {
	readonly clock: Clock;
	readonly capture: Capture;
	readonly segments: SegmentStore & PinsAndTrash;
	readonly preferences: PreferenceStore;
	readonly localDevice: LocalDeviceControls;
	/** Lives as long as the page's document, so that it records on while the person looks around. */
	readonly recorder: RecorderControls;
	readonly features: BrowserFeatures;
	readonly calendar: Calendar;
	readonly thumbnails: Pick<ThumbnailReader, 'near' | 'first'>;
	readonly installer: Installer;
	/** What this device may keep. */
	readonly allowance: Pick<Allowance, 'bytes' | 'footageBytes' | 'offeredBytes'>;
	readonly pins: Pick<Pins, 'pin' | 'costs'>;
	/** Looks after the room of this device for as long as the page is open. */
	readonly maintenance: MaintenanceControls;
	readonly dataLoss: DataLossControls;
	readonly ledger: Pick<Ledger, 'deletions' | 'usageSince' | 'changes'>;
	readonly persistence: Pick<StoragePersistence, 'persisted' | 'persist'>;
	/** What happened at this device's cameras. */
	readonly eventLog: Pick<EventLog, 'between' | 'watch'>;
	readonly scheduler: SchedulerControls;
	readonly tamperDetector: TamperStatus;
	readonly adaptiveQuality: QualityStatus;
	/** The cameras of this home, live. */
	readonly cameraDirectory: CameraDirectoryControls;
	/** When each device of the home was last known to live. */
	readonly lastSeen: LastSeen;
	/** Who watches this device. */
	readonly hosting: LiveHostControls;
	/** Guard mode, as another device may ask for it. */
	readonly guarding: Pick<GuardModeSwitch, 'serve' | 'report'>;
	readonly members: MemberListControls;
	/** How this device stands with the relay. */
	readonly messenger: Pick<Messenger, 'state' | 'on'>;
	/**
	 * Where a device of this network learns to trust the relay; `null`: nowhere, or no relay answers.
	 */
	trustPageUrl(): Promise<string | null>;
	readonly homeRoster: Pick<HomeRoster, 'roster' | 'amend' | 'self'>;
	/** How a device comes into a home. */
	readonly pairing: PairingControls;
	/** Who was let in, and has not come yet. */
	readonly arrivals: ArrivalControls;
	/** The home's recovery kit; loaded when it is first wanted. */
	kits(): Promise<KitControls>;
	/** Coming back with one; loaded when it is first wanted. */
	recovery(): Promise<RecoveryControls>;
	/** What a link brought along. */
	readonly launchLink: LaunchLink;
	/** Reads QR codes in what an element shows; loaded when it is first wanted. */
	codeReader(video: HTMLVideoElement): Promise<CodeReader>;
	/** Shows a live picture in an element; `null` takes it away. */
	show(video: HTMLVideoElement, picture: Picture | null): void;
	readonly wakeLock: ScreenWakeLock;
	readonly power: PowerSource;
	/**
	 * What the app's own files are here, looked at one by one. Throws `Fault`: `not-found`,
	 * `malformed`, `timeout`, `offline`.
	 */
	appIntegrity(): Promise<AppIntegrity>;
	/** What makes files of footage; loaded when it is first wanted. */
	clips(): Promise<Pick<ClipExporter, 'plan' | 'write'>>;
	/** What checks and repairs the store; loaded when it is first wanted. */
	check(): Promise<Pick<StoreCheck, 'run' | 'repair'>>;
	/** What tries what this device can do, and plays it there; loaded when it is first wanted. */
	deviceCheck(video: HTMLVideoElement): Promise<Pick<DeviceCheck, 'busy' | 'run'>>;
	/** Says in the tab's icon and the app's badge whether it records. */
	showIndicator(sign: IndicatorState): void;
	/** A player on this element. Close it with the page that made it. */
	player(video: HTMLVideoElement): Promise<PlayerControls>;
}

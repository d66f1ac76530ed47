import { Serial } from '#domain/base/serial.ts';
import { expectFault } from '#domain/base/fault.ts';
import { hexOf } from '#domain/base/bytes.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { isTestPicture, TEST_PICTURE } from '#domain/media/lens.ts';
import type { CameraNeed } from '#domain/recording/camera-need.ts';
import type { TamperSign } from '#domain/recording/tamper.ts';
import type { StorageLevel } from '#domain/storage/usage.ts';
import type { Capture, Lens } from '#ports/media/capture.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Crypto } from '#ports/keys/crypto.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { CameraPreferences } from '#protocol/preferences.ts';
import type { Torch } from '#ports/device/torch.ts';
import type { CameraState, Message } from '#protocol/message.ts';
import type { GuardModeSwitch } from '#engine/live/guard-mode-switch.ts';
import type { LocalDeviceControls } from '#engine/home/local-device.ts';
import { viewOf } from './command-executor.ts';
import type { LiveClock } from '#engine/live/live-clock.ts';
import type { Watcher } from '#engine/live/controls.ts';
import type { SchedulerControls } from '#engine/recording/scheduler.ts';
import type { Messenger } from '#engine/messaging/messenger.ts';
import type { RecorderControls, RecorderState } from '#engine/recording/recorder-controls.ts';
import type { TamperStatus } from '#engine/recording/tamper-detector.ts';

/** How often steadily growing values are reported; other changes are reported at once. */
const INTERVAL_MS = 10_000;
/** Changes come in bursts. */
const COALESCE_MS = 150;
/** Tabs of one device that are answered, one per nonce; the newest win. */
const MAX_TABS = 4;
/** As many viewers as fit in a message. */
const MAX_WATCHERS = 64;

/** One camera of this device, as it is reported. */
export interface ReportedCamera {
	readonly recorder: Pick<RecorderControls, 'state' | 'camera'>;
	readonly preferences: Pick<PreferenceStore<CameraPreferences>, 'read'>;
	readonly scheduler: Pick<SchedulerControls, 'now'>;
	readonly tamperDetector: Pick<TamperStatus, 'sign'>;
	/** Those who watch it, and the relay's word apart. */
	readonly watchers: readonly Watcher[];
	/** Whether this tab answers for the camera (LV19). */
	isLeader(): Promise<boolean>;
}

/** How full the storage of this device is. */
export interface StorageStatus {
	readonly level: StorageLevel;
	on(listener: () => void): () => void;
}

export interface StatusReportTools {
	readonly clock: Clock;
	readonly live: Pick<LiveClock, 'nowMs'>;
	readonly messenger: Pick<Messenger, 'send' | 'online'>;
	readonly crypto: Pick<Crypto, 'random'>;
	readonly localDevice: Pick<LocalDeviceControls, 'state' | 'on'>;
	readonly capture: Pick<Capture, 'lenses' | 'onLenses'>;
	readonly power: PowerSource;
	readonly storage: StorageStatus;
	readonly torch: Torch;
	readonly guarding: Pick<GuardModeSwitch, 'on' | 'listen'>;
	/** Whether the camera has ever recorded (LV30). */
	readonly recorded: (camera: CameraId) => Promise<boolean>;
	/** How far its copy at the relay is (SY48); `null`: there is none. */
	readonly copied: (camera: CameraId) => CameraState['copied'] | null;
	readonly rosterSeq: () => number;
	readonly hosts: () => readonly ReportedCamera[];
}

/**
 * Reports the status of this device's cameras to the devices that asked, at once and on every
 * change.
 */
export class StatusReports {
	/** Commands must carry it (LT5); it is new each time the page starts. */
	readonly nonce: string;
	readonly #tools: StatusReportTools;
	/** The devices that asked, with the nonces of their tabs. */
	readonly #subscribers = new Map<DeviceId, readonly string[]>();
	#lastSent = '';
	#pendingSend: (() => void) | null = null;
	readonly #work = new Serial();

	constructor(tools: StatusReportTools) {
		this.#tools = tools;
		this.nonce = hexOf(tools.crypto.random(16));
		const { localDevice, capture, power, storage, guarding, clock } = tools;
		const changed = (): void => {
			this.schedule();
		};
		localDevice.on(changed);
		capture.onLenses(changed);
		power.on(changed);
		storage.on(changed);
		guarding.listen(changed);
		clock.every(INTERVAL_MS, () => {
			this.#sendAll(true);
		});
	}

	subscribe(device: DeviceId, nonce: string): void {
		const others = (this.#subscribers.get(device) ?? []).filter((known) => known !== nonce);
		this.#subscribers.set(device, [...others, nonce].slice(-MAX_TABS));
		void this.#work.run(async () => {
			const report = await this.#report();
			if (report !== null) await this.#send(device, nonce, report);
		});
	}

	/** Drops devices that may no longer be informed. */
	retain(may: (device: DeviceId) => boolean): void {
		for (const device of this.#subscribers.keys())
			if (!may(device)) this.#subscribers.delete(device);
	}

	schedule(): void {
		if (this.#pendingSend !== null || this.#subscribers.size === 0) return;
		this.#pendingSend = this.#tools.clock.after(COALESCE_MS, () => {
			this.#pendingSend = null;
			this.#sendAll(false);
		});
	}

	#sendAll(evenUnchanged: boolean): void {
		if (this.#subscribers.size === 0) return;
		void this.#work.run(async () => {
			const report = await this.#report();
			if (report === null) return;
			const cameras = report.cameras.map((camera) => ({ ...camera, savedMs: null, copied: null }));
			const key = JSON.stringify({ ...report, cameras, atMs: 0 });
			if (!evenUnchanged && key === this.#lastSent) return;
			this.#lastSent = key;
			for (const [device, nonces] of this.#subscribers) {
				if (!this.#tools.messenger.online.has(device)) continue;
				for (const nonce of nonces) await this.#send(device, nonce, report);
			}
		});
	}

	async #send(device: DeviceId, peer: string, report: StatusReport): Promise<void> {
		await this.#tools.messenger.send(device, { t: 'state', peer, ...report });
	}

	/** `null`: another tab answers, or nothing is known at the moment. */
	async #report(): Promise<StatusReport | null> {
		const { localDevice, live, rosterSeq, hosts } = this.#tools;
		if (localDevice.state.kind !== 'ready') return null;
		const all = hosts().filter(({ recorder }) => recorder.camera !== null);
		const watchers = all.flatMap((one) => one.watchers.filter(({ path }) => path !== 'sealed'));
		const watching = [...new Set(watchers.map(({ device }) => device))].slice(0, MAX_WATCHERS);
		const { nonce } = this;
		const common = { nonce, atMs: live.nowMs(), rosterSeq: rosterSeq(), watching };
		try {
			const found = await Promise.all(all.map((one) => this.#stateOf(one)));
			const cameras = found.filter((one) => one !== null);
			return cameras.length === 0 && all.length > 0 ? null : { ...common, cameras };
		} catch (error) {
			expectFault(error);
			return null;
		}
	}

	async #stateOf(one: ReportedCamera): Promise<CameraState | null> {
		const { localDevice, capture, torch, power, storage, guarding, recorded } = this.#tools;
		const { recorder, preferences, scheduler, tamperDetector } = one;
		const { camera } = recorder;
		const { state } = localDevice;
		if (camera === null || state.kind !== 'ready' || !(await one.isLeader())) return null;
		// LV32: the scheduler has not yet decided whether recording resumes.
		if (recorder.state.kind === 'off' && scheduler.now === null) return null;
		const view = viewOf(recorder.state);
		const [{ profile, upload }, lenses, ever] = await Promise.all([
			...([preferences.read(), capture.lenses(), recorded(camera)] as const),
		]);
		const { charge } = power;
		const copied = this.#tools.copied(camera) ?? null;
		return {
			id: camera,
			name: state.cameras.find(({ id }) => id === camera)?.name ?? null,
			...{ ...recordingStatus(recorder.state), recorded: ever },
			sound: view?.sound === true,
			torch: view === null ? null : torch.lit(view.picture),
			lenses: listedLenses(lenses, view?.lensId).map(({ id, label }) => ({
				id,
				label: label.slice(0, 256),
			})),
			lens: view?.lensId ?? null,
			quality: profile,
			...{ copy: upload, ...(copied === null ? {} : { copied }) },
			guard: guarding.on,
			battery: charge === null ? null : { ...charge },
			needs: needsOf(recorder.state, tamperDetector.sign, storage.level),
		};
	}
}

/** LV50. Storage matters to a camera that records, or cannot for lack of it. */
function needsOf(state: RecorderState, sign: TamperSign | null, level: StorageLevel): CameraNeed[] {
	const full = state.kind === 'blind' && state.why === 'quota';
	const tight = state.kind === 'recording' && ['critical', 'emergency'].includes(level);
	return [...(sign === null ? [] : [sign]), ...(full || tight ? (['storage'] as const) : [])];
}

/**
 * RC25: the test picture is no lens; it is listed while in use, so that one can switch away from
 * it.
 */
function listedLenses(lenses: readonly Lens[], used: string | undefined): readonly Lens[] {
	const some = lenses.slice(0, 15);
	return isTestPicture(used)
		? [...some, { id: TEST_PICTURE, label: '', facing: 'unknown' }]
		: lenses.slice(0, 16);
}

type StatusReport = Omit<Extract<Message, { t: 'state' }>, 't' | 'peer'>;

export function recordingStatus(
	state: RecorderState,
): Pick<CameraState, 'kind' | 'sinceMs' | 'savedMs'> {
	if (state.kind === 'recording') {
		return { kind: 'recording', sinceMs: state.saved.sinceMs, savedMs: state.saved.untilMs };
	}
	if (state.kind === 'blind') return { kind: 'blind', sinceMs: state.sinceMs, savedMs: null };
	const kind = { preview: 'preview', starting: 'starting', opening: 'starting' } as const;
	const known = state.kind in kind ? kind[state.kind as keyof typeof kind] : 'off';
	return { kind: known, sinceMs: null, savedMs: null };
}

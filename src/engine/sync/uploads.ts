import { concatBytes, type Bytes } from '#domain/base/bytes.ts';
import { expectFault, Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import { Listeners } from '#domain/base/listeners.ts';
import { Serial } from '#domain/base/serial.ts';
import { signedBytes } from '#domain/base/signed.ts';
import { minuteOf } from '#domain/footage/index-page.ts';
import type { Run } from '#domain/footage/run.ts';
import { batteryLow } from '#domain/recording/quality-ladder.ts';
import type { EvictionLimits, PlannedEviction } from '#domain/storage/eviction-plan.ts';
import type { Outlook } from '#domain/storage/forecast.ts';
import { buildRunRecord } from '#domain/sync/run-record.ts';
import type { SeqRange } from '#domain/sync/seq-ranges.ts';
import type { UploadChoice } from '#domain/sync/upload-choice.ts';
import { bytesBefore, unsavedInMs } from '#domain/sync/upload-plan.ts';
import type { PowerSource } from '#ports/device/power-source.ts';
import type { EvictedPage } from '#ports/footage/segment-store.ts';
import type { Network } from '#ports/network/network.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { RelayUsageAnswer } from '#protocol/footage.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import {
	CameraUploads,
	type CameraUploadsTools,
	type CopiedUpTo,
	type UploadedCamera,
} from './camera-uploads.ts';
import { UploadSlots } from './upload-slots.ts';
import type { HeldBack, UploadState } from './upload-state.ts';

const AT_ONCE = 2;
const LOOK_MS = 2_000;
const REFRESH_MS = 15_000;
const USAGE_MS = 60_000;
/** What retention takes within this time goes first. */
const SOON_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_LEAVING = 120;

export type RelayUsage = RelayUsageAnswer;

export interface UploadsTools extends Omit<
	CameraUploadsTools,
	| 'slots'
	| 'signRun'
	| 'leaving'
	| 'heldBack'
	| 'messagesWait'
	| 'storeIs'
	| 'lost'
	| 'changed'
	| 'footage'
> {
	readonly footage: CameraUploadsTools['footage'] & {
		cameras(): Promise<CameraId[]>;
		planEviction(limits: EvictionLimits): Promise<PlannedEviction>;
	};
	readonly cameras: {
		readonly all: readonly UploadedCamera[];
		on(changed: () => void): () => void;
	};
	readonly preferences: Pick<PreferenceStore<DevicePreferences>, 'read' | 'write'> & {
		on(listener: (now: DevicePreferences) => void): () => void;
	};
	readonly messenger: {
		readonly state: { readonly kind: string };
		readonly waiting: number;
		on(listener: () => void): () => void;
	};
	/** What the home takes at the relay. Throws as `FootageArchive` does. */
	readonly usage: () => Promise<RelayUsage>;
	/** Returns what it takes and may take now. Throws as `usage` does. */
	readonly lowerShare: (bytes: number | null) => Promise<RelayUsage>;
	readonly power: PowerSource;
	readonly network: Pick<Network, 'metered'>;
	/** The storage forecast of this device; `null`: not known yet. */
	readonly outlook: () => Outlook | null;
	/** Signs with the device's key. Throws `conflict` while that is not known. */
	readonly sign: (bytes: Bytes) => Promise<Bytes>;
	/** Whether the person at this device may decide: an owner. */
	readonly mayChoose: () => boolean;
	/** Notes an event: the relay had acknowledged what it does not have. */
	readonly noteLost: (camera: CameraId, startUs: number) => void;
}

/** The copy of one camera, as screens see it. */
export interface CameraCopy {
	readonly number: number;
	readonly camera: CameraId | null;
	/** `null`: not known yet. */
	readonly choice: UploadChoice | null;
	/** `null`: nothing of it is copied. */
	readonly state: UploadState | null;
}

/** Whether footage will be deleted here that the relay does not have. */
export interface UnsavedForecast {
	/** 0: it is happening. */
	readonly inMs: number;
	readonly recordedPerHour: number;
	readonly uploadedPerHour: number;
}

/** Choices of the device about its copy. */
export type DeviceUploadChoices = Pick<
	DevicePreferences,
	'uploadPaused' | 'uploadSparesData' | 'uploadSparesBattery'
>;

export interface UploadControls {
	readonly cameras: readonly CameraCopy[];
	/** `null`: not known yet. */
	readonly device: DeviceUploadChoices | null;
	/** `null`: nothing will be, as far as is known. */
	readonly forecast: UnsavedForecast | null;
	/** What this home takes at the relay, and may take; `null`: not known. */
	readonly usage: RelayUsage | null;
	/** When the relay turned out to be another store than before; `null`: it did not. */
	readonly anotherSinceMs: number | null;
	/** Whether the browser tells of the network's cost. */
	readonly tellsCost: boolean;
	on(listener: () => void): () => void;
	/** Throws `denied` unless this device is an owner, and as `PreferenceStore` does. */
	choose(number: number, choice: UploadChoice): Promise<void>;
	/**
	 * What this home may hold at the relay; `null`: as much as there is (RS11). Throws `denied`
	 * unless this device is an owner, and as `FootageArchive` does.
	 */
	lowerShare(bytes: number | null): Promise<void>;
	/** Throws as `PreferenceStore` does. */
	set(change: Partial<DeviceUploadChoices>): Promise<void>;
}

/** Copies what this device's cameras saved to the relay (docs/spec/sync.md, "The camera"). */
export class Uploads implements UploadControls {
	forecast: UnsavedForecast | null = null;
	usage: RelayUsage | null = null;
	readonly #tools: UploadsTools;
	readonly #listeners = new Listeners();
	readonly #slots = new UploadSlots(AT_ONCE);
	readonly #storing = new Serial();
	#cameras: readonly CameraUploads[] = [];
	#device: DevicePreferences | null = null;
	#leaving: readonly number[] = [];

	constructor(tools: UploadsTools) {
		this.#tools = tools;
	}

	get cameras(): readonly CameraCopy[] {
		return this.#cameras;
	}

	get device(): DeviceUploadChoices | null {
		return this.#device;
	}

	get anotherSinceMs(): number | null {
		const { uploadStore = null } = this.#device ?? {};
		return uploadStore?.again === true ? uploadStore.sinceMs : null;
	}

	get tellsCost(): boolean {
		return this.#tools.network.metered !== null;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** For the life of the page. */
	begin(): void {
		const { cameras, preferences, messenger, power, clock } = this.#tools;
		cameras.on(() => this.#follow());
		this.#follow();
		preferences.on((now) => this.#take(now));
		let { kind } = messenger.state;
		messenger.on(() => {
			const before = kind;
			({ kind } = messenger.state);
			if (kind === 'connected' && before !== kind) for (const one of this.#cameras) one.askAgain();
			// Connected comes first, what to show the relay a moment later: then this is told again.
			if (before !== kind || this.usage === null) void this.#readUsage();
			if (kind !== before) this.#listeners.notify();
		});
		power.on(() => this.#lookAgain());
		clock.every(LOOK_MS, () => void this.#look());
		clock.every(REFRESH_MS, () => void this.#readChoices());
		clock.every(REFRESH_MS, () => void this.#refresh());
		clock.every(USAGE_MS, () => void this.#readUsage());
		void this.#refresh();
		void this.#readUsage();
	}

	async choose(number: number, choice: UploadChoice): Promise<void> {
		if (!this.#tools.mayChoose())
			throw new Fault('denied', 'only an owner decides about the copy at the relay');
		await this.#cameras.find((one) => one.number === number)?.choose(choice);
	}

	async lowerShare(bytes: number | null): Promise<void> {
		if (!this.#tools.mayChoose())
			throw new Fault('denied', 'only an owner decides about the space at the relay');
		this.usage = await this.#tools.lowerShare(bytes);
		this.#listeners.notify();
	}

	async set(change: Partial<DeviceUploadChoices>): Promise<void> {
		await this.#tools.preferences.write(change);
	}

	/** `null`: nothing of it is copied, or not by this tab. */
	copiedOf(camera: CameraId): CopiedUpTo | null {
		return this.#cameras.find((one) => one.camera === camera)?.copied ?? null;
	}

	/** Others miss these segments at the relay (SY49). */
	recheck(camera: CameraId, runNo: number, seqs: readonly SeqRange[]): void {
		this.#cameras.find((one) => one.camera === camera)?.recheck(runNo, seqs);
	}

	/** Bytes of pages that are to be copied, and are not known to be there. */
	unsavedBytes(pages: readonly EvictedPage[]): number {
		const ofCameras = pages.flatMap((page) => this.#cameras.map((one) => one.unsavedBytes(page)));
		return ofCameras.reduce((sum, bytes) => sum + bytes, 0);
	}

	#follow(): void {
		const { all } = this.#tools.cameras;
		const gone = this.#cameras.filter(({ number }) => all.every((one) => one.number !== number));
		for (const one of gone) one.dispose();
		this.#cameras = all.map(
			(camera) =>
				this.#cameras.find(({ number }) => number === camera.number) ?? this.#made(camera),
		);
		void this.#readChoices();
		this.#listeners.notify();
	}

	#made(camera: UploadedCamera): CameraUploads {
		return new CameraUploads(
			{
				...this.#tools,
				slots: this.#slots,
				signRun: (run) => this.#signedRun(run),
				leaving: () => Promise.resolve(this.#leaving),
				heldBack: () => this.#heldBack,
				messagesWait: () => this.#tools.messenger.waiting > 0,
				storeIs: (store) => void this.#noteStore(store),
				lost: (id, startUs) => this.#tools.noteLost(id, startUs),
				changed: () => this.#listeners.notify(),
			},
			camera,
		);
	}

	async #signedRun(run: Run): Promise<Bytes> {
		const wallMs = Math.floor(this.#tools.clock.wallMs());
		const canonical = buildRunRecord({ ...run, wallMs });
		return concatBytes(canonical, await this.#tools.sign(signedBytes('run', canonical)));
	}

	get #heldBack(): HeldBack | null {
		const { power, network } = this.#tools;
		// Not known yet: what a person paused must not begin.
		if (this.#device === null) return 'elsewhere';
		const { uploadPaused, uploadSparesData, uploadSparesBattery } = this.#device;
		if (uploadPaused) return 'person';
		if (uploadSparesData && network.metered === true) return 'metered';
		return uploadSparesBattery && batteryLow(power.charge) ? 'battery' : null;
	}

	async #readChoices(): Promise<void> {
		await Promise.all(this.#cameras.map((one) => one.read()));
	}

	async #look(): Promise<void> {
		await Promise.all(this.#cameras.map((one) => one.look()));
	}

	/** What fails is tried again at the next turn. */
	async #refresh(): Promise<void> {
		try {
			this.#take(await this.#tools.preferences.read());
			this.#leaving = await this.#leavingSoon();
			this.forecast = await this.#forecast();
			this.#listeners.notify();
		} catch (error) {
			expectFault(error);
		}
	}

	#take(now: DevicePreferences): void {
		this.#device = now;
		this.#lookAgain();
	}

	#lookAgain(): void {
		for (const one of this.#cameras) one.lookAgain();
		this.#listeners.notify();
	}

	/** Minutes that retention takes within ten minutes. */
	async #leavingSoon(): Promise<readonly number[]> {
		const { footage, outlook, clock } = this.#tools;
		const now = outlook();
		if (now === null || !this.#cameras.some(({ uploader }) => uploader !== null)) return [];
		const soonMs = now.fullInMs === null ? 0 : Math.max(0, SOON_MS - now.fullInMs);
		const bytes = (now.bytesPerHour * soonMs) / HOUR_MS;
		const mostDays = this.#device?.mostDays ?? null;
		if (bytes === 0 && mostDays === null) return [];
		const beforeUs = (clock.wallMs() + SOON_MS - (mostDays ?? 0) * DAY_MS) * 1000;
		const limits = mostDays === null ? { bytes } : { bytes, beforeUs };
		const { span } = await footage.planEviction(limits);
		if (span === null) return [];
		const first = minuteOf(span.startUs);
		const length = Math.min(MAX_LEAVING, minuteOf(span.endUs - 1) - first + 1);
		return Array.from({ length }, (_, at) => first + at);
	}

	/** What was known stays. */
	async #readUsage(): Promise<void> {
		if (this.#tools.messenger.state.kind !== 'connected') return;
		try {
			this.usage = await this.#tools.usage();
			this.#listeners.notify();
		} catch (error) {
			expectFault(error);
		}
	}

	/** SY23. */
	async #forecast(): Promise<UnsavedForecast | null> {
		const { footage, outlook, clock, messenger } = this.#tools;
		const now = outlook();
		const all = this.#cameras.flatMap(({ uploader }) => uploader ?? []);
		const left = all.flatMap(({ oldestLeftUs }) => oldestLeftUs ?? []);
		const records = this.#tools.cameras.all.some(
			({ recorder }) => recorder.state.kind === 'recording',
		);
		if (now === null || left.length === 0 || !records || now.rates.length === 0) return null;
		const speeds = all.flatMap(({ bytesPerHour }) => bytesPerHour ?? []);
		const goes = messenger.state.kind === 'connected' && this.#heldBack === null;
		// Not measured yet.
		if (goes && speeds.length === 0) return null;
		const uploadedPerHour = goes ? speeds.reduce((sum, one) => sum + one, 0) : 0;
		const oldestUs = Math.min(...left);
		// Of the last minutes something is always missing.
		if (clock.wallMs() * 1000 - oldestUs < SOON_MS * 1000) return null;
		const runs = (
			await Promise.all((await footage.cameras()).map((camera) => footage.runs(camera)))
		).flat();
		const { bytesPerHour: recordedPerHour, allowedBytes, usedBytes } = now;
		const rates = { recordedPerHour, uploadedPerHour };
		const freeBytes = now.fullInMs === 0 ? 0 : Math.max(0, allowedBytes - usedBytes);
		const savedFirstBytes = bytesBefore(runs, oldestUs);
		const inMs = unsavedInMs({ ...rates, freeBytes, savedFirstBytes });
		return inMs === null ? null : { ...rates, inMs };
	}

	/** Another id is another store: everything is sent again, and the screen says why (SY25). */
	#noteStore(id: string): Promise<void> {
		return this.#storing.run(async () => {
			try {
				const { preferences, clock } = this.#tools;
				const { uploadStore } = await preferences.read();
				if (uploadStore?.id === id) return;
				const sinceMs = Math.floor(clock.wallMs());
				await preferences.write({ uploadStore: { id, sinceMs, again: uploadStore !== null } });
			} catch (error) {
				// The next page notes it.
				expectFault(error);
			}
		});
	}
}

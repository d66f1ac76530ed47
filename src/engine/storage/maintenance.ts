import { Serial } from '#domain/base/serial.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { SettingChangeKind } from '#domain/storage/setting-change.ts';
import { hasClockStepped, clockSampleOf, type ClockSample } from '#domain/footage/clock-sample.ts';
import { expectFault, faultOf, type Fault } from '#domain/base/fault.ts';
import {
	estimatedIndexBytes,
	storageLevelOf,
	type StorageUsage,
	type StorageLevel,
} from '#domain/storage/usage.ts';
import {
	detectGrowth,
	SAMPLE_RETENTION_MS,
	type Growth,
	type UsageSample,
} from '#domain/storage/growth.ts';
import { MAX_PAGES_PER_PASS } from '#domain/storage/retention.ts';
import { outlookOf, recordingRatesOf, type Outlook } from '#domain/storage/forecast.ts';
import type { PlannedEviction } from '#domain/storage/eviction-plan.ts';
import { bytesPerHourOf, profileNamed, type Profile } from '#domain/recording/profile.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Run } from '#domain/footage/run.ts';
import { reserveBytesOf } from '#domain/storage/allowance.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EventStore } from '#ports/footage/event-store.ts';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { StoragePersistence, Trace } from '#ports/storage/persistence.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import type { Reserve } from '#ports/storage/reserve.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import type { ThumbnailStore } from '#ports/footage/thumbnail-store.ts';
import type { Allowance } from './allowance.ts';
import type { DeletionJournal } from './deletion-journal.ts';
import type { Pins } from './pins.ts';
import type { Retention } from './retention.ts';

const LOOK_MS = 15_000;
const SOON_MS = 2000;
const TEND_MS = 60_000;
const NOTE_MS = 600_000;
/** How long a person can undo a deletion (RT12). */
const UNDO_MS = 10 * 60_000;
/** RT17: how long the clock must run evenly. */
const EVENLY_MS = 60 * 60_000;
/** SP13: no refill of the reserve this soon after a refusal. */
const QUIET_MS = 60_000;
const DAY_US = 86_400_000_000;
const MIB = 2 ** 20;
const CHANGES_READ = 20;

export interface StorageMaintenanceTools {
	readonly clock: Clock;
	readonly segments: SegmentStore & Pick<PinsAndTrash, 'purge'>;
	readonly thumbnails: Pick<ThumbnailStore, 'size'>;
	readonly reserve: Reserve;
	/** Checked for readability as well. */
	readonly events?: Pick<EventStore, 'probe'>;
	readonly ledger: Ledger;
	readonly journal: Pick<DeletionJournal, 'note'>;
	readonly allowance: Allowance;
	readonly retention: Pick<Retention, 'enforceBudget' | 'planEviction'>;
	readonly pins: Pick<Pins, 'heldBytes'>;
	readonly origin: StoragePersistence;
	readonly preferences: PreferenceStore<DevicePreferences>;
	/** The chosen qualities of the cameras that share the budget. */
	readonly profiles: () => Promise<readonly Profile['name'][]>;
	/** The cameras that this device has now; `null` while that is not known. */
	readonly cameras: () => readonly CameraId[] | null;
}

/** Limits that a person may set: budget, and days of footage. */
export interface StorageLimits {
	readonly budgetBytes: number | null;
	readonly mostDays: number | null;
}

/** The maintenance that screens can see. */
export interface MaintenanceControls {
	/** As of the last refresh; `null` before the first. */
	readonly usage: StorageUsage | null;
	readonly level: StorageLevel;
	/** From the same refresh as `usage`. */
	readonly outlook: Outlook | null;
	/** Growth that needs attention. */
	readonly growths: readonly Growth<SettingChangeKind>[];
	/** Why the databases could not be read; `null` if they could. */
	readonly fault: Fault | null;
	/** What the browser evicted; `null` if nothing. */
	readonly clearedTrace: Trace | null;
	on(listener: () => void): () => void;
	/** Starts maintenance. `empty`: this device has neither keys nor footage. */
	start(empty: boolean): void;
	/** Refreshes now. Never throws. */
	refresh(): Promise<void>;
	/**
	 * What saving these limits would delete; `null`: the current ones. Throws like `SegmentStore`.
	 */
	planEviction(limits: StorageLimits): Promise<PlannedEviction>;
	/**
	 * Runs due work now: purges removals, evicts over budget or age. Returns the bytes freed. Never
	 * throws.
	 */
	maintain(): Promise<number>;
	/** Dismisses the notice about evicted footage. */
	acknowledgeCleared(): void;
}

/**
 * Maintains this device's storage while a page is open: measures usage, refills the reserve, evicts
 * old footage and purges removals. Rules: docs/spec/space.md, retention.md. Recording does not
 * depend on it: what fails is retried on the next turn.
 */
export class StorageMaintenance implements MaintenanceControls {
	usage: StorageUsage | null = null;
	outlook: Outlook | null = null;
	growths: readonly Growth<SettingChangeKind>[] = [];
	fault: Fault | null = null;
	clearedTrace: Trace | null = null;
	readonly #tools: StorageMaintenanceTools;
	readonly #listeners = new Listeners();
	readonly #samples: UsageSample[] = [];
	#again: () => void = () => undefined;
	#even: ClockSample;
	#notedMs = -Infinity;
	#previews = { bytes: 0, atMs: -Infinity };
	readonly #serial = new Serial();

	constructor(tools: StorageMaintenanceTools) {
		this.#tools = tools;
		this.#even = clockSampleOf(tools.clock);
	}

	get level(): StorageLevel {
		return this.usage === null
			? 'fine'
			: storageLevelOf(this.usage, this.#tools.allowance.refusedMs);
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	start(empty: boolean): void {
		const { clock, origin } = this.#tools;
		const trace = origin.trace();
		if (empty && trace !== null) this.clearedTrace = trace;
		clock.every(LOOK_MS, () => void this.refresh());
		clock.every(TEND_MS, () => void this.maintain());
		void this.refresh();
	}

	refresh(): Promise<void> {
		return this.#inTurn(async () => {
			try {
				await this.#measure();
				await this.#tools.events?.probe();
				this.fault = null;
			} catch (error) {
				const fault = faultOf(error);
				// A full disk is reported by the storage level instead.
				this.fault = fault.kind === 'quota' ? null : fault;
				// Retry soon: a tab that blocks the database may close at any moment.
				this.#again();
				this.#again = this.#tools.clock.after(SOON_MS, () => void this.refresh());
			}
		});
	}

	planEviction({ budgetBytes, mostDays }: StorageLimits): Promise<PlannedEviction> {
		return this.#tools.retention.planEviction(
			budgetBytes,
			mostDays === null ? undefined : this.#daysAgoUs(mostDays),
		);
	}

	async #measure(): Promise<void> {
		const { clock, preferences, profiles, allowance, ledger } = this.#tools;
		const runs = await this.#runs();
		await allowance.refresh();
		const [{ mostDays }, chosenProfiles] = await Promise.all([preferences.read(), profiles()]);
		const usage = await this.#count(runs);
		const chosen = chosenProfiles.reduce((sum, one) => sum + bytesPerHourOf(profileNamed(one)), 0);
		const here = this.#tools.cameras();
		const rates = recordingRatesOf(runs, clock.wallMs()).filter(
			({ camera }) => here?.includes(camera) ?? true,
		);
		this.outlook = outlookOf(usage, rates, chosen, mostDays);
		this.usage = usage;
		allowance.overheadBytes = usage.previews + usage.index;
		await this.#watchGrowth(usage);
		if (usage.atMs - this.#notedMs >= NOTE_MS) {
			await ledger.noteUsage(usage);
			this.#notedMs = usage.atMs;
		}
	}

	async maintain(): Promise<number> {
		let left = 0;
		await this.#inTurn(() => this.#purge());
		await this.#inTurn(async () => {
			left += await this.#expire();
		});
		for (let bytes = Infinity; bytes > 0; left += bytes) {
			bytes = 0;
			await this.#inTurn(async () => {
				({ bytes } = await this.#tools.retention.enforceBudget());
			});
		}
		await this.#inTurn(() => this.#rebuildReserve());
		await this.#inTurn(() => this.#leaveTrace());
		// Observers see the result at once.
		await this.refresh();
		return left;
	}

	acknowledgeCleared(): void {
		this.clearedTrace = null;
		this.#tools.origin.writeTrace(null);
		this.#listeners.notify();
	}

	/** What fails is retried on the next turn. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		return this.#serial.run(work).then(() => this.#listeners.notify(), expectFault);
	}

	async #count(runs: readonly Run[]): Promise<StorageUsage> {
		const { clock, reserve, allowance, pins, origin } = this.#tools;
		const [allowed, previews, held, pinned, used] = await Promise.all([
			allowance.bytes(),
			this.#previewBytes(),
			reserve.held(),
			pins.heldBytes(),
			origin.usedBytes(),
		]);
		const footage = runs.reduce((sum, { bytes }) => sum + bytes, 0);
		const index = estimatedIndexBytes(
			runs.reduce((sum, { firstSeq, lastSeq }) => sum + Math.max(0, lastSeq - firstSeq + 1), 0),
		);
		const known = footage + previews + index + held;
		return {
			atMs: Math.floor(clock.wallMs()),
			footage,
			pinned: Math.min(pinned, footage),
			previews,
			index,
			reserve: held,
			other: Math.max(0, (used ?? known) - known),
			allowed,
		};
	}

	/** Counting thumbnails reads some of them: once a minute is enough. */
	async #previewBytes(): Promise<number> {
		const nowMs = this.#tools.clock.monotonicMs();
		if (nowMs - this.#previews.atMs >= TEND_MS) {
			this.#previews = { bytes: (await this.#tools.thumbnails.size()).bytes, atMs: nowMs };
		}
		return this.#previews.bytes;
	}

	async #runs(): Promise<Run[]> {
		const { segments } = this.#tools;
		const cameras = await segments.cameras();
		return (await Promise.all(cameras.map((camera) => segments.runs(camera)))).flat();
	}

	/** Only what retention cannot reclaim counts; the rest is a ring. */
	async #watchGrowth({
		atMs,
		pinned,
		previews,
		index,
		other,
		allowed,
	}: StorageUsage): Promise<void> {
		const owners = { pinned, previews, index, other };
		const held = pinned + previews + index + other;
		this.#samples.push({ atMs, owners, roomBytes: Math.max(0, allowed - held) });
		while ((this.#samples[0]?.atMs ?? atMs) < atMs - SAMPLE_RETENTION_MS) this.#samples.shift();
		const changes = await this.#tools.ledger.changes(CHANGES_READ);
		this.growths = detectGrowth(this.#samples, {}, changes);
	}

	async #purge(): Promise<void> {
		const { clock, segments, journal } = this.#tools;
		const bytes = await segments.purge(clock.wallMs() - UNDO_MS);
		journal.note('person', { segments: 0, bytes, span: null });
	}

	#daysAgoUs(days: number): number {
		return this.#tools.clock.wallMs() * 1000 - days * DAY_US;
	}

	async #expire(): Promise<number> {
		const { segments, preferences, journal } = this.#tools;
		const now = clockSampleOf(this.#tools.clock);
		// RT17: a clock step restarts the hour.
		if (hasClockStepped(this.#even, now)) this.#even = now;
		if (now.monotonicMs - this.#even.monotonicMs < EVENLY_MS) return 0;
		const { mostDays } = await preferences.read();
		if (mostDays === null) return 0;
		const expired = await segments.expire(this.#daysAgoUs(mostDays), MAX_PAGES_PER_PASS);
		journal.note('age', expired);
		return expired.bytes;
	}

	async #rebuildReserve(): Promise<void> {
		const { clock, segments, reserve, allowance } = this.#tools;
		const { refusedMs } = allowance;
		if (refusedMs !== null && Math.abs(clock.wallMs() - refusedMs) < QUIET_MS) return;
		const wanted = reserveBytesOf(await allowance.bytes());
		const [used, may] = await Promise.all([segments.usedBytes(), allowance.footageBytes()]);
		// Never exceed the allowance: the refill waits until footage has been evicted for it.
		const room = Math.max(0, wanted + may - used);
		await reserve.hold(used === 0 ? 0 : Math.min(wanted, room));
	}

	/** SP22: rounded, because the trace is not encrypted. */
	async #leaveTrace(): Promise<void> {
		const runs = await this.#runs();
		const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
		const untilUs = runs.reduce((latest, { endUs }) => Math.max(latest, endUs), 0);
		// A loss is shown until the person acknowledges it.
		if (this.clearedTrace !== null) return;
		this.#tools.origin.writeTrace(
			bytes === 0
				? null
				: {
						bytes: Math.ceil(bytes / MIB) * MIB,
						untilMs: Math.floor(untilUs / 60_000_000) * 60_000,
					},
		);
	}
}

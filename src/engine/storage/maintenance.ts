import type { SettingChangeKind } from '#domain/storage/setting-change.ts';
import { hasClockStepped, clockSampleOf, type ClockSample } from '#domain/footage/clock-sample.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
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
import type { CameraId } from '#domain/base/ids.ts';
import { MAX_PAGES_PER_PASS } from '#domain/storage/retention.ts';
import { outlookOf, recordingRatesOf, type Outlook } from '#domain/storage/forecast.ts';
import type { PlannedEviction } from '#domain/storage/eviction-plan.ts';
import { bytesPerHourOf, profileNamed } from '#domain/recording/profile.ts';
import type { Run } from '#domain/footage/run.ts';
import { reserveBytesOf } from '#domain/storage/allowance.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { EventStore } from '#ports/footage/event-store.ts';
import type { PinsAndTrash } from '#ports/footage/pins-and-trash.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { StoragePersistence, Trace } from '#ports/storage/persistence.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
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
/** How long a person can have back what they deleted. */
const UNDO_MS = 10 * 60_000;
/** RT17. */
const EVENLY_MS = 60 * 60_000;
/** SP13. */
const QUIET_MS = 60_000;
const DAY_US = 86_400_000_000;
const MIB = 2 ** 20;
const CHANGES_READ = 20;

export interface StorageMaintenanceTools {
	readonly clock: Clock;
	readonly segments: SegmentStore & Pick<PinsAndTrash, 'purge'>;
	readonly thumbnails: Pick<ThumbnailStore, 'size'>;
	readonly reserve: Reserve;
	/** Looked at, too, whether they open. */
	readonly events?: Pick<EventStore, 'between'>;
	readonly ledger: Ledger;
	readonly journal: Pick<DeletionJournal, 'note'>;
	readonly allowance: Allowance;
	readonly retention: Pick<Retention, 'enforceBudget' | 'planEviction'>;
	readonly pins: Pick<Pins, 'heldBytes'>;
	readonly origin: StoragePersistence;
	readonly preferences: PreferenceStore;
}

/** Of what a person may set: how much is kept, and for how many days. */
export interface StorageLimits {
	readonly budgetBytes: number | null;
	readonly mostDays: number | null;
}

/** What screens may ask. */
export interface MaintenanceControls {
	/** As of the last look; `null` before the first. */
	readonly usage: StorageUsage | null;
	readonly level: StorageLevel;
	/** As of the same look as `filling`. */
	readonly outlook: Outlook | null;
	/** What grows so that it needs somebody. */
	readonly growths: readonly Growth<SettingChangeKind>[];
	/** Why the databases could not be looked at; `null`: they could. */
	readonly fault: Fault | null;
	/** What lay here and is gone, because the browser cleared it; `null`: nothing. */
	readonly clearedTrace: Trace | null;
	on(listener: () => void): () => void;
	/** Begins to look after it. `empty`: neither keys nor footage are here. */
	start(empty: boolean): void;
	/** Looks now. Never throws. */
	refresh(): Promise<void>;
	/**
	 * What limits would delete if they held now; `null`: as they are. Throws what the store throws.
	 */
	planEviction(wish: StorageLimits): Promise<PlannedEviction>;
	/**
	 * Does now what is due: purges, lets leave what is too much or too old. The bytes that left.
	 * Never throws.
	 */
	maintain(): Promise<number>;
	/** The person knows; it is not said again. */
	acknowledgeCleared(): void;
}

/**
 * Looks after the room of this device while a page is open: counts what fills it, keeps the
 * reserve, lets leave what is too old or was thrown away. Rules: docs/spec/space.md, retention.md.
 * Nothing here is needed to record: what fails is tried again at the next turn.
 */
export class StorageMaintenance implements MaintenanceControls {
	usage: StorageUsage | null = null;
	outlook: Outlook | null = null;
	growths: readonly Growth<SettingChangeKind>[] = [];
	fault: Fault | null = null;
	clearedTrace: Trace | null = null;
	readonly #tools: StorageMaintenanceTools;
	readonly #listeners = new Set<() => void>();
	readonly #samples: UsageSample[] = [];
	#again: () => void = () => undefined;
	#even: ClockSample;
	#notedMs = -Infinity;
	#previews = { bytes: 0, atMs: -Infinity };
	#work: Promise<void> = Promise.resolve();

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
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
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
				await this.#look();
				await this.#tools.events?.between('' as CameraId, 0, 0);
				this.fault = null;
			} catch (error) {
				const fault = faultOf(error);
				// A full disk is said by its level.
				this.fault = fault.kind === 'quota' ? null : fault;
				// Another tab may be closed any moment.
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

	async #look(): Promise<void> {
		const { clock, preferences, allowance, ledger } = this.#tools;
		const runs = await this.#runs();
		const { profile, mostDays } = await preferences.read();
		const filling = await this.#count(runs);
		const chosen = bytesPerHourOf(profileNamed(profile));
		this.outlook = outlookOf(filling, recordingRatesOf(runs, clock.wallMs()), chosen, mostDays);
		this.usage = filling;
		allowance.overheadBytes = filling.previews + filling.index;
		await this.#watchGrowth(filling);
		if (filling.atMs - this.#notedMs >= NOTE_MS) {
			await ledger.noteUsage(filling);
			this.#notedMs = filling.atMs;
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
		// Whoever looks sees what has become of it.
		await this.refresh();
		return left;
	}

	acknowledgeCleared(): void {
		this.clearedTrace = null;
		this.#tools.origin.writeTrace(null);
		this.#tell();
	}

	/** One thing at a time; what the store could not answer is asked again at the next turn. */
	#inTurn(work: () => Promise<void>): Promise<void> {
		this.#work = this.#work.then(work).then(
			() => this.#tell(),
			() => undefined,
		);
		return this.#work;
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

	/** Counting them means reading some: once a minute is enough. */
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

	/** Of what retention cannot give back; the rest is a ring. */
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
		// RT17: a clock that was set starts the hour anew.
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
		// While footage still leaves for it, it waits: what may be kept is never exceeded.
		const room = Math.max(0, wanted + may - used);
		await reserve.hold(used === 0 ? 0 : Math.min(wanted, room));
	}

	/** SP22: rounded, because it lies there unsealed. */
	async #leaveTrace(): Promise<void> {
		const runs = await this.#runs();
		const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
		const untilUs = runs.reduce((latest, { endUs }) => Math.max(latest, endUs), 0);
		// What was taken is said until the person knows.
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

	#tell(): void {
		for (const listener of this.#listeners) listener();
	}
}

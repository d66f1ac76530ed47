/* eslint-disable @typescript-eslint/require-await -- async turns what is thrown into a rejection, as in the real one */
import type { SettingChange } from '#domain/storage/setting-change.ts';
import { Fault } from '#domain/base/fault.ts';
import { usageBucketOf, type StorageUsage } from '#domain/storage/usage.ts';
import { hourOf, mergedDeletion, type Deletion } from '#domain/storage/deletion.ts';
import { Allowance } from '#engine/storage/allowance.ts';
import { StorageMaintenance } from '#engine/storage/maintenance.ts';
import { DeletionJournal } from '#engine/storage/deletion-journal.ts';
import { AuditedPreferences } from '#engine/storage/audited-preferences.ts';
import { Pins } from '#engine/storage/pins.ts';
import { Retention } from '#engine/storage/retention.ts';
import type { Ledger } from '#ports/storage/ledger.ts';
import type { DataLoss, StoragePersistence, Trace } from '#ports/storage/persistence.ts';
import type { Reserve } from '#ports/storage/reserve.ts';
import type { SegmentStore } from '#ports/footage/segment-store.ts';
import { T0 } from '../contracts/segment-store.ts';
import { ManualClock } from './clock.ts';
import { MemoryCameraPreferences, MemoryDevicePreferences } from './preference-store.ts';
import { MemorySegmentStore } from './segment-store.ts';

const MIB = 2 ** 20;

export class MemoryLedger implements Ledger {
	/** While set, writes throw `quota`. */
	full = false;
	readonly #deletions = new Map<string, Deletion>();
	readonly #fillings = new Map<number, StorageUsage>();
	readonly #changes: SettingChange[] = [];

	async noteDeletion(deletion: Deletion): Promise<void> {
		this.#refuse();
		const key = `${deletion.rule} ${String(hourOf(deletion))}`;
		const before = this.#deletions.get(key);
		this.#deletions.set(key, before === undefined ? deletion : mergedDeletion(before, deletion));
	}

	async deletions(most: number): Promise<Deletion[]> {
		return [...this.#deletions.values()].sort((a, b) => b.lastMs - a.lastMs).slice(0, most);
	}

	async noteUsage(filling: StorageUsage): Promise<void> {
		this.#refuse();
		this.#fillings.set(usageBucketOf(filling.atMs), filling);
	}

	async usageSince(fromMs: number): Promise<StorageUsage[]> {
		return [...this.#fillings.values()]
			.filter(({ atMs }) => usageBucketOf(atMs) >= usageBucketOf(fromMs))
			.sort((a, b) => a.atMs - b.atMs);
	}

	async noteChange(change: SettingChange): Promise<void> {
		this.#refuse();
		this.#changes.push(change);
	}

	async changes(most: number): Promise<SettingChange[]> {
		return this.#changes.toSorted((a, b) => b.atMs - a.atMs).slice(0, most);
	}

	#refuse(): void {
		if (this.full) throw new Fault('quota', 'no room');
	}
}

export class MemoryReserve implements Reserve {
	/** Capacity in bytes. */
	roomBytes = Infinity;
	#pieces = 0;

	async held(): Promise<number> {
		return this.#pieces * MIB;
	}

	async hold(bytes: number): Promise<void> {
		this.#pieces = Math.min(Math.floor(bytes / MIB), Math.max(this.#pieces, this.roomBytes / MIB));
		if (this.#pieces * MIB < Math.floor(bytes / MIB) * MIB) throw new Fault('quota', 'no room');
	}

	async spend(): Promise<number> {
		const bytes = await this.held();
		this.#pieces = 0;
		return bytes;
	}
}

export class MemoryPersistence implements StoragePersistence {
	used: number | null = null;
	granted = false;
	/** The result of asking for it. */
	grants = true;
	left: Trace | null = null;

	async usedBytes(): Promise<number | null> {
		return this.used;
	}

	async persisted(): Promise<boolean> {
		return this.granted;
	}

	async persist(): Promise<boolean> {
		this.granted ||= this.grants;
		return this.granted;
	}

	trace(): Trace | null {
		return this.left;
	}

	writeTrace(trace: Trace | null): void {
		this.left = trace;
	}

	gone: DataLoss | null = null;

	dataLoss(): DataLoss | null {
		return this.gone;
	}

	writeDataLoss(cleared: DataLoss | null): void {
		this.gone = cleared;
	}
}

/** Retention with nothing but a budget, read at each call; without a journal. */
export function retentionWith(segments: SegmentStore, bytes: () => number): Retention {
	return new Retention({
		segments,
		allowance: {
			bytes: () => Promise.resolve(bytes()),
			footageBytes: () => Promise.resolve(bytes()),
			recordRefusal: () => Promise.resolve(),
		},
		reserve: new MemoryReserve(),
		journal: { note: () => undefined },
	});
}

/** Storage maintenance and everything it maintains. `stored`: the user's preferences. */
export function storageWorld(stored: object = {}) {
	const clock = new ManualClock(T0 / 1000);
	const store = new MemorySegmentStore();
	const reserve = new MemoryReserve();
	const ledger = new MemoryLedger();
	const origin = new MemoryPersistence();
	const preferences = new AuditedPreferences(new MemoryDevicePreferences(stored), ledger, clock);
	const camera = new AuditedPreferences(new MemoryCameraPreferences(stored), ledger, clock);
	const profiles = async () => [(await camera.read()).profile];
	const allowance = new Allowance(preferences, clock, () => Promise.resolve(null));
	const pins = new Pins(store, allowance);
	const journal = new DeletionJournal(ledger, clock);
	const previews = { count: 0, bytes: 0 };
	const retention = new Retention({ segments: store, allowance, reserve, journal });
	const tools = {
		...{ clock, reserve, ledger, origin, preferences, allowance, retention, pins, journal },
		...{ segments: store, camera, profiles, cameras: () => null },
		thumbnails: { size: () => Promise.resolve(previews) },
	};
	return { ...tools, store, previews, maintenance: new StorageMaintenance(tools) };
}

import { subscribed } from '#state/app/subscribed.ts';
import type { SettingChangeKind, SettingChange } from '#domain/storage/setting-change.ts';
import { chartFromMs, chartOf, type Chart } from '#domain/storage/chart.ts';
import {
	usageOfKind,
	USAGE_KINDS,
	type StorageUsage,
	type UsageKind,
	type StorageLevel,
} from '#domain/storage/usage.ts';
import { rateChange, type RecordingRate, type RateChange } from '#domain/storage/forecast.ts';
import type { Growth } from '#domain/storage/growth.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Deletion } from '#domain/storage/deletion.ts';
import { oldestEvictableUs } from '#domain/storage/retention.ts';
import type { Run } from '#domain/footage/run.ts';
import type { PinCost } from '#engine/storage/pins.ts';
import type { Engine } from '#state/app/engine.ts';

const DELETIONS_SHOWN = 50;
const MONTH_MS = 31 * 86_400_000;

/** Storage of this device: usage, deletions and pins, with their history. */
export class StorageOverview {
	/** The last month, oldest first. */
	usageHistory = $state.raw<readonly StorageUsage[]>([]);
	/** Newest first. */
	deletions = $state.raw<readonly Deletion[]>([]);
	pins = $state.raw<readonly PinCost[]>([]);
	/** The pin just removed, which can be restored. */
	unpinned = $state.raw<PinCost | null>(null);
	/** It could not be restored, because there is no room for more pins. */
	full = $state(false);
	runs = $state.raw<readonly Run[]>([]);
	#changes = $state.raw<readonly SettingChange[]>([]);
	#nowMs = $state(0);
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.maintenance);
	}

	watch(): void {
		this.#off = this.#engine.segments.watch(() => void this.refresh());
		void this.#engine.maintenance.refresh();
		void this.refresh();
	}

	close(): void {
		this.#off();
	}

	get usage(): StorageUsage | null {
		this.#subscribe();
		return this.#engine.maintenance.usage;
	}

	get level(): StorageLevel {
		this.#subscribe();
		return this.#engine.maintenance.level;
	}

	get growths(): readonly Growth<SettingChangeKind>[] {
		this.#subscribe();
		return this.#engine.maintenance.growths;
	}

	get rates(): readonly RecordingRate[] {
		this.#subscribe();
		return this.#engine.maintenance.outlook?.rates ?? [];
	}

	get rateChange(): RateChange | null {
		return rateChange(this.runs, this.#changes, this.#nowMs);
	}

	/** Wall time of the oldest footage, ms. */
	get reachesBackMs(): number | null {
		const oldestUs = this.runs.reduce((oldest, { startUs }) => Math.min(oldest, startUs), Infinity);
		return oldestUs === Infinity ? null : oldestUs / 1000;
	}

	/** Start of the footage to be evicted next, ms. */
	get nextMs(): number | null {
		const us = oldestEvictableUs(
			this.runs,
			this.pins.map(({ pin }) => pin),
		);
		return us === null ? null : us / 1000;
	}

	/** Current usage, in stacking order. */
	get parts(): readonly { readonly kind: UsageKind; readonly bytes: number }[] {
		const { usage } = this;
		if (usage === null) return [];
		const parts = USAGE_KINDS.map((kind) => ({ kind, bytes: usageOfKind(usage, kind) }));
		return parts.filter(({ bytes }) => bytes > 0);
	}

	/** Start of a chart of the last `ms`, wall time in ms. */
	chartFromMs(ms: number): number {
		return chartFromMs(this.usageHistory, ms, this.#nowMs);
	}

	/** `null`: nothing to draw yet. */
	chart(fromMs: number): Chart | null {
		return chartOf(this.usageHistory, fromMs, this.#nowMs);
	}

	get nowMs(): number {
		return this.#nowMs;
	}

	/** RT20: without its pin it would be evicted next, and room is needed. */
	leavesUnpinned({ pin }: PinCost): boolean {
		this.#subscribe();
		const full = this.#engine.maintenance.outlook?.fullInMs === 0;
		return full && pin.startUs / 1000 <= (this.nextMs ?? Infinity);
	}

	async unpin(cost: PinCost): Promise<void> {
		await this.#engine.segments.unpin(cost.pin.id);
		this.unpinned = cost;
		this.full = false;
		await this.refresh();
	}

	async undoUnpin(): Promise<void> {
		const cost = this.unpinned;
		if (cost === null) return;
		try {
			await this.#engine.pins.pin(cost.pin.camera, cost.pin);
			this.unpinned = null;
			this.full = false;
		} catch {
			// Meanwhile the room was used: shows what can be done.
			this.full = true;
		}
		await this.refresh();
	}

	/** The camera's name; `null` if it has none or is not on this device. */
	nameOf(camera: CameraId): string | null {
		const { state } = this.#engine.localDevice;
		if (state.kind !== 'ready') return null;
		return [...state.cameras, ...state.removed].find(({ id }) => id === camera)?.name ?? null;
	}

	async refresh(): Promise<void> {
		const { segments, ledger, pins, clock } = this.#engine;
		try {
			const cameras = await segments.cameras();
			this.runs = (await Promise.all(cameras.map((camera) => segments.runs(camera)))).flat();
			this.#nowMs = clock.wallMs();
			this.pins = await pins.costs();
			this.deletions = await ledger.deletions(DELETIONS_SHOWN);
			this.usageHistory = await ledger.usageSince(this.#nowMs - MONTH_MS);
			this.#changes = await ledger.changes(DELETIONS_SHOWN);
		} catch {
			// The next change retries; the last values stay.
		}
	}
}

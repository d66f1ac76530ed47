import { createSubscriber } from 'svelte/reactivity';
import type { Changed, SettingChange } from '#domain/storage/change.ts';
import { chartFromMs, chartOf, type Chart } from '#domain/storage/chart.ts';
import {
	bytesOfKind,
	KINDS,
	type Filling,
	type Kind,
	type Level,
} from '#domain/storage/filling.ts';
import { rateChange, type Rate, type RateChange } from '#domain/storage/forecast.ts';
import type { Growth } from '#domain/storage/growth.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Deletion } from '#domain/storage/journal.ts';
import { nextToLeave } from '#domain/storage/retention.ts';
import type { Run } from '#domain/footage/run.ts';
import type { PinCost } from '#engine/storage/pins.ts';
import type { Engine } from '#state/app/engine.ts';

const DELETIONS_SHOWN = 50;
const MONTH_MS = 31 * 86_400_000;

/** What fills the room of this device, what leaves it and what stays, and how it came to be so. */
export class Room {
	/** Since a month, oldest first. */
	fillings = $state.raw<readonly Filling[]>([]);
	/** Newest first. */
	deletions = $state.raw<readonly Deletion[]>([]);
	pins = $state.raw<readonly PinCost[]>([]);
	/** What was just let go of, and can be pinned again. */
	unpinned = $state.raw<PinCost | null>(null);
	/** It could not be pinned again: there is no room for more pins. */
	full = $state(false);
	runs = $state.raw<readonly Run[]>([]);
	#changes = $state.raw<readonly SettingChange[]>([]);
	#nowMs = $state(0);
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => engine.care.on(update));
	}

	watch(): void {
		this.#off = this.#engine.segments.watch(() => void this.look());
		void this.#engine.care.look();
		void this.look();
	}

	close(): void {
		this.#off();
	}

	get filling(): Filling | null {
		this.#subscribe();
		return this.#engine.care.filling;
	}

	get level(): Level {
		this.#subscribe();
		return this.#engine.care.level;
	}

	get growths(): readonly Growth<Changed>[] {
		this.#subscribe();
		return this.#engine.care.growths;
	}

	get rates(): readonly Rate[] {
		this.#subscribe();
		return this.#engine.care.outlook?.rates ?? [];
	}

	get rateChange(): RateChange | null {
		return rateChange(this.runs, this.#changes, this.#nowMs);
	}

	/** Wall time of the oldest footage, ms. */
	get reachesBackMs(): number | null {
		const oldestUs = this.runs.reduce((oldest, { startUs }) => Math.min(oldest, startUs), Infinity);
		return oldestUs === Infinity ? null : oldestUs / 1000;
	}

	/** Where the footage begins that would leave next, ms. */
	get nextMs(): number | null {
		const us = nextToLeave(
			this.runs,
			this.pins.map(({ pin }) => pin),
		);
		return us === null ? null : us / 1000;
	}

	/** What fills the room now, as it is stacked. */
	get parts(): readonly { readonly kind: Kind; readonly bytes: number }[] {
		const { filling } = this;
		if (filling === null) return [];
		const parts = KINDS.map((kind) => ({ kind, bytes: bytesOfKind(filling, kind) }));
		return parts.filter(({ bytes }) => bytes > 0);
	}

	/** Where a chart of the last `ms` begins, wall ms. */
	chartFromMs(ms: number): number {
		return chartFromMs(this.fillings, ms, this.#nowMs);
	}

	/** `null`: there is nothing to draw yet. */
	chart(fromMs: number): Chart | null {
		return chartOf(this.fillings, fromMs, this.#nowMs);
	}

	get nowMs(): number {
		return this.#nowMs;
	}

	/** RT20: without its pin it would be the next to leave, and room is needed. */
	leavesUnpinned({ pin }: PinCost): boolean {
		this.#subscribe();
		const full = this.#engine.care.outlook?.fullInMs === 0;
		return full && pin.startUs / 1000 <= (this.nextMs ?? Infinity);
	}

	async unpin(cost: PinCost): Promise<void> {
		await this.#engine.segments.unpin(cost.pin.id);
		this.unpinned = cost;
		this.full = false;
		await this.look();
	}

	async undoUnpin(): Promise<void> {
		const cost = this.unpinned;
		if (cost === null) return;
		try {
			await this.#engine.pins.pin(cost.pin.camera, cost.pin);
			this.unpinned = null;
			this.full = false;
		} catch {
			// Meanwhile others took the room: what can be done is said.
			this.full = true;
		}
		await this.look();
	}

	/** What a camera is called; `null` while it has no name, or is not one of this device. */
	nameOf(camera: CameraId): string | null {
		const { state } = this.#engine.house;
		if (state.kind !== 'ready') return null;
		return state.cameras.find(({ id }) => id === camera)?.name ?? null;
	}

	async look(): Promise<void> {
		const { segments, ledger, pins, clock } = this.#engine;
		try {
			const cameras = await segments.cameras();
			this.runs = (await Promise.all(cameras.map((camera) => segments.runs(camera)))).flat();
			this.#nowMs = clock.wallMs();
			this.pins = await pins.costs();
			this.deletions = await ledger.deletions(DELETIONS_SHOWN);
			this.fillings = await ledger.fillings(this.#nowMs - MONTH_MS);
			this.#changes = await ledger.changes(DELETIONS_SHOWN);
		} catch {
			// The next change asks again; what was shown stays.
		}
	}
}

import { Listeners } from '#domain/base/listeners.ts';
import { expectFault, type FaultSource } from '#domain/base/fault.ts';
import type { DataLossSource } from '#ports/storage/data-loss-source.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { DataLoss, LostDataKind, StoragePersistence } from '#ports/storage/persistence.ts';
import type { EventLog } from './event-log.ts';
import type { LocalDevice } from '#engine/home/local-device.ts';
import type { RecorderControls } from './recorder-controls.ts';

/** How often to check, while recording, that keys and settings are still stored. */
const CHECK_MS = 15_000;
/** Losses within this time count as one deletion. */
const SAME_LOSS_MS = 60_000;
const MIB = 2 ** 20;

export interface DataLossTools {
	readonly clock: Clock;
	readonly clearing: DataLossSource;
	readonly origin: Pick<StoragePersistence, 'dataLoss' | 'writeDataLoss'>;
	readonly localDevice: Pick<LocalDevice, 'ensureKeys' | 'state'>;
	/** Of the device and its cameras. Reading restores them (GO5). */
	readonly readPreferences: () => Promise<unknown>;
	/** Of all cameras of this device. */
	readonly recorders: () => readonly Pick<RecorderControls, 'state' | 'camera'>[];
	readonly eventLog: Pick<EventLog, 'add'>;
	/** Bytes of footage at the last count. */
	readonly footage: () => number;
}

/** What the UI may use. */
export interface DataLossControls {
	/** `null`: nothing was deleted, or the person dismissed the notice. */
	readonly cleared: DataLoss | null;
	on(listener: () => void): () => void;
	/** The person dismissed the notice. */
	forget(): void;
}

/**
 * Reports site data that was deleted while a page is open, until the person dismisses it. Recording
 * goes on. Rules: docs/spec/guard.md, GO4 and GO5.
 */
export class DataLossReporter implements DataLossControls {
	cleared: DataLoss | null;
	readonly #tools: DataLossTools;
	readonly #listeners = new Listeners();
	/** Where the event is not written yet: that needs keys. */
	readonly #unlogged = new Set<object>();

	constructor(tools: DataLossTools) {
		this.#tools = tools;
		this.cleared = tools.origin.dataLoss();
	}

	begin(): void {
		const { clock, clearing } = this.#tools;
		clearing.on((what) => void this.#lost(what));
		clock.every(CHECK_MS, () => void this.#restore());
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	forget(): void {
		this.#set(null);
	}

	get #armed(): boolean {
		return this.#tools
			.recorders()
			.some(({ state: { kind } }) => ['starting', 'recording', 'blind'].includes(kind));
	}

	async #lost(source: FaultSource): Promise<void> {
		const lost: LostDataKind = source === 'footage' || source === 'keys' ? source : 'settings';
		const { clock, footage, localDevice } = this.#tools;
		const { state } = localDevice;
		const nowMs = clock.wallMs();
		const before = this.cleared;
		const same = before !== null && Math.abs(nowMs - before.atMs) < SAME_LOSS_MS ? before : null;
		const what: LostDataKind[] = [...new Set([...(same?.what ?? []), lost])];
		const bytes = lost === 'footage' ? Math.ceil(footage() / MIB) * MIB : (same?.bytes ?? 0);
		const device = state.kind === 'ready' ? state.deviceId : null;
		const recorded = same?.recorded === true || this.#armed;
		const atMs = same?.atMs ?? nowMs;
		if (same === null) for (const one of this.#tools.recorders()) this.#unlogged.add(one);
		this.#set({ atMs, what, bytes, recorded, anew: same?.anew ?? false });
		await this.#restore();
		const now = localDevice.state;
		const anew = now.kind === 'ready' && device !== null && now.deviceId !== device;
		if (anew && this.cleared !== null) this.#set({ ...this.cleared, anew });
	}

	/** GO5. */
	async #restore(): Promise<void> {
		if (!this.#armed) return;
		const { localDevice, readPreferences } = this.#tools;
		// A failure is retried at the next check, and before each run.
		await Promise.all([
			readPreferences().catch(expectFault),
			localDevice.ensureKeys().catch(expectFault),
		]);
	}

	/** Call when a recorder's state has changed. */
	log(recorder: Pick<RecorderControls, 'state' | 'camera'>): void {
		const { eventLog } = this.#tools;
		const { camera, state } = recorder;
		if (camera === null || state.kind !== 'recording') return;
		if (!this.#unlogged.delete(recorder)) return;
		const { atMs = null } = this.cleared ?? {};
		eventLog.add(camera, 'cleared', atMs === null ? undefined : Math.floor(atMs * 1000));
	}

	#set(cleared: DataLoss | null): void {
		this.cleared = cleared;
		this.#tools.origin.writeDataLoss(cleared);
		this.#listeners.notify();
	}
}

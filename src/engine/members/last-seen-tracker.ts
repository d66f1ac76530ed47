import { Listeners } from '#domain/base/listeners.ts';
import { expectFault } from '#domain/base/fault.ts';
import type { CameraId, DeviceId } from '#domain/base/ids.ts';
import { latestPast, mergeSeen, type SeenDevice } from '#domain/home/seen-device.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { LastSeenStore } from '#ports/storage/last-seen-store.ts';

/** How far the stored time may lag behind the known one. */
const MIN_ADVANCE_MS = 60_000;
/** Devices come online in groups, after a reload all at once. */
const WRITE_DELAY_MS = 250;

export interface LastSeen {
	/** Wall ms; `null`: never. */
	seenMs(device: DeviceId): number | null;
	/** LV36: somebody here has seen it watch a camera of this device. */
	isAcknowledged(device: DeviceId): boolean;
	/** Now, and from now on. */
	acknowledge(device: DeviceId): void;
}

/**
 * When each device of the home was last seen; all screens ask here. Only knows devices of the
 * roster. Rules: docs/spec/live.md, LV28 to LV30.
 */
export class LastSeenTracker implements LastSeen {
	readonly #clock: Pick<Clock, 'wallMs' | 'after'>;
	readonly #store: LastSeenStore;
	readonly #seen = new Map<DeviceId, SeenDevice>();
	/** Last admission or signature by each member, from the roster. */
	#signed: ReadonlyMap<DeviceId, number> = new Map();
	readonly #listeners = new Listeners();
	/** `seenMs` as last written to the store. */
	readonly #kept = new Map<DeviceId, number>();
	#gathering = false;

	constructor(clock: Pick<Clock, 'wallMs' | 'after'>, store: LastSeenStore) {
		this.#clock = clock;
		this.#store = store;
		void this.#load();
	}

	/** Called when stored times were loaded. Live sightings have listeners of their own. */
	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	seenMs(device: DeviceId): number | null {
		const [seen, signed] = [this.#seen.get(device)?.seenMs, this.#signed.get(device)];
		return latestPast(this.#clock.wallMs(), seen ?? null, signed ?? null);
	}

	/** The device was alive at `atMs`, by our clock. */
	recordSeen(device: DeviceId, atMs = this.#clock.wallMs()): void {
		const nowMs = this.#clock.wallMs();
		const before = this.#seen.get(device);
		const seenMs = latestPast(nowMs, before?.seenMs ?? null, atMs);
		if (seenMs === null || seenMs === before?.seenMs) return;
		this.#seen.set(device, { recorded: new Map(), ...before, seenMs });
		if (Math.abs(seenMs - (this.#kept.get(device) ?? 0)) >= MIN_ADVANCE_MS) this.persist();
	}

	/** Also sets whether this camera of the device ever recorded (LV30). */
	recordCamera(device: DeviceId, camera: CameraId, recorded: boolean): void {
		this.recordSeen(device);
		const before = this.#seen.get(device);
		const known = before?.recorded.get(camera);
		if (before === undefined || known === recorded || known === true) return;
		this.#seen.set(device, {
			...before,
			recorded: new Map(before.recorded).set(camera, recorded),
		});
		this.persist();
	}

	/** `true` only if the camera is known not to have recorded. */
	neverRecorded(device: DeviceId, camera: CameraId): boolean {
		return this.#seen.get(device)?.recorded.get(camera) === false;
	}

	isAcknowledged(device: DeviceId): boolean {
		return this.#seen.get(device)?.acknowledged === true;
	}

	acknowledge(device: DeviceId): void {
		this.recordSeen(device);
		const before = this.#seen.get(device);
		if (before === undefined || before.acknowledged) return;
		this.#seen.set(device, { ...before, acknowledged: true });
		this.persist();
	}

	/**
	 * Current members, and when each was last seen according to the roster; all others are forgotten.
	 */
	setMembers(signed: ReadonlyMap<DeviceId, number>): void {
		this.#signed = signed;
		for (const device of this.#seen.keys()) if (!signed.has(device)) this.#seen.delete(device);
	}

	/** Writes soon; also called when a device goes offline, so that a reload knows its time. */
	persist(): void {
		if (this.#gathering) return;
		this.#gathering = true;
		this.#clock.after(WRITE_DELAY_MS, () => {
			this.#gathering = false;
			for (const [device, { seenMs }] of this.#seen) this.#kept.set(device, seenMs);
			// A browser without storage still has it while the page is open.
			this.#store.write(new Map(this.#seen), this.#clock.wallMs()).catch(expectFault);
		});
	}

	async #load(): Promise<void> {
		try {
			const kept = await this.#store.read();
			const nowMs = this.#clock.wallMs();
			for (const [device, seen] of kept) {
				if (this.#signed.size > 0 && !this.#signed.has(device)) continue;
				this.#seen.set(device, mergeSeen(nowMs, this.#seen.get(device), seen));
				this.#kept.set(device, seen.seenMs);
			}
		} catch (error) {
			expectFault(error);
		}
		this.#listeners.notify();
	}
}

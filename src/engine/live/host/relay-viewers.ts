import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Watcher } from '#engine/live/controls.ts';

/** Of one device; the one that was not heard of for longest gives way. */
const MAX_TABS = 4;

export interface RelayViewer {
	readonly device: DeviceId;
	readonly path: 'relayed';
	readonly sid: string;
	/** What it called with last. */
	readonly peer: string;
	/** Wall ms: since when this device watches. */
	readonly sinceMs: number;
	readonly listens: boolean;
	/** Monotonic ms. */
	readonly seenMs: number;
}

/**
 * Who watches at the relay: each tab of a device for itself, since one may listen and another
 * leave.
 */
export class RelayViewers {
	#views: readonly RelayViewer[] = [];

	get all(): readonly RelayViewer[] {
		return this.#views;
	}

	/** Whether somebody wants the sound. */
	get listens(): boolean {
		return this.#views.some(({ listens }) => listens);
	}

	/** Each once. */
	get devices(): readonly DeviceId[] {
		return [...new Set(this.#views.map(({ device }) => device))];
	}

	of(device: DeviceId): readonly RelayViewer[] {
		return this.#views.filter((view) => view.device === device);
	}

	/** `true`: it was not known. */
	upsert(view: RelayViewer): boolean {
		const mine = this.of(view.device);
		const known = mine.some(({ sid }) => sid === view.sid);
		const sinceMs = Math.min(view.sinceMs, ...mine.map((one) => one.sinceMs));
		const others = mine.filter(({ sid }) => sid !== view.sid);
		others.sort((a, b) => b.seenMs - a.seenMs);
		this.#views = [
			...this.#views.filter(({ device }) => device !== view.device),
			...[{ ...view, sinceMs }, ...others].slice(0, MAX_TABS),
		];
		return !known;
	}

	/** `true`: it was there. */
	remove(device: DeviceId, sid: string): boolean {
		const { length } = this.#views;
		this.#views = this.#views.filter((view) => view.device !== device || view.sid !== sid);
		return this.#views.length < length;
	}
}

interface UnannouncedViewer {
	readonly device: DeviceId;
	readonly path: 'sealed';
	/** Wall ms: since when it is named without a pause. */
	readonly sinceMs: number;
	/** How long it was named, with what lay between pauses taken together. */
	readonly forMs: number;
	/** Monotonic ms: when that was reckoned. */
	readonly atMs: number;
	readonly now: boolean;
}

/**
 * Whoever watches says so: the frame to the relay and the letter to the camera come within this
 * time.
 */
const ANNOUNCE_MS = 5000;
/** Longer pauses begin a new reckoning. */
const FORGET_MS = 60_000;
/** All whom the relay names and nobody knows: it can make up as many as it likes. */
const UNKNOWN_DEVICE = '0'.repeat(32) as DeviceId;

/**
 * Whom the relay sends parts to, as it says, and who never asked this camera: it has no key (LV25).
 */
export class UnannouncedViewers {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	readonly #named = new Map<DeviceId, UnannouncedViewer>();
	#shown: readonly UnannouncedViewer[] = [];

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>) {
		this.#clock = clock;
	}

	get all(): readonly UnannouncedViewer[] {
		return this.#shown;
	}

	/** Those who are shown from now on. */
	update(
		atRelay: readonly DeviceId[],
		asked: readonly DeviceId[],
		isMember: (device: DeviceId) => boolean,
	): readonly DeviceId[] {
		const [wallMs, atMs] = [this.#clock.wallMs(), this.#clock.monotonicMs()];
		const named = new Set(atRelay.map((device) => (isMember(device) ? device : UNKNOWN_DEVICE)));
		for (const device of asked) {
			named.delete(device);
			this.#named.delete(device);
		}
		for (const [device, one] of this.#named) {
			if (one.now) {
				const forMs = one.forMs + atMs - one.atMs;
				this.#named.set(device, { ...one, forMs, atMs, now: named.has(device) });
			} else if (atMs - one.atMs > FORGET_MS) this.#named.delete(device);
		}
		for (const device of named) {
			const known = this.#named.get(device);
			if (known?.now === true) continue;
			const forMs = known?.forMs ?? 0;
			this.#named.set(device, { device, path: 'sealed', sinceMs: wallMs, forMs, atMs, now: true });
		}
		const before = new Set(this.#shown.map(({ device }) => device));
		this.#shown = [...this.#named.values()].filter(({ now, forMs }) => now && forMs >= ANNOUNCE_MS);
		return this.#shown.map(({ device }) => device).filter((device) => !before.has(device));
	}
}

type ViewerPath = Pick<Watcher, 'device' | 'sinceMs'> & { readonly path: Watcher['path'] | null };

/**
 * Each device once, by the most direct way it has: the ways come in that order, and `null` is none
 * yet.
 */
export function watchersOf(
	ways: readonly ViewerPath[],
	nameOf: (device: DeviceId) => string | null,
): readonly Watcher[] {
	const found = new Map<DeviceId, Watcher>();
	for (const { device, path, sinceMs } of ways) {
		const before = found.get(device);
		if (path === null || (path === 'sealed' && before !== undefined)) continue;
		const since = Math.min(sinceMs, before?.sinceMs ?? sinceMs);
		found.set(device, { device, name: nameOf(device), path, sinceMs: since });
	}
	return [...found.values()];
}

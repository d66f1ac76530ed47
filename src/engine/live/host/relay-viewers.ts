import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Watcher } from '#engine/live/controls.ts';

/** Per device; the one silent for longest is dropped. */
const MAX_TABS = 4;

export interface RelayViewer {
	readonly device: DeviceId;
	readonly path: 'relayed';
	readonly sid: string;
	/** Nonce of its last call. */
	readonly peer: string;
	/** Wall ms: when this device began to watch. */
	readonly sinceMs: number;
	readonly listens: boolean;
	/** Monotonic ms of its last call. */
	readonly seenMs: number;
}

/** Viewers at the relay, one per tab: one tab may listen and another leave. */
export class RelayViewers {
	#views: readonly RelayViewer[] = [];

	get all(): readonly RelayViewer[] {
		return this.#views;
	}

	/** Whether any viewer wants sound. */
	get listens(): boolean {
		return this.#views.some(({ listens }) => listens);
	}

	/** Without duplicates. */
	get devices(): readonly DeviceId[] {
		return [...new Set(this.#views.map(({ device }) => device))];
	}

	of(device: DeviceId): readonly RelayViewer[] {
		return this.#views.filter((view) => view.device === device);
	}

	/** `true` if it was new. */
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

	/** `true` if it was known. */
	remove(device: DeviceId, sid: string): boolean {
		const { length } = this.#views;
		this.#views = this.#views.filter((view) => view.device !== device || view.sid !== sid);
		return this.#views.length < length;
	}
}

interface UnannouncedViewer {
	readonly device: DeviceId;
	readonly path: 'sealed';
	/** Wall ms: since when the relay names it without a break. */
	readonly sinceMs: number;
	/** Total time it was named, short breaks excluded. */
	readonly forMs: number;
	/** Monotonic ms of the last update of `forMs`. */
	readonly atMs: number;
	readonly now: boolean;
}

/** A viewer's frame to the relay and its message to the camera both arrive within this time. */
const ANNOUNCE_MS = 5000;
/** A longer break resets the total. */
const FORGET_MS = 60_000;
/** Stands for all non-members that the relay names: it can invent any number of them. */
const UNKNOWN_DEVICE = '0'.repeat(32) as DeviceId;

/**
 * Devices that receive parts, according to the relay, but never called this camera and so have no
 * key (LV25).
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

	/** Returns the devices that are shown from now on. */
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
 * One entry per device, with its most direct path: `paths` lists relayed before direct before
 * sealed, and a path of `null` is not connected yet.
 */
export function watchersOf(
	paths: readonly ViewerPath[],
	nameOf: (device: DeviceId) => string | null,
): readonly Watcher[] {
	const found = new Map<DeviceId, Watcher>();
	for (const { device, path, sinceMs } of paths) {
		const before = found.get(device);
		if (path === null || (path === 'sealed' && before !== undefined)) continue;
		const since = Math.min(sinceMs, before?.sinceMs ?? sinceMs);
		found.set(device, { device, name: nameOf(device), path, sinceMs: since });
	}
	return [...found.values()];
}

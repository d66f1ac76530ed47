import type { DeviceId } from '#domain/ids.ts';
import type { Clock } from '#ports/clock.ts';
import type { Watcher } from './watching.ts';

/** Of one device; the one that was not heard of for longest gives way. */
const MOST_TABS = 4;

export interface RelayedView {
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

/** Who watches at the relay: each tab of a device for itself, since one may listen and another leave. */
export class RelayedViews {
	#views: readonly RelayedView[] = [];

	get all(): readonly RelayedView[] {
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

	of(device: DeviceId): readonly RelayedView[] {
		return this.#views.filter((view) => view.device === device);
	}

	/** `true`: it was not known. */
	keep(view: RelayedView): boolean {
		const mine = this.of(view.device);
		const known = mine.some(({ sid }) => sid === view.sid);
		const sinceMs = Math.min(view.sinceMs, ...mine.map((one) => one.sinceMs));
		const others = mine.filter(({ sid }) => sid !== view.sid);
		others.sort((a, b) => b.seenMs - a.seenMs);
		this.#views = [
			...this.#views.filter(({ device }) => device !== view.device),
			...[{ ...view, sinceMs }, ...others].slice(0, MOST_TABS),
		];
		return !known;
	}

	/** `true`: it was there. */
	drop(device: DeviceId, sid: string): boolean {
		const { length } = this.#views;
		this.#views = this.#views.filter((view) => view.device !== device || view.sid !== sid);
		return this.#views.length < length;
	}
}

interface Counted {
	readonly device: DeviceId;
	readonly path: 'sealed';
	/** Wall ms. */
	readonly sinceMs: number;
	/** Monotonic ms. */
	readonly countedMs: number;
}

/** Whoever watches says so: the frame to the relay and the letter to the camera come within this time. */
const ASKS_MS = 5000;

/** Whom the relay sends parts to, as it says, and who never asked this camera: it has no key (LV25). */
export class Unasked {
	readonly #clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
	#counted: readonly Counted[] = [];
	#shown: ReadonlySet<DeviceId> = new Set();

	constructor(clock: Pick<Clock, 'wallMs' | 'monotonicMs'>) {
		this.#clock = clock;
	}

	get all(): readonly Counted[] {
		return this.#counted.filter(({ device }) => this.#shown.has(device));
	}

	/** Those who are shown from now on. */
	follow(atRelay: readonly DeviceId[], asked: readonly DeviceId[]): readonly DeviceId[] {
		const [wallMs, nowMs] = [this.#clock.wallMs(), this.#clock.monotonicMs()];
		const path = 'sealed' as const;
		const known = new Map(this.#counted.map((one) => [one.device, one]));
		this.#counted = atRelay
			.filter((device) => !asked.includes(device))
			.map((device) => known.get(device) ?? { device, path, sinceMs: wallMs, countedMs: nowMs });
		const shown = this.#counted.filter(({ countedMs }) => nowMs - countedMs >= ASKS_MS);
		const fresh = shown.filter(({ device }) => !this.#shown.has(device));
		this.#shown = new Set(shown.map(({ device }) => device));
		return fresh.map(({ device }) => device);
	}
}

type Way = Pick<Watcher, 'device' | 'sinceMs'> & { readonly path: Watcher['path'] | null };

/** Each device once, by the most direct way it has: the ways come in that order, and `null` is none yet. */
export function watchersOf(
	ways: readonly Way[],
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

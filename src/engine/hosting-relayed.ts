import type { DeviceId } from '#domain/ids.ts';

/** Of one device; the one that was not heard of for longest gives way. */
const MOST_TABS = 4;

export interface RelayedView {
	readonly device: DeviceId;
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

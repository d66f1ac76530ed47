import type { DeviceId, HomeId } from '#domain/base/ids.ts';

/** How many requests may be under way, so that nobody takes all of them (SY14). */
export interface SlotLimits {
	readonly inAll: number;
	readonly ofHome: number;
	readonly ofDevice: number;
}

export const SLOTS: SlotLimits = { inAll: 64, ofHome: 32, ofDevice: 8 };

/** Counts the requests under way. Holds as many entries as there are of these. */
export class RequestSlots {
	readonly #limits: SlotLimits;
	readonly #each = new Map<string, number>();
	#inAll = 0;

	constructor(limits = SLOTS) {
		this.#limits = limits;
	}

	get inAll(): number {
		return this.#inAll;
	}

	/** Gives the slot back, once; `null`: there is none. */
	take(by: { readonly home: HomeId; readonly device: DeviceId }): (() => void) | null {
		const { inAll, ofHome, ofDevice } = this.#limits;
		const keys = [`home ${by.home}`, `device ${by.device}`] as const;
		const [home, device] = keys.map((key) => this.#each.get(key) ?? 0);
		if (this.#inAll >= inAll || Number(home) >= ofHome || Number(device) >= ofDevice) return null;
		this.#add(keys, 1);
		let held = true;
		return () => {
			if (held) this.#add(keys, -1);
			held = false;
		};
	}

	#add(keys: readonly string[], by: 1 | -1): void {
		this.#inAll += by;
		for (const key of keys) {
			const count = (this.#each.get(key) ?? 0) + by;
			if (count === 0) this.#each.delete(key);
			else this.#each.set(key, count);
		}
	}
}

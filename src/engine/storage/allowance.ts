import { defaultBudget } from '#domain/storage/retention.ts';
import {
	allowedBytes,
	capAfterRefusal,
	footageBytesOf,
	type QuotaCap,
} from '#domain/storage/allowance.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';

/**
 * How much this device may keep: the person's budget, or less where the browser refused more.
 * Rules: docs/spec/space.md. `estimate`: the browser's quota in bytes, `null` if it reports none.
 */
export class Allowance {
	/** Bytes of thumbnails and index; updated now and then by `StorageMaintenance`. */
	overheadBytes = 0;
	readonly #preferences: PreferenceStore<DevicePreferences>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #estimate: () => Promise<number | null>;
	/** A cap that could not be saved. */
	#unsaved: QuotaCap | null = null;
	#refusedMs: number | null = null;

	constructor(
		preferences: PreferenceStore<DevicePreferences>,
		clock: Pick<Clock, 'wallMs'>,
		estimate: () => Promise<number | null>,
	) {
		this.#preferences = preferences;
		this.#clock = clock;
		this.#estimate = estimate;
	}

	/**
	 * Bytes allowed in total. Read before every write, so that a change applies at once.
	 * `proposedBytes`: a hypothetical budget.
	 */
	async bytes(proposedBytes: number | null = null): Promise<number> {
		const { budgetBytes, cap } = await this.#preferences.read();
		const budget = proposedBytes ?? budgetBytes ?? defaultBudget(await this.#estimate());
		return allowedBytes(budget, this.#unsaved ?? cap, this.#clock.wallMs());
	}

	/** SP3: the part of it available to footage. */
	async footageBytes(proposedBytes: number | null = null): Promise<number> {
		return footageBytesOf(await this.bytes(proposedBytes), this.overheadBytes);
	}

	/** The browser's estimate, which is no promise (SP1). */
	async offeredBytes(): Promise<number | null> {
		return this.#estimate();
	}

	/** When the browser last refused a write since this page was opened, ms; `null` if never. */
	get refusedMs(): number | null {
		return this.#refusedMs;
	}

	/**
	 * Records that the browser refused more than `usedBytes` of footage and reserve. Call it once
	 * there is room again (the reserve is spent), because it writes.
	 */
	async recordRefusal(usedBytes: number): Promise<void> {
		const cap = capAfterRefusal(usedBytes + this.overheadBytes, this.#clock.wallMs());
		this.#unsaved = cap;
		this.#refusedMs = cap.refusedMs;
		try {
			await this.#preferences.write({ cap });
			this.#unsaved = null;
		} catch {
			// SP9: the cap holds until the page is closed.
		}
	}
}

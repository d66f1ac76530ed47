import { defaultBudget } from '#domain/storage/retention.ts';
import {
	allowedBytes,
	capAfterRefusal,
	footageBytesOf,
	type QuotaCap,
} from '#domain/storage/allowance.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { PreferenceStore } from '#ports/storage/preference-store.ts';

/**
 * What this device may keep: what the person allowed, or less where the browser refused more.
 * Rules: docs/spec/space.md. `estimate`: the browser's own quota in bytes, `null` where it tells
 * none.
 */
export class Allowance {
	/** What previews and index take, bytes; maintenance counts them now and then. */
	overheadBytes = 0;
	readonly #preferences: PreferenceStore;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #estimate: () => Promise<number | null>;
	/** What could not be remembered. */
	#unsaved: QuotaCap | null = null;
	#refusedMs: number | null = null;

	constructor(
		preferences: PreferenceStore,
		clock: Pick<Clock, 'wallMs'>,
		estimate: () => Promise<number | null>,
	) {
		this.#preferences = preferences;
		this.#clock = clock;
		this.#estimate = estimate;
	}

	/**
	 * In all, bytes, as of now. Asked before every write, so that a change counts at once.
	 * `wishBytes`: were that the budget.
	 */
	async bytes(wishBytes: number | null = null): Promise<number> {
		const { budgetBytes, cap } = await this.#preferences.read();
		const budget = wishBytes ?? budgetBytes ?? defaultBudget(await this.#estimate());
		return allowedBytes(budget, this.#unsaved ?? cap, this.#clock.wallMs());
	}

	/** SP3: what is left of it for footage. */
	async footageBytes(wishBytes: number | null = null): Promise<number> {
		return footageBytesOf(await this.bytes(wishBytes), this.overheadBytes);
	}

	/** What the browser says it offers: no promise (SP1). */
	async offeredBytes(): Promise<number | null> {
		return this.#estimate();
	}

	/** When the browser last refused a write since this page was opened, ms; `null`: never. */
	get refusedMs(): number | null {
		return this.#refusedMs;
	}

	/**
	 * The browser refused to keep more than `usedBytes` of footage and reserve, and the reserve is
	 * spent. Call it when there is room again: it writes.
	 */
	async recordRefusal(usedBytes: number): Promise<void> {
		const cap = capAfterRefusal(usedBytes + this.overheadBytes, this.#clock.wallMs());
		this.#unsaved = cap;
		this.#refusedMs = cap.refusedMs;
		try {
			await this.#preferences.write({ cap });
			this.#unsaved = null;
		} catch {
			// SP9: it holds as long as this page does.
		}
	}
}

import { expectFault } from '#domain/base/fault.ts';
import { defaultBudget } from '#domain/storage/retention.ts';
import {
	allowedBytes,
	capAfterRefusal,
	footageBytesOf,
	type QuotaCap,
} from '#domain/storage/allowance.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { DevicePreferences } from '#protocol/preferences.ts';
import type { AuditedPreferences } from './audited-preferences.ts';

/** What the allowance is computed from; `quotaBytes` as the browser estimates it. */
type Basis = Pick<DevicePreferences, 'budgetBytes' | 'cap'> & {
	readonly quotaBytes: number | null;
};

/**
 * How much this device may keep: the person's budget, or less where the browser refused more. Known
 * without reading anything, because it is asked before every write: changes made on this page count
 * at once, those of other pages and of the browser with `refresh`. Rules: docs/spec/space.md.
 * `estimate`: the browser's quota in bytes, `null` if it reports none.
 */
export class Allowance {
	/** Bytes of thumbnails and index; updated now and then by `StorageMaintenance`. */
	overheadBytes = 0;
	readonly #preferences: Pick<AuditedPreferences<DevicePreferences>, 'read' | 'write'>;
	readonly #clock: Pick<Clock, 'wallMs'>;
	readonly #estimate: () => Promise<number | null>;
	#basis: Basis | null = null;
	/** A cap that could not be saved. */
	#unsaved: QuotaCap | null = null;
	#refusedMs: number | null = null;

	constructor(
		preferences: Pick<AuditedPreferences<DevicePreferences>, 'read' | 'write' | 'on'>,
		clock: Pick<Clock, 'wallMs'>,
		estimate: () => Promise<number | null>,
	) {
		this.#preferences = preferences;
		this.#clock = clock;
		this.#estimate = estimate;
		preferences.on(({ budgetBytes, cap }) => {
			if (this.#basis !== null) this.#basis = { ...this.#basis, budgetBytes, cap };
		});
	}

	/** Throws like `PreferenceStore`; what was known stays. */
	async refresh(): Promise<void> {
		await this.#read();
	}

	/** Bytes allowed in total. `proposedBytes`: a hypothetical budget. */
	async bytes(proposedBytes: number | null = null): Promise<number> {
		const { budgetBytes, cap, quotaBytes } = this.#basis ?? (await this.#read());
		const budget = proposedBytes ?? budgetBytes ?? defaultBudget(quotaBytes);
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
		} catch (error) {
			expectFault(error);
			// SP9: the cap holds until the page is closed.
		}
	}

	async #read(): Promise<Basis> {
		const quotaBytes = await this.#estimate();
		// Read last: no change made here may come between reading and remembering.
		const { budgetBytes, cap } = await this.#preferences.read();
		return (this.#basis = { budgetBytes, cap, quotaBytes });
	}
}

import { subscribed } from '#state/app/subscribed.ts';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import { MAX_PINNED_SHARE } from '#domain/storage/usage.ts';
import { outlookOf, type Outlook } from '#domain/storage/forecast.ts';
import type { PlannedEviction } from '#domain/storage/eviction-plan.ts';
import {
	allowedBytes,
	budgetAtPosition,
	MIN_BUDGET_BYTES,
	MAX_BUDGET_BYTES,
	sliderPositionOf,
	type QuotaCap,
} from '#domain/storage/allowance.ts';
import type { Engine } from '#state/app/engine.ts';

const MIN_SCALE_BYTES = 1e9;

/** Requested limits; `undefined`: unchanged. */
export interface BudgetChange {
	readonly bytes?: number | undefined;
	/** `null`: no limit by age. */
	readonly days?: number | null | undefined;
}

/** Result of saving a change. */
export type BudgetSaveResult =
	| { readonly kind: 'saved'; readonly bytes: number }
	/** More would be deleted than announced: the new plan is shown, and nothing is saved. */
	| { readonly kind: 'more'; readonly planned: PlannedEviction }
	| { readonly kind: 'failed'; readonly fault: Fault };

/** How much this device may keep and for how long, and the person's changes to it. */
export class Budget {
	/** The browser's estimate; only a scale for the slider. */
	offeredBytes = $state<number | null>(null);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused a write. */
	cap = $state.raw<QuotaCap | null>(null);
	/** Days that footage is kept; `null`: no limit by age. */
	mostDays = $state<number | null>(null);
	#asked = 0;
	#counting: Promise<unknown> = Promise.resolve();
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = subscribed(engine.maintenance);
	}

	watch(): void {
		this.#off = this.#engine.maintenance.on(() => void this.refresh());
		void this.refresh();
	}

	close(): void {
		this.#off();
	}

	/** `null` while loading. */
	get outlook(): Outlook | null {
		this.#subscribe();
		return this.#engine.maintenance.outlook;
	}

	/** The outlook under other limits. */
	outlookAt({ bytes, days = this.mostDays }: BudgetChange): Outlook | null {
		this.#subscribe();
		const { usage, outlook } = this.#engine.maintenance;
		if (usage === null || outlook === null) return null;
		const allowed =
			bytes === undefined
				? usage.allowed
				: allowedBytes(bytes, this.cap, this.#engine.clock.wallMs());
		return outlookOf({ ...usage, allowed }, outlook.rates, outlook.bytesPerHour, days);
	}

	/**
	 * RT18: what saving the change would delete; `null`: superseded by a newer call. Throws like
	 * `SegmentStore`.
	 */
	async planEviction(change: BudgetChange): Promise<PlannedEviction | null> {
		// Subscribes to refreshes, so that the plan stays current.
		this.#subscribe();
		const mine = (this.#asked += 1);
		// A slider asks faster than a large store answers.
		await this.#counting.catch(() => undefined);
		if (mine !== this.#asked) return null;
		const counting = this.#plan(change);
		this.#counting = counting;
		const planned = await counting;
		return mine === this.#asked ? planned : null;
	}

	#plan({ bytes, days = this.mostDays }: BudgetChange): Promise<PlannedEviction> {
		return this.#engine.maintenance.planEviction({ budgetBytes: bytes ?? null, mostDays: days });
	}

	/** `said`: the plan that the person was shown. */
	async save(change: BudgetChange, said: PlannedEviction | null): Promise<BudgetSaveResult> {
		const { preferences, maintenance } = this.#engine;
		try {
			const planned = await this.#plan(change);
			if (planned.bytes > 0 && (said?.bytes ?? 0) === 0) return { kind: 'more', planned };
			await preferences.write({
				...(change.bytes !== undefined && { budgetBytes: change.bytes }),
				...(change.days !== undefined && { mostDays: change.days }),
			});
		} catch (error) {
			return { kind: 'failed', fault: faultOf(error) };
		}
		const bytes = await maintenance.maintain();
		await this.refresh();
		return { kind: 'saved', bytes };
	}

	/** Why this budget is not allowed; `null`: it is. */
	objection(bytes: number): 'range' | 'pins' | null {
		if (!(bytes >= MIN_BUDGET_BYTES && bytes <= MAX_BUDGET_BYTES)) return 'range';
		return (this.#engine.maintenance.usage?.pinned ?? 0) > MAX_PINNED_SHARE * bytes ? 'pins' : null;
	}

	/** Slider position of a budget, 0 to 1. */
	positionOf(bytes: number): number {
		return sliderPositionOf(bytes, this.#mostBytes);
	}

	/** Budget at a slider position, in bytes. */
	at(place: number): number {
		return budgetAtPosition(place, this.#mostBytes);
	}

	get #mostBytes(): number {
		const allowed = this.outlook?.allowedBytes ?? 0;
		return Math.max(this.offeredBytes ?? 0, allowed, MIN_SCALE_BYTES);
	}

	async refresh(): Promise<void> {
		const { segments, preferences, allowance } = this.#engine;
		try {
			this.damagedRows = segments.damagedRows();
			this.offeredBytes ??= await allowance.offeredBytes();
			const { cap, mostDays } = await preferences.read();
			this.cap = cap;
			this.mostDays = mostDays;
		} catch {
			// The next refresh retries; the last values stay.
		}
	}
}

import { createSubscriber } from 'svelte/reactivity';
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

/** What a person asks for; `undefined`: as it is. */
export interface BudgetChange {
	readonly bytes?: number | undefined;
	/** `null`: footage leaves only for want of room. */
	readonly days?: number | null | undefined;
}

/** How saving a wish went. */
export type BudgetSaveResult =
	| { readonly kind: 'saved'; readonly bytes: number }
	/** More would go than was said: it is said now, and nothing is saved. */
	| { readonly kind: 'more'; readonly planned: PlannedEviction }
	| { readonly kind: 'failed'; readonly fault: Fault };

/** How much this device may keep and for how long, and what a person may change about it. */
export class Budget {
	/** What the browser says it offers. It is a scale for the slider and nothing more. */
	offeredBytes = $state<number | null>(null);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused anything. */
	cap = $state.raw<QuotaCap | null>(null);
	/** Footage leaves after so many days; `null`: only for want of room. */
	mostDays = $state<number | null>(null);
	#asked = 0;
	#counting: Promise<unknown> = Promise.resolve();
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => engine.maintenance.on(update));
	}

	watch(): void {
		this.#off = this.#engine.maintenance.on(() => void this.refresh());
		void this.refresh();
	}

	close(): void {
		this.#off();
	}

	/** `null` until it is known. */
	get outlook(): Outlook | null {
		this.#subscribe();
		return this.#engine.maintenance.outlook;
	}

	/** The same under another budget and for other days. */
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
	 * RT18: what saving it would delete; `null`: another was asked about since. Throws what the store
	 * throws.
	 */
	async planEviction(wish: BudgetChange): Promise<PlannedEviction | null> {
		// Anew whenever the store was looked at: what is promised is what there is now.
		this.#subscribe();
		const mine = (this.#asked += 1);
		// A slider asks faster than a large store answers.
		await this.#counting.catch(() => undefined);
		if (mine !== this.#asked) return null;
		const counting = this.#wouldLeave(wish);
		this.#counting = counting;
		const leaving = await counting;
		return mine === this.#asked ? leaving : null;
	}

	#wouldLeave({ bytes, days = this.mostDays }: BudgetChange): Promise<PlannedEviction> {
		return this.#engine.maintenance.planEviction({ budgetBytes: bytes ?? null, mostDays: days });
	}

	/** `said`: what the person was told would go. */
	async save(wish: BudgetChange, said: PlannedEviction | null): Promise<BudgetSaveResult> {
		const { preferences, maintenance } = this.#engine;
		try {
			const leaving = await this.#wouldLeave(wish);
			if (leaving.bytes > 0 && (said?.bytes ?? 0) === 0) return { kind: 'more', planned: leaving };
			await preferences.write({
				...(wish.bytes !== undefined && { budgetBytes: wish.bytes }),
				...(wish.days !== undefined && { mostDays: wish.days }),
			});
		} catch (error) {
			return { kind: 'failed', fault: faultOf(error) };
		}
		const bytes = await maintenance.maintain();
		await this.refresh();
		return { kind: 'saved', bytes };
	}

	/** Why a person may not ask for so many bytes; `null`: they may. */
	objection(bytes: number): 'range' | 'pins' | null {
		if (!(bytes >= MIN_BUDGET_BYTES && bytes <= MAX_BUDGET_BYTES)) return 'range';
		return (this.#engine.maintenance.usage?.pinned ?? 0) > MAX_PINNED_SHARE * bytes ? 'pins' : null;
	}

	/** Where so many bytes stand on the slider, 0 to 1. */
	positionOf(bytes: number): number {
		return sliderPositionOf(bytes, this.#mostBytes);
	}

	/** The budget at a place of the slider, in bytes. */
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
			// The next look asks again; what was shown stays.
		}
	}
}

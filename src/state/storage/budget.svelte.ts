import { createSubscriber } from 'svelte/reactivity';
import { faultOf, type Fault } from '#domain/base/fault.ts';
import { MOST_PINNED } from '#domain/storage/filling.ts';
import { outlookOf, type Outlook } from '#domain/storage/forecast.ts';
import type { Leaving } from '#domain/storage/leaving.ts';
import {
	allowedBytes,
	budgetAt,
	LEAST_BUDGET_BYTES,
	MOST_BUDGET_BYTES,
	placeOf,
	type Cap,
} from '#domain/storage/space.ts';
import type { Engine } from '#state/app/engine.ts';

const LEAST_SCALE_BYTES = 1e9;

/** What a person asks for; `undefined`: as it is. */
export interface Wish {
	readonly bytes?: number | undefined;
	/** `null`: footage leaves only for want of room. */
	readonly days?: number | null | undefined;
}

/** How saving a wish went. */
export type Saved =
	| { readonly kind: 'saved'; readonly bytes: number }
	/** More would go than was said: it is said now, and nothing is saved. */
	| { readonly kind: 'more'; readonly leaving: Leaving }
	| { readonly kind: 'failed'; readonly fault: Fault };

/** How much this device may keep and for how long, and what a person may change about it. */
export class Budget {
	/** What the browser says it offers. It is a scale for the slider and nothing more. */
	offeredBytes = $state<number | null>(null);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused anything. */
	cap = $state.raw<Cap | null>(null);
	/** Footage leaves after so many days; `null`: only for want of room. */
	mostDays = $state<number | null>(null);
	#asked = 0;
	#counting: Promise<unknown> = Promise.resolve();
	readonly #engine: Engine;
	readonly #subscribe: () => void;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.#subscribe = createSubscriber((update) => engine.care.on(update));
	}

	watch(): void {
		this.#off = this.#engine.care.on(() => void this.look());
		void this.look();
	}

	close(): void {
		this.#off();
	}

	/** `null` until it is known. */
	get outlook(): Outlook | null {
		this.#subscribe();
		return this.#engine.care.outlook;
	}

	/** The same under another budget and for other days. */
	outlookAt({ bytes, days = this.mostDays }: Wish): Outlook | null {
		this.#subscribe();
		const { filling, outlook } = this.#engine.care;
		if (filling === null || outlook === null) return null;
		const allowed =
			bytes === undefined
				? filling.allowed
				: allowedBytes(bytes, this.cap, this.#engine.clock.wallMs());
		return outlookOf({ ...filling, allowed }, outlook.rates, outlook.bytesPerHour, days);
	}

	/**
	 * RT18: what saving it would delete; `null`: another was asked about since. Throws what the store
	 * throws.
	 */
	async leaving(wish: Wish): Promise<Leaving | null> {
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

	#wouldLeave({ bytes, days = this.mostDays }: Wish): Promise<Leaving> {
		return this.#engine.care.wouldLeave({ budgetBytes: bytes ?? null, mostDays: days });
	}

	/** `said`: what the person was told would go. */
	async save(wish: Wish, said: Leaving | null): Promise<Saved> {
		const { preferences, care } = this.#engine;
		try {
			const leaving = await this.#wouldLeave(wish);
			if (leaving.bytes > 0 && (said?.bytes ?? 0) === 0) return { kind: 'more', leaving };
			await preferences.write({
				...(wish.bytes !== undefined && { budgetBytes: wish.bytes }),
				...(wish.days !== undefined && { mostDays: wish.days }),
			});
		} catch (error) {
			return { kind: 'failed', fault: faultOf(error) };
		}
		const bytes = await care.tend();
		await this.look();
		return { kind: 'saved', bytes };
	}

	/** Why a person may not ask for so many bytes; `null`: they may. */
	objection(bytes: number): 'range' | 'pins' | null {
		if (!(bytes >= LEAST_BUDGET_BYTES && bytes <= MOST_BUDGET_BYTES)) return 'range';
		return (this.#engine.care.filling?.pinned ?? 0) > MOST_PINNED * bytes ? 'pins' : null;
	}

	/** Where so many bytes stand on the slider, 0 to 1. */
	placeOf(bytes: number): number {
		return placeOf(bytes, this.#mostBytes);
	}

	/** The budget at a place of the slider, in bytes. */
	at(place: number): number {
		return budgetAt(place, this.#mostBytes);
	}

	get #mostBytes(): number {
		const allowed = this.outlook?.allowedBytes ?? 0;
		return Math.max(this.offeredBytes ?? 0, allowed, LEAST_SCALE_BYTES);
	}

	async look(): Promise<void> {
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

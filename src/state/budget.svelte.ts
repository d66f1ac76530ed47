import { faultOf, type Fault } from '#domain/fault.ts';
import { MOST_PINNED } from '#domain/filling.ts';
import { lasting, ratesOf } from '#domain/forecast.ts';
import { profileNamed } from '#domain/profile.ts';
import { leavesUntil } from '#domain/retention.ts';
import type { Run } from '#domain/run.ts';
import {
	budgetAt,
	LEAST_BUDGET_BYTES,
	MOST_BUDGET_BYTES,
	placeOf,
	reserveOf,
	type Cap,
} from '#domain/space.ts';
import type { PreferenceStore } from '#ports/preferences.ts';
import type { Engine } from './engine.ts';

const LEAST_SCALE_BYTES = 1e9;
const HOUR_MS = 3_600_000;

/** How much this device may keep, and what a person may change about it. Bytes; `null` until it is known. */
export class Budget {
	/** Footage. */
	usedBytes = $state<number | null>(null);
	/** In all. */
	budgetBytes = $state<number | null>(null);
	/** What the browser says it offers. It is a scale for the slider and nothing more. */
	offeredBytes = $state<number | null>(null);
	/** Bytes an hour: what was really recorded, else what the profile asks for. */
	rate = $state<number | null>(null);
	measured = $state(false);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused anything. */
	cap = $state.raw<Cap | null>(null);
	/** Footage leaves after so many days; `null`: only for want of room. */
	mostDays = $state<number | null>(null);
	readonly #engine: Engine;
	#runs = $state.raw<readonly Run[]>([]);
	#besideBytes = $state(0);
	#pinnedBytes = $state(0);
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	watch(): void {
		const offs = [
			this.#engine.segments.watch(() => void this.#try()),
			this.#engine.care.on(() => {
				this.#count();
				if (this.budgetBytes === null) void this.#try();
			}),
		];
		this.#off = () => {
			for (const off of offs) off();
		};
		void this.#try();
	}

	close(): void {
		this.#off();
	}

	/** What kept it from being written, and then all is as before; `null`: nothing. */
	async set(bytes: number): Promise<Fault | null> {
		const fault = await this.#write({ budgetBytes: bytes });
		// What is too much now leaves piece by piece; whoever looks sees it go.
		if (fault === null) void this.#engine.care.tend();
		return fault;
	}

	/** As `set`. */
	setMostDays(days: number | null): Promise<Fault | null> {
		return this.#write({ mostDays: days });
	}

	async #write(change: Parameters<PreferenceStore['write']>[0]): Promise<Fault | null> {
		try {
			await this.#engine.preferences.write(change);
		} catch (error) {
			return faultOf(error);
		}
		await this.look();
		return null;
	}

	/** Why a person may not ask for so many bytes; `null`: they may. */
	objection(bytes: number): 'range' | 'pins' | null {
		if (!(bytes >= LEAST_BUDGET_BYTES && bytes <= MOST_BUDGET_BYTES)) return 'range';
		return this.#pinnedBytes > MOST_PINNED * bytes ? 'pins' : null;
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
		return Math.max(this.offeredBytes ?? 0, this.budgetBytes ?? 0, LEAST_SCALE_BYTES);
	}

	/** What is left of so many bytes for footage. */
	footageOf(bytes: number): number {
		return Math.max(0, bytes - reserveOf(bytes) - this.#besideBytes);
	}

	/** How much footage so many bytes hold, ms. */
	lastsMs(bytes: number): number | null {
		return this.rate === null ? null : (this.footageOf(bytes) / this.rate) * HOUR_MS;
	}

	/** Until the room is full, ms; 0: it is. */
	get fullInMs(): number | null {
		if (this.rate === null || this.usedBytes === null || this.budgetBytes === null) return null;
		const bytes = { footage: this.usedBytes, most: this.footageOf(this.budgetBytes) };
		const last = lasting(bytes, [{ bytesPerHour: this.rate }]);
		return last === null || last.full ? 0 : last.ms;
	}

	/** What a budget would delete right now, and up to which wall time, ms. `null`: nothing. */
	goes(budgetBytes: number): { readonly bytes: number; readonly untilMs: number } | null {
		const bytes = (this.usedBytes ?? 0) - this.footageOf(budgetBytes);
		const untilUs = leavesUntil(this.#runs, bytes);
		return untilUs === null ? null : { bytes, untilMs: untilUs / 1000 };
	}

	async #try(): Promise<void> {
		try {
			await this.look();
		} catch {
			// The layout says what is wrong (GO6), and `care` when it is over.
		}
	}

	async look(): Promise<void> {
		const { segments, preferences, allowance, clock } = this.#engine;
		this.usedBytes = await segments.usedBytes();
		this.budgetBytes = await allowance.bytes();
		this.damagedRows = segments.damagedRows();
		this.offeredBytes ??= await allowance.offeredBytes();
		const cameras = await segments.cameras();
		this.#runs = (await Promise.all(cameras.map((camera) => segments.runs(camera)))).flat();
		const { profile, cap, mostDays } = await preferences.read();
		this.cap = cap;
		this.mostDays = mostDays;
		const rates = ratesOf(this.#runs, clock.wallMs());
		this.measured = rates.length > 0;
		this.rate = this.measured
			? rates.reduce((sum, { bytesPerHour }) => sum + bytesPerHour, 0)
			: profileNamed(profile).bitsPerSecond * 450;
		this.#count();
	}

	#count(): void {
		const { filling } = this.#engine.care;
		this.#besideBytes = (filling?.previews ?? 0) + (filling?.index ?? 0);
		this.#pinnedBytes = filling?.pinned ?? 0;
	}
}

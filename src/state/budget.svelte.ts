import { profileNamed } from '#domain/profile.ts';
import { leavesUntil } from '#domain/retention.ts';
import type { Run } from '#domain/run.ts';
import {
	budgetAt,
	LEAST_BUDGET_BYTES,
	MOST_BUDGET_BYTES,
	placeOf,
	type Cap,
} from '#domain/space.ts';
import type { Engine } from './engine.ts';

const LEAST_SCALE_BYTES = 1e9;

/** How much footage may use, and does. Bytes; `null` until it is known. */
export class Budget {
	usedBytes = $state<number | null>(null);
	budgetBytes = $state<number | null>(null);
	/** What the browser says it offers. It is a scale for the slider and nothing more. */
	offeredBytes = $state<number | null>(null);
	/** Bytes a second: what was really recorded, else what the profile asks for. */
	rate = $state<number | null>(null);
	measured = $state(false);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused anything. */
	cap = $state.raw<Cap | null>(null);
	readonly #engine: Engine;
	#runs = $state.raw<readonly Run[]>([]);
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	watch(): void {
		this.#off = this.#engine.segments.watch(() => void this.look());
		void this.look();
	}

	close(): void {
		this.#off();
	}

	async set(bytes: number): Promise<void> {
		await this.#engine.preferences.write({ budgetBytes: bytes });
		await this.look();
	}

	/** Whether a person may ask for so many bytes. */
	possible(bytes: number): boolean {
		return bytes >= LEAST_BUDGET_BYTES && bytes <= MOST_BUDGET_BYTES;
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

	/** How long so many bytes last, ms. */
	lastsMs(bytes: number): number | null {
		return this.rate === null ? null : (bytes / this.rate) * 1000;
	}

	/** What a budget would delete right now, and up to which wall time, ms. `null`: nothing. */
	goes(budgetBytes: number): { readonly bytes: number; readonly untilMs: number } | null {
		const bytes = (this.usedBytes ?? 0) - budgetBytes;
		const untilUs = leavesUntil(this.#runs, bytes);
		return untilUs === null ? null : { bytes, untilMs: untilUs / 1000 };
	}

	async look(): Promise<void> {
		const { segments, preferences } = this.#engine;
		this.usedBytes = await segments.usedBytes();
		this.budgetBytes = await this.#engine.allowance.bytes();
		this.damagedRows = segments.damagedRows();
		this.offeredBytes ??= await this.#engine.allowance.offeredBytes();
		const runs: Run[] = [];
		let seconds = 0;
		let bytes = 0;
		for (const camera of await segments.cameras()) {
			for (const run of await segments.runs(camera)) {
				seconds += (run.endUs - run.startUs) / 1e6;
				bytes += run.bytes;
				runs.push(run);
			}
		}
		this.#runs = runs;
		const { profile, cap } = await preferences.read();
		this.cap = cap;
		const asked = profileNamed(profile).bitsPerSecond;
		this.measured = seconds > 60;
		const bytesPerSecond = this.measured ? bytes / seconds : asked / 8;
		this.rate = bytesPerSecond;
	}
}

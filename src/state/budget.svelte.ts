import { profileNamed } from '#domain/profile.ts';
import type { Cap } from '#domain/space.ts';
import type { Engine } from './engine.ts';

/** How much footage may use, and does. Bytes; `null` until it is known. */
export class Budget {
	usedBytes = $state<number | null>(null);
	budgetBytes = $state<number | null>(null);
	/** How long the budget lasts, ms: at the rate of the last day where there is one, else by the profile. */
	keepsMs = $state<number | null>(null);
	measured = $state(false);
	damagedRows = $state(0);
	/** What the browser was found to allow; `null`: it never refused anything. */
	cap = $state.raw<Cap | null>(null);
	readonly #engine: Engine;
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

	async look(): Promise<void> {
		const { segments, preferences } = this.#engine;
		this.usedBytes = await segments.usedBytes();
		this.budgetBytes = await this.#engine.allowance.bytes();
		this.damagedRows = segments.damagedRows();
		let seconds = 0;
		let bytes = 0;
		for (const camera of await segments.cameras()) {
			for (const run of await segments.runs(camera)) {
				seconds += (run.endUs - run.startUs) / 1e6;
				bytes += run.bytes;
			}
		}
		const { profile, cap } = await preferences.read();
		this.cap = cap;
		const asked = profileNamed(profile).bitsPerSecond;
		this.measured = seconds > 60;
		const bytesPerSecond = this.measured ? bytes / seconds : asked / 8;
		this.keepsMs = (this.budgetBytes / bytesPerSecond) * 1000;
	}
}

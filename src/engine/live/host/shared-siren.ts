import { SIREN_MS } from '#domain/live/siren.ts';
import { Listeners } from '#domain/base/listeners.ts';
import type { DeviceId } from '#domain/base/ids.ts';
import type { Clock } from '#ports/device/clock.ts';
import type { Siren } from '#ports/device/siren.ts';

/** The device's one siren, whichever of its cameras was asked for it. */
export class SharedSiren {
	/** Who started it; `null`: it is silent. */
	by: DeviceId | null = null;
	readonly #siren: Siren;
	readonly #clock: Pick<Clock, 'after'>;
	readonly #listeners = new Listeners();
	#cancelEnd: () => void = () => undefined;

	constructor(siren: Siren, clock: Pick<Clock, 'after'>) {
		this.#siren = siren;
		this.#clock = clock;
	}

	on(listener: () => void): () => void {
		return this.#listeners.add(listener);
	}

	/** Throws what `Siren.start` throws. */
	async start(by: DeviceId): Promise<void> {
		await this.#siren.start();
		this.by = by;
		this.#cancelEnd();
		this.#cancelEnd = this.#clock.after(SIREN_MS, () => this.hush());
		this.#listeners.notify();
	}

	hush(): void {
		this.#cancelEnd();
		this.#siren.stop();
		if (this.by === null) return;
		this.by = null;
		this.#listeners.notify();
	}
}

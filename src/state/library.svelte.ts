import type { CameraId } from '#domain/ids.ts';
import type { Engine } from './engine.ts';

export interface ShelvedCamera {
	readonly id: CameraId;
	readonly name: string | null;
	/** Wall time, ms, of the oldest kept and the newest frame. */
	readonly sinceMs: number;
	readonly untilMs: number;
}

/** The cameras that have footage here. `null` until it is known. */
export class Library {
	cameras = $state.raw<readonly ShelvedCamera[] | null>(null);
	readonly #engine: Engine;
	#off: () => void = () => undefined;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	watch(): void {
		this.#off = this.#engine.segments.watch(() => void this.#look());
		void this.#look();
	}

	close(): void {
		this.#off();
	}

	async #look(): Promise<void> {
		const { segments, house } = this.#engine;
		try {
			const found: ShelvedCamera[] = [];
			for (const id of await segments.cameras()) {
				const runs = (await segments.runs(id)).filter(({ lastSeq }) => lastSeq > 0);
				if (runs.length === 0) continue;
				const named = house.state.kind === 'ready' ? house.state.cameras : [];
				found.push({
					id,
					name: named.find((camera) => camera.id === id)?.name ?? null,
					sinceMs: Math.min(...runs.map(({ startUs }) => startUs)) / 1000,
					untilMs: Math.max(...runs.map(({ endUs }) => endUs)) / 1000,
				});
			}
			this.cameras = found;
		} catch {
			this.cameras ??= [];
		}
	}
}

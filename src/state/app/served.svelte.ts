import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { ServedApp } from '#ports/app/served.ts';
import type { Engine } from './engine.ts';

/**
 * What this browser was served of the app, so that a person can compare two places
 * (docs/spec/app.md, AP11).
 */
export class Served {
	/** `null`: not looked at yet. */
	app = $state.raw<ServedApp | null>(null);
	/** Why it cannot be told. */
	fault = $state.raw<Fault | null>(null);
	copied = $state<'done' | 'failed' | null>(null);
	readonly #engine: Pick<Engine, 'served'>;

	constructor(engine: Pick<Engine, 'served'>) {
		this.#engine = engine;
	}

	/** Never throws. */
	async look(): Promise<void> {
		this.fault = null;
		try {
			this.app = await this.#engine.served();
		} catch (error) {
			this.fault = faultOf(error);
		}
	}

	async copy(): Promise<void> {
		try {
			await navigator.clipboard.writeText(this.app?.hash ?? '');
			this.copied = 'done';
		} catch {
			this.copied = 'failed';
		}
	}
}

import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import type { Engine } from './engine.ts';

/**
 * What this browser was served of the app, so that a person can compare two places
 * (docs/spec/app.md, AP11).
 */
export class IntegrityCheck {
	/** `null`: not looked at yet. */
	result = $state.raw<AppIntegrity | null>(null);
	/** Why it cannot be told. */
	fault = $state.raw<Fault | null>(null);
	copied = $state<'done' | 'failed' | null>(null);
	readonly #engine: Pick<Engine, 'appIntegrity'>;

	constructor(engine: Pick<Engine, 'appIntegrity'>) {
		this.#engine = engine;
	}

	/** Never throws. */
	async run(): Promise<void> {
		this.fault = null;
		try {
			this.result = await this.#engine.appIntegrity();
		} catch (error) {
			this.fault = faultOf(error);
		}
	}

	async copy(): Promise<void> {
		try {
			await navigator.clipboard.writeText(this.result?.hash ?? '');
			this.copied = 'done';
		} catch {
			this.copied = 'failed';
		}
	}
}

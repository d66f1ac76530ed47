import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { AppIntegrity } from '#ports/app/app-integrity.ts';
import type { Engine } from './engine.ts';

/**
 * Hash of the app as served to this browser, so that a user can compare two places
 * (docs/spec/app.md, AP11).
 */
export class IntegrityCheck {
	/** `null`: not checked yet. */
	result = $state.raw<AppIntegrity | null>(null);
	/** Why it could not be computed. */
	fault = $state.raw<Fault | null>(null);
	/** Every file of the app is being read. */
	busy = $state(false);
	copied = $state<'done' | 'failed' | null>(null);
	readonly #engine: Pick<Engine, 'appIntegrity'>;

	constructor(engine: Pick<Engine, 'appIntegrity'>) {
		this.#engine = engine;
	}

	/** Never throws. */
	async run(): Promise<void> {
		this.fault = null;
		this.busy = true;
		try {
			this.result = await this.#engine.appIntegrity();
		} catch (error) {
			this.fault = faultOf(error);
		} finally {
			this.busy = false;
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

import { faultOf, type Fault } from '#domain/base/fault.ts';
import type { CameraId } from '#domain/base/ids.ts';
import type { Engine } from '#state/app/engine.ts';

/** Deletes all footage of some cameras at the relay, and says how far it is. */
export class CopyRemoval {
	state = $state.raw<'waiting' | 'deleting' | 'deleted' | 'failed'>('waiting');
	/** Of all, 0 to 1. */
	done = $state(0);
	fault = $state.raw<Fault | null>(null);
	readonly #engine: Pick<Engine, 'savedCopies'>;
	readonly #cameras: readonly CameraId[];

	constructor(engine: Pick<Engine, 'savedCopies'>, cameras: readonly CameraId[]) {
		this.#engine = engine;
		this.#cameras = cameras;
	}

	/** Begins, or tries again: what is gone is not there again. */
	async begin(): Promise<void> {
		if (this.state === 'deleting') return;
		[this.state, this.done, this.fault] = ['deleting', 0, null];
		try {
			const copies = await this.#engine.savedCopies();
			for (const [at, camera] of this.#cameras.entries())
				await copies.removeAll(camera, (part) => (this.done = (at + part) / this.#cameras.length));
			[this.state, this.done] = ['deleted', 1];
		} catch (error) {
			[this.state, this.fault] = ['failed', faultOf(error)];
		}
	}
}

import { faultOf, type FaultKind } from '#domain/fault.ts';
import type { CameraId } from '#domain/ids.ts';
import type { WatchingControls } from '#engine/watching.ts';

export type CommandName = Parameters<WatchingControls['command']>[1];
export type CommandValue = Parameters<WatchingControls['command']>[2];

/** What was asked of a camera last, and what came of it. */
export interface Asked {
	readonly name: CommandName;
	readonly value: CommandValue;
	readonly outcome: 'waits' | 'done' | 'failed';
	/** Of a failure. */
	readonly fault: FaultKind | null;
}

/** What a person asks of a camera from afar. */
export class Commands {
	asked = $state.raw<Asked | null>(null);
	readonly #watching: Pick<WatchingControls, 'command'>;
	readonly #camera: CameraId;
	#turn = 0;

	constructor(watching: Pick<WatchingControls, 'command'>, camera: CameraId) {
		this.#watching = watching;
		this.#camera = camera;
	}

	/** It is on its way: no second one before it is answered. */
	waits(name: CommandName): boolean {
		return this.asked?.name === name && this.asked.outcome === 'waits';
	}

	/** Never throws: `asked` says what happened. */
	async send(name: CommandName, value: CommandValue): Promise<void> {
		const turn = (this.#turn += 1);
		const tell = (outcome: Asked['outcome'], fault: FaultKind | null = null): void => {
			// An answer to something older must not hide what was asked since.
			if (turn === this.#turn) this.asked = { name, value, outcome, fault };
		};
		tell('waits');
		try {
			await this.#watching.command(this.#camera, name, value);
			tell('done');
		} catch (error) {
			tell('failed', faultOf(error).kind);
		}
	}
}
